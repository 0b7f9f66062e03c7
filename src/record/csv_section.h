// Files of several tables: each begins with a line "[NAME]", its header and its records follow.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "record/csv_dialect.h"
#include "record/csv_scan.h"
#include "record/reader.h"

namespace ordertail {

/// NAME when the record is a section's line: a single unquoted cell (empty ones may follow) of `[`,
/// one or more of A-Z 0-9 _, and `]`; else empty. X-Cart 4 writes such lines.
[[nodiscard]] std::string_view section_begun(std::string_view record, const CellEdges& edges);

struct PassedOver {
  std::size_t bytes = 0;
  std::uint64_t line_ends = 0;
  bool found = false;  ///< what was looked for; nothing behind it is passed over
};

/// Passes over everything up to the line that begins a section, however the input is chunked.
/// Records are read as such, so that a line within a quoted cell begins nothing; where one is
/// broken, looking goes on at the next line.
class SectionSearch {
 public:
  SectionSearch(const CsvDialect& dialect, std::string section)
      : dialect_(dialect), section_(std::move(section)) {}

  /// Passes over the front of `window`; stops behind the section's line, which then is found, and
  /// before what the window does not hold whole.
  [[nodiscard]] PassedOver pass(std::string_view window, Ending ending);

  /// Does what was passed over end within a line?
  [[nodiscard]] bool within_line() const { return within_line_; }

 private:
  CsvDialect dialect_;
  std::string section_;
  bool within_line_ = false;
  CellEdges edges_;
};

/// A stretch between the records of a section: from any section's line to the end of the input, or
/// to where the same section goes on. There its line and its header are passed over too; a broken
/// header is not: it is found as a record.
class OtherSections {
 public:
  OtherSections(const CsvFrame& frame, Position begin);

  /// Passes over the front of `window`; `found` when records of the section follow.
  [[nodiscard]] PassedOver pass(std::string_view window, Ending ending);

  [[nodiscard]] Position begin() const { return begin_; }
  [[nodiscard]] bool within_line() const { return section_.within_line(); }

 private:
  Position begin_;
  SectionSearch section_;
  bool has_header_;
  CsvDialect header_dialect_;
  bool before_header_ = false;  // behind the section's line
  CellEdges edges_;
};

}  // namespace ordertail
