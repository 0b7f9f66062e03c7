#include "app/time_of_day.h"

#include <date/date.h>

#include <algorithm>
#include <variant>

namespace ordertail {

std::optional<std::chrono::minutes> parse_time_of_day(std::string_view text) {
  const auto number = [&](std::size_t at) { return (text[at] - '0') * 10 + text[at + 1] - '0'; };
  constexpr std::string_view kShape = "00:00";
  const bool shaped =
      std::equal(text.begin(), text.end(), kShape.begin(), kShape.end(),
                 [](char c, char shape) { return shape == ':' ? c == ':' : c >= '0' && c <= '9'; });
  if (!shaped || number(0) > 23 || number(3) > 59) return std::nullopt;
  return std::chrono::hours(number(0)) + std::chrono::minutes(number(3));
}

WallTime next_time(std::chrono::minutes time_of_day, const TimeZone& zone, WallTime now) {
  const LocalTime today = zone.to_local(std::chrono::floor<std::chrono::seconds>(now));
  const auto midnight = date::floor<date::days>(today.time_since_epoch());
  for (LocalTime local(midnight + time_of_day);; local += std::chrono::hours(24)) {
    // An hour that clocks skip: the first one after it.
    for (LocalTime at = local; at <= local + std::chrono::hours(3);
         at += std::chrono::minutes(30)) {
      const auto instant = zone.to_instant(at);
      const auto* found = std::get_if<Instant>(&instant);
      if (found == nullptr) continue;
      if (*found > now) return *found;
      break;
    }
  }
}

}  // namespace ordertail
