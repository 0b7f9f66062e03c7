#include "record/csv_section.h"

#include <algorithm>

namespace ordertail {

std::string_view section_begun(std::string_view record, const CellEdges& edges) {
  if (!record.starts_with('[')) return {};
  const std::string_view cell = record.substr(0, edges[1]);
  for (std::size_t i = 1; i + 1 < edges.size(); ++i) {
    if (edges[i + 1] != edges[i] + 1) return {};
  }
  if (cell.size() < 3 || cell.back() != ']') return {};
  const std::string_view name = cell.substr(1, cell.size() - 2);
  const bool is_name = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  return is_name ? name : std::string_view{};
}

PassedOver SectionSearch::pass(std::string_view window, Ending ending) {
  PassedOver passed;
  while (!passed.found && passed.bytes < window.size()) {
    const std::string_view rest = window.substr(passed.bytes);
    if (within_line_) {
      const RestOfLine line = rest_of_line(rest, ending);
      passed.bytes += line.bytes;
      if (!line.ended) break;
      ++passed.line_ends;
      within_line_ = false;
      continue;
    }
    const ScannedRecord record = scan_record(rest, ending, dialect_, edges_);
    if (record.outcome == ScannedRecord::Outcome::unfinished) break;
    if (record.outcome == ScannedRecord::Outcome::broken) {
      within_line_ = true;
      continue;
    }
    passed.bytes += record.end;
    passed.line_ends += record.line_ends;
    passed.found =
        record.outcome == ScannedRecord::Outcome::whole && section_begun(rest, edges_) == section_;
  }
  return passed;
}

OtherSections::OtherSections(const CsvFrame& frame, Position begin)
    : begin_(begin),
      section_(frame.dialect, frame.section),
      has_header_(frame.columns.empty()),
      header_dialect_(frame.header_dialect()) {}

PassedOver OtherSections::pass(std::string_view window, Ending ending) {
  using Outcome = ScannedRecord::Outcome;
  PassedOver passed;
  for (;;) {
    if (!before_header_) {
      const PassedOver section = section_.pass(window.substr(passed.bytes), ending);
      passed.bytes += section.bytes;
      passed.line_ends += section.line_ends;
      if (!section.found) return passed;
      before_header_ = true;
      passed.found = !has_header_;
    }
    const std::string_view rest = window.substr(passed.bytes);
    if (passed.found || rest.empty()) return passed;
    const ScannedRecord record = scan_record(rest, ending, header_dialect_, edges_);
    if (record.outcome == Outcome::unfinished) return passed;
    if (record.outcome == Outcome::whole && !section_begun(rest, edges_).empty()) {
      before_header_ = false;
      continue;
    }
    passed.found = record.outcome != Outcome::blank;
    if (record.outcome == Outcome::broken) return passed;
    passed.bytes += record.end;
    passed.line_ends += record.line_ends;
  }
}

}  // namespace ordertail
