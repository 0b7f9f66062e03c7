// The report as people read it.
#pragma once

#include <string>

#include "report/run_report.h"

namespace ordertail {

/// Some lines of text, the last one ended: what was read, what it became, what was sent, what is
/// left, and whether it adds up. Holds no people's data.
[[nodiscard]] std::string to_text(const RunReport& report);

/// "orders.csv:17: purchase of order 1001, now submitted" and no line end: what was sent again.
[[nodiscard]] std::string to_sentence(const Resolution& resent);

/// "orders.csv:17: order 1001 was sent and is now refunded" and no line end.
[[nodiscard]] std::string to_sentence(const ChangedOrder& order);

}  // namespace ordertail
