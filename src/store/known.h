// What the store knows of an event, and what that means when its order comes again.
#pragma once

#include <cstdint>
#include <optional>

#include "event/event_digest.h"

namespace ordertail {

struct Known {
  enum State : std::uint8_t {
    no,
    pending,    ///< HubSpot does not have it: never sent, or proven not applied
    sent,       ///< HubSpot may have it: on its way, in doubt, or resent as was decided
    submitted,  ///< HubSpot has it
    refused,    ///< HubSpot refused it: until a person retries it, or it comes with other content
    rejected,   ///< for good
  };
  State state = no;
  /// Of the content that was staged; absent for what cannot change (app/staging) and for what was
  /// settled by an ordertail that kept none.
  std::optional<EventDigest> digest;
  /// An idempotent sink may have it with the content that it had, or a part of it: newer content
  /// goes over that.
  bool in_part = false;
};

/// What became of an event that was to be staged.
enum class Staged : std::uint8_t {
  added,
  repeated,   ///< known already
  replaced,   ///< a pending event has this content now
  corrected,  ///< a refused event has this content now, and is pending
  changed,    ///< known with other content, and too late to send this
};
/// `digest`: of the event's content, if it can change.
[[nodiscard]] Staged staged_as(const Known& known, std::optional<EventDigest> digest);

/// What became of an order that is no sale any more.
enum class Withdrawn : std::uint8_t {
  not_there,  ///< HubSpot does not have it, and nothing waits to be sent
  taken_out,  ///< it was pending
  cut_short,  ///< it was pending, too, but HubSpot may have a part of it
  too_late,   ///< HubSpot has it, or may have it
};
[[nodiscard]] constexpr bool leaves_outbox(Withdrawn withdrawn) {
  return withdrawn == Withdrawn::taken_out || withdrawn == Withdrawn::cut_short;
}
[[nodiscard]] Withdrawn withdrawn_as(const Known& known);

}  // namespace ordertail
