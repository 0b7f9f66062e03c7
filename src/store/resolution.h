// What is decided about events in doubt and rejected ones, and what became of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/hash.h"
#include "event/event.h"
#include "store/attempt.h"

namespace ordertail {

/// An event that a person has to decide about: its last request may or may not have been applied,
/// or was rejected.
struct Held {
  Hash128 id;
  std::string payload, reason, message;
  int tries = 0;
  /// When the last request was recorded, just before it left; and the first one of those that are
  /// not proven to be without effect.
  WallTime attempted_at, first_attempted_at;
  int http_status = 0;
  bool resent = false;  ///< a person has decided before to send it again
};

/// What is decided about an event: by a person, save the last two.
enum class Ruling : std::uint8_t {
  resend = 0,       ///< T8: in doubt, becomes pending; HubSpot may have it twice then
  assume_sent = 1,  ///< T9: in doubt, becomes submitted
  drop = 2,         ///< T9: in doubt or rejected; becomes rejected, its payload is deleted
  retry = 3,        ///< rejected, becomes pending
  by_itself = 4,    ///< T7: in doubt at an idempotent sink, becomes pending; the store decides it
  verify = 5,       ///< T6: in doubt, and its sink lists it; becomes submitted
};
[[nodiscard]] std::string_view name_of(Ruling ruling);

/// What was decided, and what became of it.
struct Resolution {
  Hash128 id;
  Kind kind{};
  std::string order_number;  ///< may be empty
  std::string file;          ///< with `line`: the event's first record
  std::uint64_t line = 0;
  Ruling ruling{};
  Settlement was{};    ///< in doubt, or rejected
  std::string reason;  ///< why it was that
  WallTime at;
  std::string who;
  bool sent_again = false;        ///< of a resend, and by itself: a request was made since
  std::optional<Settlement> now;  ///< as in Totals; absent: withdrawn since
};

/// Without what is said again of an event that came before: for people, who count events.
[[nodiscard]] std::vector<Resolution> each_once(std::vector<Resolution> resolutions);

}  // namespace ordertail
