// One CSV record, read byte by byte: the grammar of every dialect and its faults in one place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "record/csv_dialect.h"
#include "record/reader.h"

namespace ordertail {

/// The cells of one record, as offsets: cell c, its quotes included, is the bytes from
/// `edges[c] + 1` to `edges[c + 1]`, modulo 2^32 (so the edge before offset 0 is kEdgeBefore).
using CellEdges = std::vector<std::uint32_t>;
inline constexpr std::uint32_t kEdgeBefore = 0xFFFFFFFF;

struct ScannedRecord {
  enum class Outcome {
    unfinished,  ///< more bytes are needed to tell
    blank,       ///< an empty line
    whole,       ///< an unbroken record; `edges` holds its cells
    broken,      ///< `fault` and `at` tell
  };
  Outcome outcome = Outcome::unfinished;
  std::size_t end = 0;          ///< blank, whole: the first byte after it, its line end included
  std::uint64_t line_ends = 0;  ///< blank, whole: how many line ends it has, its own included
  bool escaped = false;         ///< whole: some quoted cell is to be unescaped
  BadRecord::Fault fault{};
  std::size_t at = 0;                 ///< broken: offset of the fault
  std::uint64_t line_ends_to_at = 0;  ///< broken: how many line ends stand before `at`
};

/// Reads the record (or the empty line) at the front of `text`, which is not empty. Never looks at
/// more than kMaxRecordBytes + 1 bytes.
[[nodiscard]] ScannedRecord scan_record(std::string_view text, Ending ending,
                                        const CsvDialect& dialect, CellEdges& edges);

struct RestOfLine {
  std::size_t bytes = 0;  ///< its line end included
  bool ended = false;     ///< whether `text` holds its line end
};
/// What is left of the line at the front of `text`. Not ended, it is all of `text`, save a CR that
/// a LF may follow.
[[nodiscard]] RestOfLine rest_of_line(std::string_view text, Ending ending);

}  // namespace ordertail
