// The report as programs read it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/run_report.h"

namespace ordertail {

/// `json` on one line, without a line end, in which nothing is left that a terminal would obey.
[[nodiscard]] std::string on_one_line(const nlohmann::ordered_json& json);

/// One JSON object on one line, without a line end:
/// {"command":"import","job":"job.toml","mode":"real","exit":0,"balanced":true,
///  "staged":{"files":3,"unchanged":0,"bytes":1,"rows":1,"events":1,"event_rows":1,"purchases":1,
///   "with_token":0,"with_ip":0,"skipped":{…},"rejected":{…},"rejects":0,"remarks":{…},"faults":[…],
///   "withdrawn":0,"changed":{"orders":1,"examples":[{"order_number":"1001","reason":"refunded",
///    "source":{"file":"o.csv","line":2}}]}},
///  "delivered":{"requests":1,"submitted":1,"rejected":0,"in_doubt":0,"message":"",
///   "resent":[{"id":"9f…","kind":"purchase","order_number":"1001","by":"itself",
///    "now":"submitted","source":{"file":"o.csv","line":2}}]},
///  "store":{"submitted":1,"rejected":0,"pending":0,"in_doubt":0}}
/// `staged` and `delivered` are there when the command did that; `store` unless it is a dry run.
[[nodiscard]] std::string to_json(const RunReport& report);

}  // namespace ordertail
