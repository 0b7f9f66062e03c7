// One HubSpot API: renders an event into a request, and judges the reply.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "delivery/http.h"
#include "event/event.h"

namespace ordertail {

/// What a reply says of an event.
enum class Verdict {
  accepted,     ///< HubSpot has it
  rejected,     ///< HubSpot refused it for good
  not_applied,  ///< proven not to have been applied: it may be sent again
  in_doubt,     ///< it may or may not have been applied
};

/// What the courier may do next.
enum class Next {
  go_on,
  wait,      ///< pause all sending: the door is closed for now (429, 423)
  next_day,  ///< pause until the account's midnight: its quota of the day is used up
  stop,      ///< end the run: nothing would go better (401, 404, a redirect)
};

struct Judgement {
  Verdict verdict = Verdict::in_doubt;
  Next next = Next::go_on;
  ExitCode exit = ExitCode::ok;  ///< with Next::stop: how the run ends
  std::string reason;            ///< a code such as "http_401"; empty when accepted
  std::string message;  ///< for people: begins small, ends without a full stop; holds no secret
  /// With Next::wait: what the server asked for, 1 s to 24 h; absent: it did not say.
  std::optional<std::chrono::seconds> wait_for;
};

/// A seam: leads and forms; crm is a further one.
class Sink {
 public:
  virtual ~Sink() = default;
  /// "leads"
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Must no run send many events this way? The job's limits say how many (Limits::forms_per_run).
  [[nodiscard]] virtual bool forbids_bulk() const { return false; }
  /// Asked right before an event would be sent: why it must not be, as a rejection; nullopt when it
  /// may.
  [[nodiscard]] virtual std::optional<Judgement> refuse(const Event& /*event*/,
                                                        WallTime /*now*/) const {
    return std::nullopt;
  }
  /// A pure function of the event: rendering again gives the same bytes.
  [[nodiscard]] virtual HttpRequest render(const Event& event) const = 0;
  /// A pure function, too: `now` is what a date in a Retry-After header is held against.
  [[nodiscard]] virtual Judgement judge(const HttpReply& reply, WallTime now) const = 0;
};

}  // namespace ordertail
