#include "event/date_format.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace ordertail {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"january",   "february", "march",    "april",
                                                   "may",       "june",     "july",     "august",
                                                   "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays{"sunday",   "monday", "tuesday", "wednesday",
                                                    "thursday", "friday", "saturday"};
constexpr char kLiteral = 0;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Directives that stand for others.
std::string_view expansion(char directive, std::optional<DateOrder> order) {
  if (directive == 'F') return "%Y-%m-%d";
  if (directive == 'T') return "%H:%M:%S";
  if (directive == 'x' && order == DateOrder::mdy) return "%m%/%d%/%Y";
  if (directive == 'x' && order == DateOrder::dmy) return "%d%/%m%/%Y";
  if (directive == 'x' && order == DateOrder::ymd) return "%Y%/%m%/%d";
  return {};
}

void compile(std::string_view format, std::optional<DateOrder> order, std::vector<char>& steps) {
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      steps.insert(steps.end(), {kLiteral, format[i]});
      continue;
    }
    const char directive = ++i < format.size() ? format[i] : '%';
    const std::string_view expanded = expansion(directive, order);
    if (!expanded.empty()) {
      compile(expanded, order, steps);
    } else if (std::string_view("YymbBdeHIMSpaAz/").find(directive) != std::string_view::npos) {
      steps.push_back(directive);
    } else {
      throw Error(
          ExitCode::usage,
          fmt::format("the time format \"{}\" has an unknown directive %{}", format, directive));
    }
  }
}

/// A cursor over the text being parsed; every take_ returns false when the text does not fit.
struct Input {
  std::string_view rest;

  bool take(char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool take_blanks() {
    if (!take(' ')) return false;
    while (take(' ')) {
    }
    return true;
  }
  bool take_number(std::size_t least, std::size_t most, int& value) {
    std::size_t digits = 0;
    value = 0;
    while (digits < most && digits < rest.size() && is_digit(rest[digits])) {
      value = value * 10 + (rest[digits++] - '0');
    }
    rest.remove_prefix(digits);
    return digits >= least;
  }
  /// The index of the name (or of its first three letters) at the front.
  template <std::size_t N>
  bool take_name(const std::array<std::string_view, N>& names, int& index) {
    for (std::size_t i = 0; i < N; ++i) {
      if (!equal_ignoring_case(rest.substr(0, 3), names[i].substr(0, 3))) continue;
      const std::size_t whole = names[i].size();
      rest.remove_prefix(equal_ignoring_case(rest.substr(0, whole), names[i]) ? whole : 3);
      index = static_cast<int>(i);
      return true;
    }
    return false;
  }
  bool take_offset(std::chrono::seconds& offset) {
    offset = {};
    if (take('Z')) return true;
    const bool west = rest.starts_with('-');
    if (!west && !rest.starts_with('+')) return false;
    rest.remove_prefix(1);
    int hours = 0;
    int minutes = 0;
    if (!take_number(2, 2, hours)) return false;
    take(':');
    if (!take_number(2, 2, minutes) || hours > 14 || minutes > 59) return false;
    offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    if (west) offset = -offset;
    return true;
  }
};

/// The parts of a time as they are found.
struct Parts {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, weekday = 0;
  bool twelve_hours = false;
  std::optional<bool> afternoon;
  std::optional<std::chrono::seconds> offset;
  char separator = 0;  // the one used between the parts of %x

  bool take(char directive, Input& input);
  [[nodiscard]] std::optional<ParsedTime> whole() const;

 private:
  bool take_separator(Input& input);
  bool take_half(Input& input);
};

bool Parts::take_separator(Input& input) {
  if (separator == 0 && !input.rest.empty()) separator = input.rest.front();
  return (separator == '/' || separator == '-' || separator == '.') && input.take(separator);
}

bool Parts::take_half(Input& input) {
  if (equal_ignoring_case(input.rest.substr(0, 2), "am")) afternoon = false;
  if (equal_ignoring_case(input.rest.substr(0, 2), "pm")) afternoon = true;
  if (!afternoon) return false;
  input.rest.remove_prefix(2);
  return true;
}

bool Parts::take(char directive, Input& input) {
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
    case '/':
      return take_separator(input);
    default:
      return false;
  }
}

std::optional<ParsedTime> Parts::whole() const {
  int hours = hour;
  if (twelve_hours) hours = hour % 12 + (afternoon.value_or(false) ? 12 : 0);
  if (hours > 23 || minute > 59 || second > 60) return std::nullopt;
  const date::year_month_day calendar = date::year(year) /
                                        date::month(static_cast<unsigned>(month)) /
                                        date::day(static_cast<unsigned>(day));
  if (!calendar.ok()) return std::nullopt;
  const auto midnight = date::local_days(calendar).time_since_epoch();
  return ParsedTime{LocalTime(midnight + std::chrono::hours(hours) + std::chrono::minutes(minute) +
                              std::chrono::seconds(second)),
                    offset};
}

}  // namespace

std::optional<DateOrder> date_order(std::string_view name) {
  if (name == "mdy") return DateOrder::mdy;
  if (name == "dmy") return DateOrder::dmy;
  if (name == "ymd") return DateOrder::ymd;
  return std::nullopt;
}

DateFormat::DateFormat(std::string_view format, std::optional<DateOrder> order) {
  compile(format, order, steps_);
}

std::string DateFormat::shape() const {
  constexpr std::array<std::pair<char, std::string_view>, 15> kShapes{{
      {'Y', "YYYY"},
      {'y', "YY"},
      {'m', "MM"},
      {'b', "Mon"},
      {'B', "Mon"},
      {'d', "DD"},
      {'e', "DD"},
      {'H', "HH"},
      {'I', "HH"},
      {'M', "MM"},
      {'S', "SS"},
      {'p', "AM"},
      {'a', "Day"},
      {'A', "Day"},
      {'z', "+HHMM"},
  }};
  std::string shape;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i] == kLiteral) {
      shape += steps_[++i];
      continue;
    }
    const auto* found = std::find_if(kShapes.begin(), kShapes.end(),
                                     [&](const auto& entry) { return entry.first == steps_[i]; });
    shape += found == kShapes.end() ? std::string_view("/") : found->second;
  }
  return shape;
}

std::optional<ParsedTime> DateFormat::parse(std::string_view text) const {
  Input input{text};
  Parts parts;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i] != kLiteral) {
      if (!parts.take(steps_[i], input)) return std::nullopt;
      continue;
    }
    const char literal = steps_[++i];
    if (!(literal == ' ' ? input.take_blanks() : input.take(literal))) return std::nullopt;
  }
  return input.rest.empty() ? parts.whole() : std::nullopt;
}

}  // namespace ordertail
