// Currencies as they are written beside an amount.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace ordertail {

struct CurrencyMark {
  std::size_t length = 0;  ///< of what is written
  /// The ISO 4217 code that it proves, or empty. A view into the text or of a constant.
  std::string_view code;
};

/// What stands at the front of `text`, or at its end: a sign, or three capital letters.
[[nodiscard]] std::optional<CurrencyMark> leading_currency(std::string_view text);
[[nodiscard]] std::optional<CurrencyMark> trailing_currency(std::string_view text);

}  // namespace ordertail
