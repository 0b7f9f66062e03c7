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
/// of input; an empty line is no record. A cell that begins with `"` is quoted: it runs to its
/// closing quote, after which the delimiter, a line end or the end of input must follow. Any other
/// cell runs to the next delimiter or line end, quotes being data in it. With blank_before_quote a
/// quoted cell may begin with blanks (csv_cell.h), which are not data. From left to right, a quote
/// within a quoted cell is
///   rfc        half of a `""`, which is one quote; or else the closing one;
///   lenient    half of a `""`; the closing one, if a delimiter, a line end or the end of input
///              follows; or else data: "ab "cd" ef" is one cell. (A cell that ends in a lone quote,
///              as in "24"", runs on into the next one: the record is then ragged, or broken.)
///   backslash  protected, if the byte before it is a backslash: both are one quote, and any other
///              backslash is data, so that `\\` stays two and `\\"` is `\"`; or else as in rfc.
///              PHP's fputcsv writes such cells; one that ends in a backslash cannot be told from
///              one that goes on, and ends up ragged or broken;
///   none       unheard of: no cell is quoted.
///
/// The faults. A record breaks when a quoted cell is not closed before the end of input or within
/// kMaxRecordLines line ends (unclosed_quote), when text follows a closing quote
/// (text_after_quote), or when it is longer than kMaxRecordBytes (too_long, at its beginning); what
/// comes first in the bytes counts. Reading then resumes at the first line after the one that holds
/// the fault (BadRecord::at) that reads as an unbroken record of `columns` cells; everything before
/// it belongs to the BadRecord. A trial that would run past kMaxRecordBytes or kMaxRecordLines is
/// no such line. An unbroken record with another number of cells than `columns` is ragged, save
/// that surplus empty cells at its end are forgiven, in a trial too.
///
/// The sections, if the frame names one. A section's line (csv_section.h) ends the records, and
/// whatever is being given up; it and what follows is passed over, up to the end of input or to
/// where the section goes on (OtherSections). Once that is reached,
/// RecordBatch::passed_over counts the lines, empty ones among them. Reading that stops before has
/// to resume at the stretch's beginning, as RecordBatch::given_up says; it says so at the end of
/// input too, since what is appended later may belong to another section.
class CsvReader final : public RecordReader {
 public:
  /// `columns`: the number of the header's columns. Of the frame the reader needs the dialect, and
  /// what a header looks like if there are sections. `selected`: the columns (0-based, any order,
  /// repeats allowed) whose cells the batches shall hold.
  CsvReader(const CsvFrame& frame, std::size_t columns, std::vector<std::size_t> selected,
            Simd simd = best_simd());
  ~CsvReader() override;

  /// Where a record ends is known when its cells are: this does all of it.
  void frame(std::string_view window, Position at, Ending ending, RecordBatch& batch) override;
  void match(std::string_view, Position, RecordBatch&) const override {}

 private:
  struct Implementation;
  std::unique_ptr<Implementation> self_;
};

}  // namespace ordertail
