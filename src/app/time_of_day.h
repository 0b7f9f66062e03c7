// A time of day, as people write it on a command line.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/zone.h"

namespace ordertail {

/// "06:00", from midnight on; nullopt for anything else than HH:MM.
[[nodiscard]] std::optional<std::chrono::minutes> parse_time_of_day(std::string_view text);

/// When it is this time of day in `zone`, next after `now`. Where clocks skip it, when they have.
[[nodiscard]] WallTime next_time(std::chrono::minutes time_of_day, const TimeZone& zone,
                                 WallTime now);

}  // namespace ordertail
