#include "report/reject_lines.h"

#include <fmt/format.h>

#include "base/text.h"
#include "event/event_json.h"

namespace ordertail {

namespace {

/// Without the closing brace.
std::string begin_line(const Reject& reject) {
  std::string line = std::string(kRejectLineBegins);
  append_json_string(reject.reason, line);
  if (!reject.field.empty()) {
    line += R"(,"field":)";
    append_json_string(reject.field, line);
  }
  line += R"(,"message":)";
  append_json_string(reject.message, line);
  line += R"(,"source":{"file":)";
  append_json_string(reject.file, line);
  return line + fmt::format(",\"line\":{},\"byte\":{}}}", reject.at.line, reject.at.byte);
}

}  // namespace

std::string to_json_line(const Reject& reject) {
  return begin_line(reject) + "}\n";
}

std::string to_json_line(const Reject& reject, std::optional<std::uint64_t> line_of_copy) {
  const std::string copy =
      line_of_copy ? fmt::format(R"({{"line":{},"rows":{}}})", *line_of_copy, reject.rows) : "null";
  return fmt::format("{},\"copy\":{}}}\n", begin_line(reject), copy);
}

std::string to_sentence(const Reject& reject) {
  const std::string more =
      reject.rows > 1 ? fmt::format(" ({} rows of this order)", reject.rows) : std::string();
  return fmt::format("{}:{}: {}{}", printable(reject.file, 200), reject.at.line, reject.message,
                     more);
}

}  // namespace ordertail
