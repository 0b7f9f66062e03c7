#include <date/date.h>

#include <array>
#include <chrono>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "event/date_format.h"
#include "event/date_input.h"

namespace ordertail {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"january",   "february", "march",    "april",
                                                   "may",       "june",     "july",     "august",
                                                   "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays{"sunday",   "monday", "tuesday", "wednesday",
                                                    "thursday", "friday", "saturday"};

constexpr std::size_t kMostEpochDigits = 11;  // to the year 5138; milliseconds have 13

/// The parts of a time as they are found.
struct DateParts {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, weekday = 0;
  bool twelve_hours = false;
  std::optional<bool> afternoon;
  std::optional<std::chrono::seconds> offset;
  std::optional<std::chrono::seconds> epoch;
  char separator = 0;  // the one used between the parts of %x

  /// Takes what a directive of DateFormat stands for; false when the text does not fit.
  bool take(char directive, DateInput& input);
  /// nullopt when they name no real day or time.
  [[nodiscard]] std::optional<ParsedTime> whole() const;

 private:
  bool take_separator(DateInput& input);
  bool take_half(DateInput& input);
  bool take_epoch(DateInput& input);
  [[nodiscard]] std::optional<int> hour_of_day() const;
};

bool DateParts::take_separator(DateInput& input) {
  if (separator == 0 && !input.rest.empty()) separator = input.rest.front();
  return (separator == '/' || separator == '-' || separator == '.') && input.take(separator);
}

bool DateParts::take_half(DateInput& input) {
  if (equal_ignoring_case(input.rest.substr(0, 2), "am")) afternoon = false;
  if (equal_ignoring_case(input.rest.substr(0, 2), "pm")) afternoon = true;
  if (!afternoon) return false;
  input.rest.remove_prefix(2);
  return true;
}

bool DateParts::take_epoch(DateInput& input) {
  const std::string_view digits = input.rest.substr(0, input.rest.find_first_not_of("0123456789"));
  if (digits.empty() || digits.size() > kMostEpochDigits) return false;
  std::int64_t value = 0;
  for (const char digit : digits) value = value * 10 + (digit - '0');
  epoch = std::chrono::seconds(value);
  input.rest.remove_prefix(digits.size());
  input.skip_fraction();
  return true;
}

bool DateParts::take(char directive, DateInput& input) {
  switch (directive) {
    case 'Y':
      return input.take_number(4, 4, year);
    case 'y':
      if (!input.take_number(2, 2, year)) return false;
      year += 2000;
      return true;
    case 'm':
      return input.take_number(1, 2, month);
    case 'b':
    case 'B':
      if (!input.take_name(kMonths, month)) return false;
      ++month;
      return true;
    case 'd':
    case 'e':
      return input.take_number(1, 2, day);
    case 'I':
      twelve_hours = true;
      return input.take_number(1, 2, hour) && hour >= 1 && hour <= 12;
    case 'H':
      return input.take_number(1, 2, hour);
    case 'M':
      return input.take_number(1, 2, minute);
    case 'S':
      return input.take_number(1, 2, second);
    case 'p':
      return take_half(input);
    case 'a':
    case 'A':
      return input.take_name(kWeekdays, weekday);
    case 'z':
      return input.take_offset(offset.emplace());
    case 's':
      return take_epoch(input);
    case '/':
      return take_separator(input);
    default:
      return false;
  }
}

/// Versions of Magento 2 write a 24-hour hour and AM or PM, others a 12-hour hour. No text means
/// one time in the one and another in the other: of the hours after noon, the 24-hour clock writes
/// only 12 to 23 and the 12-hour clock only 12 and 1 to 11; of those before, 1 to 11 are the same,
/// 0 is only the 24-hour clock's and 12 only the other's. What neither writes (0 PM, 13 AM) is
/// none.
std::optional<int> DateParts::hour_of_day() const {
  if (twelve_hours) return hour % 12 + (afternoon.value_or(false) ? 12 : 0);
  if (hour > 23) return std::nullopt;
  if (!afternoon) return hour;
  if (*afternoon ? hour == 0 : hour > 12) return std::nullopt;
  return *afternoon && hour >= 12 ? hour : hour % 12 + (*afternoon ? 12 : 0);
}

std::optional<ParsedTime> DateParts::whole() const {
  if (epoch) return ParsedTime{LocalTime(*epoch), std::chrono::seconds(0)};
  const auto hours = hour_of_day();
  if (!hours || minute > 59 || second > 60) return std::nullopt;
  const date::year_month_day calendar = date::year(year) /
                                        date::month(static_cast<unsigned>(month)) /
                                        date::day(static_cast<unsigned>(day));
  if (!calendar.ok()) return std::nullopt;
  const auto midnight = date::local_days(calendar).time_since_epoch();
  return ParsedTime{LocalTime(midnight + std::chrono::hours(*hours) + std::chrono::minutes(minute) +
                              std::chrono::seconds(second)),
                    offset};
}

}  // namespace

bool DateFormat::wants_point_at(std::size_t step) const {
  return step + 1 < steps_.size() && steps_[step] == kLiteral && steps_[step + 1] == '.';
}

std::optional<ParsedTime> DateFormat::parse(std::string_view text) const {
  DateInput input{text};
  DateParts parts;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i] != kLiteral) {
      if (!parts.take(steps_[i], input)) return std::nullopt;
      const bool at_point = steps_[i] == 'S' && input.rest.starts_with('.');
      if (at_point && !wants_point_at(i + 1)) input.skip_fraction();
      continue;
    }
    const char literal = steps_[++i];
    if (!(literal == ' ' ? input.take_blanks() : input.take(literal))) return std::nullopt;
  }
  return input.rest.empty() ? parts.whole() : std::nullopt;
}

}  // namespace ordertail
