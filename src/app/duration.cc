#include "app/duration.h"

#include <charconv>
#include <cstdint>

namespace ordertail {

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  constexpr std::chrono::seconds kLongest = std::chrono::hours(24) * 36525;
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [behind, fault] = std::from_chars(text.data(), end, number);
  if (fault != std::errc()) return std::nullopt;
  if (number == 0 && behind == end) return std::chrono::seconds(0);
  if (end - behind != 1) return std::nullopt;
  const std::int64_t unit = *behind == 's'   ? 1
                            : *behind == 'm' ? 60
                            : *behind == 'h' ? 3600
                            : *behind == 'd' ? 86'400
                                             : 0;
  const std::chrono::seconds length(unit * number);
  if (unit == 0 || length > kLongest) return std::nullopt;
  return length;
}

}  // namespace ordertail
