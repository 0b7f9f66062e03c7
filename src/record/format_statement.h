// The text of a log format, taken out of the statement that stands in a server's configuration.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "record/line_format.h"

namespace ordertail {

/// What to say of a description that cannot be compiled: "column 4: ...".
[[nodiscard]] Error bad_format(std::size_t column, const std::string& why);

/// A text and, of each of its bytes, the column of the description where it was written.
struct Spelled {
  std::string text;
  std::vector<std::size_t> columns;

  void add(char c, std::size_t column) {
    text += c;
    columns.push_back(column);
  }
  void add(const Spelled& more) {
    text += more.text;
    columns.insert(columns.end(), more.columns.begin(), more.columns.end());
  }
  [[nodiscard]] std::size_t column(std::size_t at) const {
    return at < columns.size() ? columns[at] : columns.empty() ? 1 : columns.back() + 1;
  }
};

struct FormatStatement {
  Spelled text;
  LineEscapes escapes = LineEscapes::backslash;
};

/// `log_format NAME [escape=...] PARTS;` as nginx's parser reads it, comments and all, only the
/// parts, or the bare text of the format. Throws for what is no such statement, or more than one.
[[nodiscard]] FormatStatement nginx_statement(std::string_view text);

/// `LogFormat FORMAT [NAME]` as Apache's parser reads it, with lines that are continued, only the
/// quoted format, or the bare text between its quotes. Throws as nginx_statement() does.
[[nodiscard]] Spelled apache_statement(std::string_view text);

/// The bare text of a format, with nginx's escapes.
[[nodiscard]] Spelled bare_format(std::string_view text);

}  // namespace ordertail
