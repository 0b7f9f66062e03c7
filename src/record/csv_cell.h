// The cells of a record, and what they say: their bytes without quotes around and escapes within.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "record/csv_dialect.h"

namespace ordertail {

/// How many blanks (spaces and tabs, save the delimiter) stand before the quote that opens the cell
/// at the front of `text`; 0 when no quote follows them: they are data then.
[[nodiscard]] std::size_t blanks_before_quote(std::string_view text, char delimiter);

/// What stands between the quotes of a cell; nullopt when it is not quoted.
[[nodiscard]] std::optional<std::string_view> inside_quotes(std::string_view cell,
                                                            const CsvDialect& dialect);

/// What stands between the quotes of a quoted cell, `""` made `"`, and so `\"` if backslashes
/// count.
[[nodiscard]] std::string unescape(std::string_view inside, Quoting quoting);

/// What a cell says; what is not in the record as it stands is put into `unescaped`. `escaped`:
/// some cell of its record is to be unescaped.
[[nodiscard]] std::string_view content(std::string_view cell, const CsvDialect& dialect,
                                       bool escaped, std::deque<std::string>& unescaped);

/// The same by RFC 4180, without a question more than that needs: most cells there are.
[[nodiscard]] inline std::string_view rfc_content(std::string_view cell, bool escaped,
                                                  std::deque<std::string>& unescaped) {
  if (cell.empty() || cell.front() != '"') return cell;
  const std::string_view inside = cell.substr(1, cell.size() - 2);
  if (!escaped || inside.find('"') == std::string_view::npos) return inside;
  return unescaped.emplace_back(unescape(inside, Quoting::rfc));
}

/// A whole record, and how to find its cells: cell c is bytes[edges[c] + 1 .. edges[c + 1]).
struct WholeRecord {
  const char* bytes;
  const std::uint32_t* edges;
  std::size_t cells;
  std::size_t size;  // its line end included
  std::uint64_t line_ends;
  bool escaped;  // some quoted cell is to be unescaped

  [[nodiscard]] std::string_view cell(std::size_t index) const {
    const std::uint32_t begin = edges[index] + 1;  // wraps around from kEdgeBefore
    return {bytes + begin, edges[index + 1] - begin};
  }

  /// Has it `columns` cells, surplus empty ones forgiven?
  [[nodiscard]] bool fits(std::size_t columns, const CsvDialect& dialect) const;
};

}  // namespace ordertail
