// Log lines out of windows of bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "record/line_matcher.h"
#include "record/literal_scan.h"
#include "record/reader.h"

namespace ordertail {

/// Reads lines (ended by LF or CRLF; a lone CR is data) and matches them against a pattern. An
/// empty line is nothing. A line without any of the required literals is passed over: counted in
/// RecordBatch::passed_over, never matched (so are empty lines when literals are required, which
/// spares looking for them). A line that holds one and does not match is no_match. A line longer
/// than kMaxRecordBytes is one too_long, however long it is and whatever it holds.
///
/// Lines that are about those behind them (LineMatcher::heed) are passed over, but heeded; reading
/// that begins behind one has to be shown it first.
///
/// The last line of the input may lack its line end: it is matched like any other. A byte order
/// mark at the front of the file is no part of the first line.
class LineReader final : public RecordReader {
 public:
  /// `literals`: at least one of them is in every line of interest, none of them holds a CR or LF;
  /// no literals means that every line is matched.
  LineReader(LineMatcher pattern, const std::vector<std::string>& literals);

  void frame(std::string_view window, Position at, Ending ending, RecordBatch& batch) override;
  void match(std::string_view window, Position at, RecordBatch& batch) const override;

 private:
  class Pass;

  bool match_line(std::string_view text, Record& line, RecordBatch& batch) const;

  LineMatcher pattern_;
  LiteralScan literals_;
  bool heeds_;  // what a line is depends on those before it: they are matched when they are framed
  std::optional<BadRecord> too_long_;  // a line whose end is yet to come
};

}  // namespace ordertail
