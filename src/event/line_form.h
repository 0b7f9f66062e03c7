// How the lines of a log are cut, and which of their parts say what was asked for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/toml_file.h"
#include "event/request_line.h"
#include "record/line_format.h"
#include "record/line_matcher.h"

namespace ordertail {

struct Pattern;

struct LineForm {
  std::string expression;            ///< RE2; empty where the server's own `format` says it
  std::optional<LineFormat> format;  ///< its fields are known as the server writes them: "%h"
  std::string request_group;         ///< the column that has the request; empty: none
  bool is_target = false;            ///< it is only the request's target: path and query
  std::string status_group;          ///< only 2xx and 3xx count; empty: not looked at

  [[nodiscard]] std::vector<std::string> columns() const;
  [[nodiscard]] LineMatcher matcher(const std::vector<std::string>& wanted) const;
  [[nodiscard]] RequestLine request(std::string_view cell) const {
    return is_target ? parse_target(cell) : parse_request_line(cell);
  }
};

/// Reads `log_format` (nginx) or `LogFormat` (Apache), whichever `table` has, and lays what its
/// fields mean under the pattern: the request, its status, the visitor's address and token, the
/// time. False when the table has neither. Throws Error(usage) with line and column, for a format
/// without a request, too.
bool read_server_format(TomlTable& table, Pattern& pattern);

/// Reads the table [line] of a pattern.
void read_line_form(TomlTable table, Pattern& pattern);

}  // namespace ordertail
