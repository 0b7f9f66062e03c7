// How long to wait before a request is made again: pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace ordertail {

/// Full jitter: a delay from 0 to min(cap, base * 2^failures), both ends possible, evenly spread by
/// `random`, which is any 64-bit random number.
[[nodiscard]] std::chrono::milliseconds full_jitter(unsigned failures,
                                                    std::chrono::milliseconds base,
                                                    std::chrono::milliseconds cap,
                                                    std::uint64_t random);

/// A Retry-After header: seconds or one of HTTP's three date formats (RFC 9110, 10.2.3 and 5.6.7).
/// Clamped to 1 s - 24 h, so a date that is past gives 1 s. nullopt for anything else.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view header,
                                                                    WallTime now);

/// An X-HubSpot-RateLimit-Daily-Remaining header: a whole number of requests; nullopt for anything
/// else (https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines).
[[nodiscard]] std::optional<std::uint64_t> parse_remaining(std::string_view header);

}  // namespace ordertail
