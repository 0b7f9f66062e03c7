#include "delivery/retry.h"

#include <date/date.h>

#include <algorithm>
#include <charconv>
#include <locale>
#include <sstream>
#include <string>

#include "base/text.h"

namespace ordertail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kShortest{1};
constexpr seconds kLongest = std::chrono::hours(24);

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<date::sys_seconds> parse_http_date(std::string_view text) {
  for (const char* format :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::istringstream stream{std::string(text)};
    stream.imbue(std::locale::classic());
    date::sys_seconds time;
    date::from_stream(stream, format, time);
    if (!stream.fail() && stream.peek() == std::istringstream::traits_type::eof()) return time;
  }
  return std::nullopt;
}

}  // namespace

milliseconds full_jitter(unsigned failures, milliseconds base, milliseconds cap,
                         std::uint64_t random) {
  milliseconds longest = std::min(base, cap);
  for (unsigned i = 0; i < failures && longest < cap; ++i) longest = std::min(cap, longest * 2);
  const auto bound = static_cast<std::uint64_t>(std::max(longest, milliseconds(0)).count());
  return milliseconds(static_cast<milliseconds::rep>(random % (bound + 1)));
}

std::optional<seconds> parse_retry_after(std::string_view header, WallTime now) {
  const std::string_view text = trim(header);
  if (all_digits(text)) {
    seconds::rep count = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
    if (parsed.ec != std::errc{}) return kLongest;
    return std::clamp(seconds(count), kShortest, kLongest);
  }
  const auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  return std::clamp(std::chrono::ceil<seconds>(*date - now), kShortest, kLongest);
}

std::optional<std::uint64_t> parse_remaining(std::string_view header) {
  const std::string_view text = trim(header);
  std::uint64_t count = 0;
  if (!all_digits(text)) return std::nullopt;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
  return parsed.ec == std::errc{} ? std::optional(count) : std::nullopt;
}

}  // namespace ordertail
