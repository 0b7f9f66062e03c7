#include "record/csv_header.h"

#include <algorithm>

#include "base/text.h"
#include "record/csv_cell.h"
#include "record/csv_scan.h"

namespace ordertail {

std::optional<std::size_t> CsvHeader::find(std::string_view name) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const std::string& column) {
    return equal_ignoring_case(column, name);
  });
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

std::optional<CsvHeader> CsvHeaderReader::read(std::string_view window, Ending ending) {
  const std::uint64_t first_byte = next_.byte;
  const auto rest = [&] { return window.substr(next_.byte - first_byte); };
  if (!started_) {
    if (window.size() < kByteOrderMark.size() && ending == Ending::more) return std::nullopt;
    if (window.starts_with(kByteOrderMark)) pass(kByteOrderMark.size(), 0);
    started_ = true;
  }
  if (!frame_.section.empty() && !in_section_) {
    const PassedOver passed = section_.pass(rest(), ending);
    pass(passed.bytes, passed.line_ends);
    if (!passed.found) return std::nullopt;
    in_section_ = true;
  }
  if (!frame_.columns.empty()) return CsvHeader{frame_.columns, next_};
  return find_header(rest(), ending);
}

std::optional<CsvHeader> CsvHeaderReader::find_header(std::string_view window, Ending ending) {
  const CsvDialect dialect = frame_.header_dialect();
  CellEdges edges;
  std::string_view rest = window;
  const auto pass_front = [&](std::size_t bytes, std::uint64_t line_ends) {
    pass(bytes, line_ends);
    rest.remove_prefix(bytes);
  };
  while (!rest.empty() && preamble_ < kMaxPreamble) {
    const ScannedRecord found = scan_record(rest, ending, dialect, edges);
    if (found.outcome == ScannedRecord::Outcome::unfinished) return std::nullopt;
    if (found.outcome == ScannedRecord::Outcome::blank) {
      pass_front(found.end, found.line_ends);
      continue;
    }
    if (found.outcome == ScannedRecord::Outcome::broken) {
      const RestOfLine line = rest_of_line(rest, ending);
      if (frame_.header_has.empty() || !line.ended) return std::nullopt;
      pass_front(line.bytes, 1);
      ++preamble_;
      continue;
    }
    CsvHeader header;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
      const std::uint32_t begin = edges[i] + 1;
      header.columns.push_back(column_name(rest.substr(begin, edges[i + 1] - begin), dialect));
    }
    pass_front(found.end, found.line_ends);
    header.next = next_;
    if (is_wanted(header)) return header;
    ++preamble_;
  }
  return std::nullopt;
}

std::string CsvHeaderReader::column_name(std::string_view cell, const CsvDialect& dialect) const {
  const auto inside = inside_quotes(cell, dialect);
  const std::string text = inside ? unescape(*inside, dialect.quoting) : std::string(cell);
  std::string_view name = trim(text);
  if (name.starts_with(frame_.header_prefix)) name.remove_prefix(frame_.header_prefix.size());
  return std::string(name);
}

bool CsvHeaderReader::is_wanted(const CsvHeader& header) const {
  return std::all_of(frame_.header_has.begin(), frame_.header_has.end(),
                     [&](const std::string& name) { return header.find(name).has_value(); });
}

void CsvHeaderReader::pass(std::size_t bytes, std::uint64_t line_ends) {
  next_.byte += bytes;
  next_.line += line_ends;
}

std::optional<CsvHeader> read_csv_header(std::string_view window, Ending ending,
                                         const CsvFrame& frame) {
  return CsvHeaderReader(frame).read(window, ending);
}

}  // namespace ordertail
