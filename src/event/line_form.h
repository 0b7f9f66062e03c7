// How the lines of a log are cut, and which of their parts say what was asked for.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/toml_file.h"
#include "record/json_line.h"
#include "record/line_format.h"
#include "record/line_matcher.h"
#include "record/line_table.h"

namespace ordertail {

struct Pattern;

/// An RE2 expression; its named groups are the columns.
struct LineExpression {
  std::string text;
};

struct LineForm {
  std::variant<LineExpression, LineFormat, TableForm, JsonForm> cut;

  // Columns; empty where the log has none such.
  std::string request;      ///< the first of these three that is named has the request: whole,
  std::string target;       ///< its path and query,
  std::string path, query;  ///< or each by itself
  std::string method;       ///< where it is not in `request`
  std::string status;

  // Whose doing the request was (event/visit.h).
  std::vector<std::string> user_agent;  ///< columns; the first that is not empty counts
  std::vector<std::string> purpose;     ///< columns: Sec-Purpose, Purpose, X-Moz
  std::string bots;                     ///< RE2: of user agents that are no persons'

  /// The server has encoded once more what was encoded in the query.
  bool encoded_twice = false;

  [[nodiscard]] std::vector<std::string> columns() const;
  /// Those that tell what was asked for, and how it went.
  [[nodiscard]] std::vector<std::string> needed() const;
  [[nodiscard]] bool tells_method() const { return !request.empty() || !method.empty(); }
  [[nodiscard]] bool has_request() const { return !needed_for_request().empty(); }
  [[nodiscard]] LineMatcher matcher(const std::vector<std::string>& wanted) const;

 private:
  [[nodiscard]] const std::string& needed_for_request() const {
    return !request.empty() ? request : !target.empty() ? target : path;
  }
};

/// Reads `bots` of a pattern's [line], or of a source, over what `form` says.
void read_bots(TomlTable& table, LineForm& form);

/// Reads the table [line] of a pattern.
void read_line_form(TomlTable table, Pattern& pattern);

}  // namespace ordertail
