// A shop whose purchases go to any of HubSpot's three APIs.
#pragma once

#include <string>

#include "faults/fault_modes.h"

namespace ordertail::faults {

/// The credential's file is "key", the export "orders.csv"; one request at a time, and two tries.
[[nodiscard]] std::string job_text(Api api, const std::string& url, int timeout_ms = 120'000);

/// A header and the orders from 1 to `last`, of yesterday, as forms take nothing old. Order 5 is in
/// line 6, and of customer5@example.com.
[[nodiscard]] std::string recent_orders(int last);

}  // namespace ordertail::faults
