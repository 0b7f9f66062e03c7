// Which part of a date in digits comes first.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ordertail {

enum class DateOrder : std::uint8_t { mdy, dmy, ymd };
inline constexpr std::array kDateOrders{DateOrder::mdy, DateOrder::dmy, DateOrder::ymd};

/// "mdy", "dmy" or "ymd".
[[nodiscard]] std::optional<DateOrder> date_order(std::string_view name);
[[nodiscard]] std::string_view name_of(DateOrder order);

/// "month first", "day first" or "year first".
[[nodiscard]] std::string_view in_words(DateOrder order);

/// The line of a job that declares it: `date_order = "mdy"   # 12/31/2025`.
[[nodiscard]] std::string_view setting(DateOrder order);

}  // namespace ordertail
