#include "event/date_order.h"

namespace ordertail {

std::optional<DateOrder> date_order(std::string_view name) {
  for (const DateOrder order : kDateOrders) {
    if (name_of(order) == name) return order;
  }
  return std::nullopt;
}

std::string_view name_of(DateOrder order) {
  return order == DateOrder::mdy ? "mdy" : order == DateOrder::dmy ? "dmy" : "ymd";
}

std::string_view in_words(DateOrder order) {
  return order == DateOrder::mdy   ? "month first"
         : order == DateOrder::dmy ? "day first"
                                   : "year first";
}

std::string_view setting(DateOrder order) {
  return order == DateOrder::mdy   ? R"(date_order = "mdy"   # 12/31/2025)"
         : order == DateOrder::dmy ? R"(date_order = "dmy"   # 31/12/2025)"
                                   : R"(date_order = "ymd"   # 2025/12/31)";
}

}  // namespace ordertail
