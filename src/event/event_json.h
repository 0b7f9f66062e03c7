// An event as one line of JSON: what `extract` prints and what the outbox keeps.
#pragma once

#include <string>
#include <string_view>

#include "event/event.h"

namespace ordertail {

/// Appends the event as one JSON object, without a line end. Absent fields are left out:
/// {"kind":"purchase","id":"9f…","shop":"main","order_number":"1001","email":"ann@example.com",…,
///  "occurred_at":"2024-01-01T02:00:00Z","close_date":"12/31/2023","total_revenue":"142.31",
///  "currency":"USD","skus":["A-1"],"extra":{"k":"v"},"source":{"file":"o.csv","line":2,"byte":40}}
/// Bytes that are not UTF-8 become U+FFFD.
void append_json(const Event& event, std::string& out);

/// The event that append_json() wrote. Throws Error(store) on anything else: only a damaged store
/// holds anything else. Event::rows is 1: it is spent once the event is counted.
[[nodiscard]] Event parse_event_json(std::string_view json);

/// Appends `text` as a JSON string, quotes included. What a terminal would obey is escaped.
void append_json_string(std::string_view text, std::string& out);

}  // namespace ordertail
