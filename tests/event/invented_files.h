// Files of carts and web servers, invented at random: with continuation rows, quoted line ends,
// non-sales and rows that are wrong.
#pragma once

#include <cstdint>
#include <string>

namespace ordertail {

/// How much of it is wrong.
enum class Faults {
  none,
  rows,    ///< rows of too many cells, bad addresses, amounts and dates
  quotes,  ///< those, and cells that go on after their closing quote
};

struct InventedFile {
  std::string text;        ///< ends with a line end
  std::size_t header = 0;  ///< bytes before the first record
};

[[nodiscard]] InventedFile invented_shopify(std::uint32_t seed, int orders, Faults faults);
[[nodiscard]] InventedFile invented_paypal(std::uint32_t seed, int rows, Faults faults);
/// Lines as nginx-combined-utk has them, most of them no conversions.
[[nodiscard]] InventedFile invented_log(std::uint32_t seed, int lines, Faults faults);

}  // namespace ordertail
