// One HubSpot API: renders events into requests, and judges the replies.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "delivery/http.h"
#include "event/event.h"

namespace ordertail {

class FormsListing;

/// May a request whose end is unknown be made again? Declared by the sink, never guessed
/// (reliability D.1, R7).
enum class Repeat {
  blind,       ///< a repetition is another submission: what is in doubt is held for a person,
               ///< unless it is found where HubSpot lists what it took (Sink::listing)
  idempotent,  ///< a repetition has the same effect: what is in doubt is sent again by itself (T7)
  verifiable,  ///< the sink can look what was done, and does before it does more (T6): no doubt
               ///< arises but where it says so itself, and that is held
};

/// An event as its sink sees it.
struct Item {
  const Event& event;
  /// What the sink itself said of an earlier request for this event (Judgement::progress); empty
  /// before the first. Kept in the store, so that another run goes on from there.
  std::string_view progress;
};

/// What a reply says of an event.
enum class Verdict {
  accepted,     ///< HubSpot has it
  advanced,     ///< this step is done; the event waits for its next request
  rejected,     ///< HubSpot refused it for good
  not_applied,  ///< proven not to have been applied: it may be sent again
  isolate,      ///< not applied because of some event of the request, or its size: halve it
  in_doubt,     ///< it may or may not have been applied
};

struct Judgement {
  Verdict verdict = Verdict::in_doubt;
  std::string reason;    ///< a code such as "http_401"; empty when accepted or advanced
  std::string message;   ///< for people: begins small, ends without a full stop; holds no secret
  std::string progress;  ///< of an event that advanced; ids only, nothing of a person
};

/// What the courier may do next.
enum class Next {
  go_on,
  wait,      ///< pause all sending: the door is closed for now (429, 423)
  next_day,  ///< pause until the account's midnight: its quota of the day is used up
  stop,      ///< end the run: nothing would go better (401, 404, a redirect)
};

/// What a reply says.
struct ReplyJudgement {
  std::vector<Judgement> events;  ///< one for each item of the request, in that order
  Next next = Next::go_on;
  ExitCode exit = ExitCode::ok;  ///< with Next::stop: how the run ends
  std::string message;           ///< with a Next other than go_on: why, for people
  /// With Next::wait: what the server asked for, 1 s to 24 h; absent: it did not say.
  std::optional<std::chrono::seconds> wait_for;
};

/// A seam: leads, forms, crm and csv.
class Sink {
 public:
  virtual ~Sink() = default;
  /// "leads"
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual Repeat repeat() const { return Repeat::blind; }
  /// Where HubSpot lists what it took of this sink's requests; null: nowhere. What is in doubt is
  /// looked up there, and submitted once it is found (T6).
  [[nodiscard]] virtual const FormsListing* listing() const { return nullptr; }
  /// Must no run send many events this way? The job's limits say how many (Limits::forms_per_run).
  [[nodiscard]] virtual bool forbids_bulk() const { return false; }
  /// The most events that a request carries.
  [[nodiscard]] virtual std::size_t capacity() const { return 1; }
  /// Only events of the same lane go into one request; each step of an event is a lane.
  [[nodiscard]] virtual std::string_view lane(const Item& /*item*/) const { return {}; }
  /// What the next request for the event changes at HubSpot, a contact's address for example: no
  /// two requests that change the same are under way at once, and events that change the same go in
  /// their order. Empty: nothing that another event could change.
  [[nodiscard]] virtual std::string target(const Event& /*event*/) const { return {}; }
  /// Asked right before an event would be sent: why it must not be, as a rejection; nullopt when it
  /// may.
  [[nodiscard]] virtual std::optional<Judgement> refuse(const Event& /*event*/,
                                                        WallTime /*now*/) const {
    return std::nullopt;
  }
  /// `items`: 1 to capacity() of one lane. A pure function of them: rendering again gives the same
  /// bytes.
  [[nodiscard]] virtual HttpRequest render(std::span<const Item> items) const = 0;
  /// `items`: those of the request. A pure function, too: `now` is what a date in a Retry-After
  /// header is held against.
  [[nodiscard]] virtual ReplyJudgement judge(const HttpReply& reply, std::span<const Item> items,
                                             WallTime now) const = 0;
};

}  // namespace ordertail
