#include "record/csv_header.h"

#include <algorithm>

#include "base/text.h"
#include "record/csv_scan.h"

namespace ordertail {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string column_name(std::string_view cell) {
  if (cell.empty() || cell.front() != '"') return std::string(trim(cell));
  return std::string(trim(unescape(cell.substr(1, cell.size() - 2))));
}

}  // namespace

std::optional<std::size_t> CsvHeader::find(std::string_view name) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const std::string& column) {
    return equal_ignoring_case(column, name);
  });
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

std::optional<CsvHeader> read_csv_header(std::string_view window, Ending ending,
                                         CsvDialect dialect) {
  CsvHeader header;
  if (window.starts_with(kByteOrderMark)) header.next.byte = kByteOrderMark.size();
  CellEdges edges;
  while (header.next.byte < window.size()) {
    const std::string_view rest = window.substr(header.next.byte);
    const ScannedRecord found = scan_record(rest, ending, dialect.delimiter, edges);
    const bool blank = found.outcome == ScannedRecord::Outcome::blank;
    if (!blank && found.outcome != ScannedRecord::Outcome::whole) return std::nullopt;
    header.next.byte += found.end;
    header.next.line += found.line_ends;
    if (blank) continue;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
      const std::uint32_t begin = edges[i] + 1;
      header.columns.push_back(column_name(rest.substr(begin, edges[i + 1] - begin)));
    }
    return header;
  }
  return std::nullopt;
}

}  // namespace ordertail
