// Where a CSV file's records begin, and what their columns are called.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/csv_dialect.h"
#include "record/csv_section.h"
#include "record/reader.h"

namespace ordertail {

struct CsvHeader {
  /// Unescaped, trimmed, without the frame's header_prefix. A delimiter at the line's end makes a
  /// last empty name; a name may occur again.
  std::vector<std::string> columns;
  Position next;  ///< where the first data record begins

  /// Index of the first column of this name, compared without regard to case; nullopt when there
  /// is none.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
};

/// Finds the header from a file's first byte on. Passed over before it: a UTF-8 BOM; with a
/// `section`, everything up to its line; empty lines; with `header_has`, what comes before the
/// first record that has those columns (of a broken record, one line). When the frame names the
/// `columns` there is no header to read: the records begin behind the BOM or the section's line.
class CsvHeaderReader {
 public:
  static constexpr std::size_t kMaxPreamble = 50;  ///< the header is among so many records

  explicit CsvHeaderReader(CsvFrame frame)
      : frame_(std::move(frame)), section_(frame_.dialect, frame_.section) {}

  /// Reads on in `window`, whose first byte is at next(). nullopt when it does not hold the whole
  /// header, or there is none: with Ending::more, show a longer window from next() on; one longer
  /// than kMaxRecordBytes does it, or moves next(), or nothing will.
  [[nodiscard]] std::optional<CsvHeader> read(std::string_view window, Ending ending);

  /// What stands before it is done with.
  [[nodiscard]] Position next() const { return next_; }

 private:
  [[nodiscard]] std::optional<CsvHeader> find_header(std::string_view window, Ending ending);
  [[nodiscard]] std::string column_name(std::string_view cell, const CsvDialect& dialect) const;
  [[nodiscard]] bool is_wanted(const CsvHeader& header) const;
  void pass(std::size_t bytes, std::uint64_t line_ends);

  CsvFrame frame_;
  SectionSearch section_;
  Position next_;
  bool started_ = false;      // behind the BOM
  bool in_section_ = false;   // behind the section's line
  std::size_t preamble_ = 0;  // records passed over
};

/// The header in the file's first bytes; nullopt when `window` does not hold it whole.
[[nodiscard]] std::optional<CsvHeader> read_csv_header(std::string_view window, Ending ending,
                                                       const CsvFrame& frame);

}  // namespace ordertail
