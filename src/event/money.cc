#include "event/money.h"

#include <array>
#include <utility>

#include "base/text.h"
#include "event/currency.h"

namespace ordertail {
namespace {

constexpr std::int64_t kUnit = 10'000;
constexpr std::int64_t kLargest = 100'000'000'000'000;  // 10^14 units: ten-thousandths fit 63 bits

// A space, a no-break space and a narrow no-break space.
constexpr std::string_view kBlanks[] = {" ", "\xC2\xA0", "\xE2\x80\xAF"};

constexpr std::array<std::pair<std::string_view, NumberStyle>, 5> kExamples{{
    {"1234.56", NumberStyle::plain},
    {"1,234.56", NumberStyle::comma_point},
    {"1.234,56", NumberStyle::point_comma},
    {"1 234,56", NumberStyle::space_comma},
    {"1234,56", NumberStyle::plain_comma},
}};

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr char point_of(NumberStyle style) {
  return style == NumberStyle::plain || style == NumberStyle::comma_point ? '.' : ',';
}

/// Length of the blank at the front of `text`, 0 when there is none.
std::size_t blank_length(std::string_view text) {
  for (const std::string_view blank : kBlanks) {
    if (text.starts_with(blank)) return blank.size();
  }
  return 0;
}

/// Length of the thousands separator at the front of `text`, 0 when there is none.
std::size_t separator_length(std::string_view text, NumberStyle style) {
  switch (style) {
    case NumberStyle::comma_point:
      return text.starts_with(',') ? 1 : 0;
    case NumberStyle::point_comma:
      return text.starts_with('.') ? 1 : 0;
    case NumberStyle::space_comma:
      return blank_length(text);
    case NumberStyle::plain:
    case NumberStyle::plain_comma:
      break;
  }
  return 0;
}

/// Takes the whole part off the front of `text`: digits, grouped by threes or not at all. Nobody
/// who groups writes "0,123".
std::optional<std::int64_t> take_whole(std::string_view& text, NumberStyle style) {
  std::int64_t value = 0;
  std::size_t at = 0;
  std::size_t group = 0;  // where the current one begins
  while (at < text.size()) {
    if (is_digit(text[at])) {
      value = value * 10 + (text[at++] - '0');
      if (value > kLargest) return std::nullopt;
      continue;
    }
    const std::size_t separator = separator_length(text.substr(at), style);
    if (separator == 0) break;
    const std::size_t digits = at - group;
    const bool fits = group == 0 ? digits >= 1 && digits <= 3 && text[0] != '0' : digits == 3;
    if (!fits) return std::nullopt;
    at += separator;
    group = at;
  }
  if (at == 0 || (group != 0 && at - group != 3)) return std::nullopt;
  text.remove_prefix(at);
  return value;
}

/// Reads one to four decimals, to the end of `text`.
std::optional<std::int64_t> read_decimals(std::string_view text) {
  constexpr std::array kScales{0, 1'000, 100, 10, 1};
  if (text.empty() || text.size() >= kScales.size()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value * kScales[text.size()];
}

/// The number alone: no currency, no blanks around it.
std::optional<Money> read_number(std::string_view text, NumberStyle style) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto whole = take_whole(text, style);
  if (!whole) return std::nullopt;
  std::int64_t decimals = 0;
  if (!text.empty()) {
    if (text.front() != point_of(style)) return std::nullopt;
    const auto read = read_decimals(text.substr(1));
    if (!read) return std::nullopt;
    decimals = *read;
  }
  const std::int64_t amount = *whole * kUnit + decimals;
  if (amount > kLargest * kUnit) return std::nullopt;
  return Money{negative ? -amount : amount};
}

/// Takes the currency off one end of `text`, and the blank between it and the number.
std::optional<CurrencyMark> take_currency(std::string_view& text) {
  if (const auto mark = leading_currency(text)) {
    text.remove_prefix(mark->length);
    text.remove_prefix(blank_length(text));
    return mark;
  }
  const auto mark = trailing_currency(text);
  if (!mark) return std::nullopt;
  text.remove_suffix(mark->length);
  for (const std::string_view blank : kBlanks) {
    if (!text.ends_with(blank)) continue;
    text.remove_suffix(blank.size());
    break;
  }
  return mark;
}

/// "-$5.00" and "$-5.00", but not both signs at once.
std::optional<Price> read_with_currency(std::string_view text, NumberStyle style) {
  const bool negative = text.starts_with('-');
  const bool is_signed = negative || text.starts_with('+');
  if (is_signed) text.remove_prefix(1);
  const auto currency = take_currency(text);
  if (!currency || text.empty() || (is_signed && !is_digit(text.front()))) return std::nullopt;
  const auto number = read_number(text, style);
  if (!number) return std::nullopt;
  return Price{Money{negative ? -number->ten_thousandths : number->ten_thousandths},
               currency->code};
}

}  // namespace

std::optional<NumberStyle> number_style(std::string_view text) {
  for (const auto& [written, style] : kExamples) {
    if (written == text) return style;
  }
  return std::nullopt;
}

std::string_view example(NumberStyle style) {
  for (const auto& [written, candidate] : kExamples) {
    if (candidate == style) return written;
  }
  return {};
}

// Nearly every amount is a number and nothing else.
std::optional<Money> parse_money(std::string_view text, NumberStyle style) {
  if (const auto number = read_number(text, style)) return number;
  const auto price = read_with_currency(text, style);
  return price ? std::optional(price->money) : std::nullopt;
}

std::optional<Price> parse_price(std::string_view text, NumberStyle style) {
  if (const auto number = read_number(text, style)) return Price{*number, {}};
  return read_with_currency(text, style);
}

bool is_in_range(Money money) {
  return money.ten_thousandths >= -kLargest * kUnit && money.ten_thousandths <= kLargest * kUnit;
}

std::string to_string(Money money) {
  const bool negative = money.ten_thousandths < 0;
  const std::int64_t amount = negative ? -money.ten_thousandths : money.ten_thousandths;
  std::string text = negative ? "-" : "";
  append_number(static_cast<std::uint64_t>(amount / kUnit), text);
  text += ".0000";
  put_digits(static_cast<unsigned>(amount % kUnit), &text[text.size() - 4], 4);
  for (int i = 0; i < 2 && text.back() == '0'; ++i) text.pop_back();
  return text;
}

}  // namespace ordertail
