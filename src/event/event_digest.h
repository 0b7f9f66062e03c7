// Whether an order that is known already says something else by now.
#pragma once

#include <cstdint>
#include <string_view>

#include "event/event.h"

namespace ordertail {

/// 8 bits of the source and 24 of the content: what a store can afford to keep of every settled
/// event. So one change in 16 million goes unnoticed; and of the pairs of sources that name the
/// same orders, one in 256 shares its 8 bits, and their differences then pass for changes.
struct EventDigest {
  std::uint32_t bits = 0;
  friend bool operator==(EventDigest, EventDigest) = default;
};

/// 24 bits of what a sink may send of the event, hence not of its origin and its rows. The e-mail
/// address counts as the event id has it: without regard to case.
[[nodiscard]] std::uint32_t content_of(const Event& event);

/// `source`: the name of the pattern that read it. Stored: may not change between versions.
[[nodiscard]] EventDigest event_digest(std::uint32_t content, std::string_view source);

/// Other content from the same source. Two sources, such as the cart's export and PayPal's, tell
/// of one order in different words by nature: that is no change.
[[nodiscard]] bool is_change(EventDigest before, EventDigest now);

}  // namespace ordertail
