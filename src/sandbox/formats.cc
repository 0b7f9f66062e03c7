#include "sandbox/formats.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>

namespace ordertail::sandbox {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Is each character what the shape says: "9" for a digit, else itself?
bool has_shape(std::string_view text, std::string_view shape) {
  return text.size() == shape.size() &&
         std::equal(text.begin(), text.end(), shape.begin(),
                    [](char c, char wanted) { return wanted == '9' ? is_digit(c) : c == wanted; });
}

/// Of digits, few enough to fit.
int number(std::string_view digits) {
  int value = 0;
  for (const char digit : digits) value = value * 10 + (digit - '0');
  return value;
}

bool is_calendar_day(std::string_view text) {
  using namespace std::chrono;
  return has_shape(text, "9999-99-99") &&
         year_month_day(year(number(text.substr(0, 4))),
                        month(static_cast<unsigned>(number(text.substr(5, 2)))),
                        day(static_cast<unsigned>(number(text.substr(8, 2)))))
             .ok();
}

/// "Z", "+hh:mm", "-hh:mm"
bool is_offset(std::string_view text) {
  if (text == "Z") return true;
  return (has_shape(text, "+99:99") || has_shape(text, "-99:99")) &&
         number(text.substr(1, 2)) <= 14 && number(text.substr(4, 2)) < 60;
}

}  // namespace

bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == 0 || at == text.npos || text.find('@', at + 1) != text.npos) return false;
  const std::string_view domain = text.substr(at + 1);
  const std::size_t dot = domain.rfind('.');
  const bool dotted = dot != domain.npos && domain.front() != '.' && domain.back() != '.';
  return dotted && std::all_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte > 0x20 && byte != 0x7F;
         });
}

bool is_hutk(std::string_view text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'f');
         });
}

bool is_ip_address(std::string_view text) {
  const std::string address(text);
  if (address.find('\0') != address.npos) return false;
  in6_addr parsed{};  // large enough for both
  return inet_pton(AF_INET, address.c_str(), &parsed) == 1 ||
         inet_pton(AF_INET6, address.c_str(), &parsed) == 1;
}

bool is_page_uri(std::string_view text) {
  constexpr std::string_view kMarks = "-._~:/?#[]@!$&'()*+,;=";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_plain = is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          kMarks.find(c) != kMarks.npos;
    const bool is_escape =
        c == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]);
    if (!is_plain && !is_escape) return false;
  }
  return !text.empty();
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_date(std::string_view text) {
  constexpr std::int64_t kDay = 86'400'000;
  const std::optional<std::int64_t> milliseconds = parse_integer(text);
  return milliseconds ? *milliseconds % kDay == 0 : is_calendar_day(text);
}

bool is_datetime(std::string_view text) {
  if (parse_integer(text)) return true;
  if (text.size() < 17 || !is_calendar_day(text.substr(0, 10)) ||
      !has_shape(text.substr(10, 6), "T99:99") || number(text.substr(11, 2)) > 23 ||
      number(text.substr(14, 2)) > 59) {
    return false;
  }
  text.remove_prefix(16);
  if (text.size() > 3 && has_shape(text.substr(0, 3), ":99") && number(text.substr(1, 2)) < 60) {
    text.remove_prefix(3);
    if (text.front() == '.') {
      text.remove_prefix(1);
      const auto digits = std::find_if_not(text.begin(), text.end(), is_digit) - text.begin();
      if (digits < 1 || digits > 9) return false;
      text.remove_prefix(static_cast<std::size_t>(digits));
    }
  }
  return is_offset(text);
}

bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const auto are_digits = [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), is_digit);
  };
  return are_digits(text.substr(0, point)) &&
         (point == text.size() || are_digits(text.substr(point + 1)));
}

bool is_currency_code(std::string_view text) {
  return text.size() == 3 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace ordertail::sandbox
