// Decimal money: never binary floating point.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ordertail {

/// An amount in ten-thousandths of the currency's unit.
struct Money {
  std::int64_t ten_thousandths = 0;
  friend auto operator<=>(const Money&, const Money&) = default;
};

/// How a source writes numbers, as an example of "1,234.56" in that style.
enum class NumberStyle {
  plain,        ///< 1234.56
  comma_point,  ///< 1,234.56
  point_comma,  ///< 1.234,56
  space_comma,  ///< 1 234,56 (space, no-break space or narrow no-break space)
  plain_comma,  ///< 1234,56
};
/// The style of which `example` ("1,234.56", …) is the way to write that number.
[[nodiscard]] std::optional<NumberStyle> number_style(std::string_view example);

/// "1,234.56" and so on: the number written in that style.
[[nodiscard]] std::string_view example(NumberStyle style);

/// Reads "-1,234.5" and the like: an optional sign, digits grouped by threes or not at all, at most
/// four decimals. nullopt for anything else, and beyond ±10^14.
[[nodiscard]] std::optional<Money> parse_money(std::string_view text, NumberStyle style);

/// Is it within ±10^14 units, as all that parse_money() reads?
[[nodiscard]] bool is_in_range(Money money);

/// "142.31", "-0.50", "10.0025": at least two decimals, no more than needed.
[[nodiscard]] std::string to_string(Money money);

}  // namespace ordertail
