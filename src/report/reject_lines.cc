#include "report/reject_lines.h"

#include <fmt/format.h>

#include "base/text.h"
#include "event/event_json.h"

namespace ordertail {

std::string to_json_line(const Reject& reject) {
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
  return line + fmt::format(",\"line\":{},\"byte\":{}}}}}\n", reject.at.line, reject.at.byte);
}

std::string to_sentence(const Reject& reject) {
  const std::string more =
      reject.rows > 1 ? fmt::format(" ({} rows of this order)", reject.rows) : std::string();
  return fmt::format("{}:{}: {}{}", printable(reject.file, 200), reject.at.line, reject.message,
                     more);
}

}  // namespace ordertail
