#include "event/column_proof.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace ordertail {
namespace {

constexpr std::size_t kShown = 40;  // bytes of a cell

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};

/// `values`: what each way reads.
template <typename Value, std::size_t N>
Evidence::Readings compare(const std::array<std::optional<Value>, N>& values) {
  static_assert(N <= Evidence::kMostWays);
  Evidence::Readings readings{};
  for (std::size_t i = 0; i < N; ++i) {
    if (!values[i]) continue;
    const auto same = std::find(values.begin(), values.end(), values[i]);
    readings[i] = static_cast<std::uint8_t>(1 + (same - values.begin()));
  }
  return readings;
}

/// Of `ways`, the first that is left, unless it matters which.
template <typename Way, std::size_t N>
std::optional<Way> first_left(const Evidence& evidence, const std::array<Way, N>& ways) {
  if (evidence.outcome() != Proof::decided && evidence.outcome() != Proof::any) return std::nullopt;
  for (std::size_t i = 0; i < N; ++i) {
    if (evidence.is_left(i)) return ways[i];
  }
  return std::nullopt;
}

/// "a", "a or b", "a, b or c"
std::string alternatives(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += i == 0 ? "" : i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string indented(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "\n  " + line;
  return text;
}

}  // namespace

void NumberProof::add(std::string_view cell, std::uint64_t line) {
  std::array<std::optional<Money>, kNumberStyles.size()> amounts;
  for (std::size_t i = 0; i < kNumberStyles.size(); ++i) {
    amounts[i] = parse_money(cell, kNumberStyles[i]);
  }
  evidence_.add(compare(amounts), cell, line);
}

std::optional<NumberStyle> NumberProof::decision() const {
  return first_left(evidence_, kNumberStyles);
}

std::vector<std::string> NumberProof::evidence() const {
  const bool unproven = outcome() == Proof::unproven;
  std::vector<std::string> lines;
  for (const auto& [line, cell, readings] : evidence_.witnesses()) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < kNumberStyles.size(); ++i) {
      if (readings[i] == 0 || (unproven && !evidence_.is_left(i))) continue;
      const NumberStyle style = kNumberStyles[i];
      std::string word =
          unproven ? to_string(*parse_money(cell, style)) : std::string(example(style));
      if (std::find(words.begin(), words.end(), word) == words.end())
        words.push_back(std::move(word));
    }
    lines.push_back(fmt::format("line {}: \"{}\" {} {}", line, printable(cell, kShown),
                                unproven ? "may be" : "is written like", alternatives(words)));
  }
  return lines;
}

std::string NumberProof::refusal(std::string_view file, std::string_view column) const {
  if (outcome() == Proof::contradictory) {
    return fmt::format(
        "{}: the amounts in \"{}\" are not all written the same way:{}\n"
        "Export the file again in one language, or split it: one file, and one [[source]] with its "
        "numbers, for each way of writing them.",
        printable_name(file), column, indented(evidence()));
  }
  std::string text = fmt::format(
      "{}: the amounts in \"{}\" can be read in more than one way, and nothing in the column "
      "proves which is right:{}\nAdd to the [[source]] the line that is true of this file:",
      printable_name(file), column, indented(evidence()));
  for (std::size_t i = 0; i < kNumberStyles.size(); ++i) {
    if (evidence_.is_left(i))
      text += fmt::format("\n  numbers = \"{}\"", example(kNumberStyles[i]));
  }
  return text;
}

DateProof::DateProof(const std::vector<std::string>& formats) {
  for (std::size_t i = 0; i < kDateOrders.size(); ++i) {
    for (const std::string& format : formats) formats_[i].emplace_back(format, kDateOrders[i]);
  }
}

std::optional<LocalTime> DateProof::read(std::string_view cell, std::size_t order) const {
  for (const DateFormat& format : formats_[order]) {
    if (const auto time = format.parse(cell)) return time->local;
  }
  return std::nullopt;
}

void DateProof::add(std::string_view cell, std::uint64_t line) {
  std::array<std::optional<LocalTime>, kDateOrders.size()> times;
  for (std::size_t i = 0; i < kDateOrders.size(); ++i) times[i] = read(cell, i);
  evidence_.add(compare(times), cell, line);
}

std::optional<DateOrder> DateProof::decision() const {
  return first_left(evidence_, kDateOrders);
}

/// The day as those say it who write dates in this order.
std::string DateProof::day_in_words(std::string_view cell, std::size_t order) const {
  const auto time = read(cell, order)->time_since_epoch();
  const date::year_month_day day(date::local_days(date::floor<date::days>(time)));
  const std::string_view month = kMonths[static_cast<unsigned>(day.month()) - 1];
  return kDateOrders[order] == DateOrder::dmy
             ? fmt::format("{} {}", static_cast<unsigned>(day.day()), month)
             : fmt::format("{} {}", month, static_cast<unsigned>(day.day()));
}

std::vector<std::string> DateProof::evidence() const {
  std::vector<std::string> lines;
  for (const auto& [line, cell, readings] : evidence_.witnesses()) {
    std::vector<std::string> days;
    for (std::size_t i = 0; i < kDateOrders.size(); ++i) {
      if (readings[i] != 0) days.push_back(day_in_words(cell, i));
    }
    lines.push_back(fmt::format("line {}: {} {} {}", line, printable(cell, kShown),
                                days.size() > 1 ? "may be" : "can only be", alternatives(days)));
  }
  return lines;
}

std::string DateProof::refusal(std::string_view file, std::string_view column) const {
  if (outcome() == Proof::contradictory) {
    return fmt::format(
        "{}: the dates in \"{}\" are not all in one order:{}\n"
        "Export the file again in one language, or split it: one file, and one [[source]] with its "
        "date_order, for each order of dates.",
        printable_name(file), column, indented(evidence()));
  }
  std::string text = fmt::format(
      "{}: the dates in \"{}\" may be month first or day first, and nothing in the column proves "
      "which:{}\nAdd to the [[source]] the line that is true of this file:",
      printable_name(file), column, indented(evidence()));
  for (std::size_t i = 0; i < kDateOrders.size(); ++i) {
    if (evidence_.is_left(i)) text += fmt::format("\n  {}", setting(kDateOrders[i]));
  }
  return text;
}

}  // namespace ordertail
