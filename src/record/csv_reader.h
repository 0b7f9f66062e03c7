// CSV records out of windows of bytes.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "record/csv_dialect.h"
#include "record/reader.h"
#include "record/simd.h"

namespace ordertail {

/// The grammar. A record is cells separated by the delimiter and ended by LF, CRLF, CR or the end
/// of input; an empty line is no record. A cell that begins with `"` runs to the next `"` that is
/// not doubled, after which the delimiter, a line end or the end of input must follow. Any other
/// cell runs to the next delimiter or line end, quotes being data in it.
///
/// The faults. A record breaks when a quoted cell is not closed before the end of input or within
/// kMaxRecordLines line ends (unclosed_quote), when text follows a closing quote
/// (text_after_quote), or when it is longer than kMaxRecordBytes (too_long, at its beginning); what
/// comes first in the bytes counts. Reading then resumes at the first line after the one that holds
/// the fault (BadRecord::at) that reads as an unbroken record of `columns` cells; everything before
/// it belongs to the BadRecord. A trial that would run past kMaxRecordBytes or kMaxRecordLines is
/// no such line. An unbroken record with another number of cells than `columns` is ragged, save
/// that surplus empty cells at its end are forgiven, in a trial too.
class CsvReader final : public RecordReader {
 public:
  /// `columns`: the number of the header's columns. `selected`: the columns (0-based, any order,
  /// repeats allowed) whose cells the batches shall hold.
  CsvReader(CsvDialect dialect, std::size_t columns, std::vector<std::size_t> selected,
            Simd simd = best_simd());
  ~CsvReader() override;

  void read(std::string_view window, Position at, Ending ending, RecordBatch& batch) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> self_;
};

}  // namespace ordertail
