// Decimal money: never binary floating point.
#pragma once

#include <array>
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
inline constexpr std::array kNumberStyles{NumberStyle::plain, NumberStyle::comma_point,
                                          NumberStyle::point_comma, NumberStyle::space_comma,
                                          NumberStyle::plain_comma};

/// The style of which `example` ("1,234.56", …) is the way to write that number.
[[nodiscard]] std::optional<NumberStyle> number_style(std::string_view example);

/// "1,234.56" and so on: the number written in that style.
[[nodiscard]] std::string_view example(NumberStyle style);

/// Reads "-1,234.5" and the like: an optional sign, digits grouped by threes or not at all, at most
/// four decimals, and at one end a currency: "$1,234.56", "-$5.00", "EUR 90,00", "1 234,50 €".
/// nullopt for anything else ("(5.00)" is no number), and beyond ±10^14.
[[nodiscard]] std::optional<Money> parse_money(std::string_view text, NumberStyle style);

/// An amount, and the currency written with it.
struct Price {
  Money money;
  /// The ISO 4217 code that the text proves ("EUR", "€", "AU $"), empty when it proves none ("$",
  /// "kr", nothing at all). A view into the text or of a constant.
  std::string_view currency;
  friend bool operator==(const Price&, const Price&) = default;
};
/// parse_money() for those who also want the currency.
[[nodiscard]] std::optional<Price> parse_price(std::string_view text, NumberStyle style);

/// Is it within ±10^14 units, as all that parse_money() reads?
[[nodiscard]] bool is_in_range(Money money);

/// "142.31", "-0.50", "10.0025": at least two decimals, no more than needed.
[[nodiscard]] std::string to_string(Money money);

}  // namespace ordertail
