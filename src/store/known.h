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
    sent,       ///< HubSpot may have it, or a part: on its way, in doubt, resent, or advanced
    submitted,  ///< HubSpot has it
    refused,    ///< HubSpot refused it: until a person retries it, or it comes with other content
    rejected,   ///< for good
  };
  State state = no;
  /// Of the content that was staged; absent for what cannot change (app/staging) and for what was
  /// settled by an ordertail that kept none.
  std::optional<EventDigest> digest;
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
  too_late,   ///< HubSpot has it, or may have it
};
[[nodiscard]] Withdrawn withdrawn_as(const Known& known);

}  // namespace ordertail
