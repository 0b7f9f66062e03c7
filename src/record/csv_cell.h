// What a cell says: its bytes without the quotes around it and the escapes in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "record/csv_dialect.h"

namespace ordertail {

/// How many blanks (spaces and tabs, save the delimiter) stand before the quote that opens the cell
/// at the front of `text`; 0 when no quote follows them: they are data then.
[[nodiscard]] std::size_t blanks_before_quote(std::string_view text, char delimiter);

/// What stands between the quotes of a cell; nullopt when it is not quoted.
[[nodiscard]] inline std::optional<std::string_view> inside_quotes(std::string_view cell,
                                                                   const CsvDialect& dialect) {
  if (dialect.blank_before_quote) cell.remove_prefix(blanks_before_quote(cell, dialect.delimiter));
  if (cell.empty() || cell.front() != '"' || dialect.quoting == Quoting::none) return std::nullopt;
  return cell.substr(1, cell.size() - 2);
}

/// What stands between the quotes of a quoted cell, `""` made `"`, and so `\"` if backslashes
/// count.
[[nodiscard]] std::string unescape(std::string_view inside, Quoting quoting);

}  // namespace ordertail
