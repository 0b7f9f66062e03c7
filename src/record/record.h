// What the readers hand on: records, and the stretches of input that are none.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ordertail {

/// A place in a (decompressed, decoded) file.
struct Position {
  std::uint64_t line = 1;  ///< 1-based; a quoted newline counts as a line end
  std::uint64_t byte = 0;  ///< 0-based offset
  friend bool operator==(const Position&, const Position&) = default;
};

/// One CSV record or one matched log line.
struct Record {
  Position begin;
  std::uint64_t end = 0;       ///< offset of the first byte after it, its line end included
  std::size_t first_cell = 0;  ///< index of its first cell in RecordBatch::cells
  friend bool operator==(const Record&, const Record&) = default;
};

/// A stretch of input that is no record.
struct BadRecord {
  enum class Fault {
    unclosed_quote,    ///< a quoted cell that never ends; `at` is the opening quote
    text_after_quote,  ///< a closing quote followed by more text; `at` is the cell's opening quote
    ragged,            ///< not as many cells as the header has
    too_long,          ///< longer than kMaxRecordBytes
    no_match,          ///< a line that the line pattern does not match
  };
  Position begin;           ///< of the record
  std::uint64_t end = 0;    ///< first byte after the stretch given up
  std::uint64_t lines = 1;  ///< how many lines that is, one without its line end included
  Position at;              ///< of the fault itself
  Fault fault{};
  std::size_t cells = 0;  ///< ragged: how many cells it has
  std::string excerpt{};  ///< the bytes from `at` to its line's end, at most kMaxExcerptBytes
  std::string why{};      ///< no_match: what is not there (LineFault)
  friend bool operator==(const BadRecord&, const BadRecord&) = default;
};

inline constexpr std::size_t kMaxExcerptBytes = 80;
/// Longest record, in bytes with its line end. A longer one is too_long.
inline constexpr std::size_t kMaxRecordBytes = std::size_t{1} << 20U;
/// Most line ends within one CSV record. More is an unclosed quote.
inline constexpr std::size_t kMaxRecordLines = 1000;

/// What one call of a reader found in one window, in input order. Meant to be used again and
/// again: clear() keeps the memory.
struct RecordBatch {
  std::vector<Record> records;
  /// The selected cells of all records, `cells_per_record` each, in the order of the selection.
  /// Views into the window or into `unescaped`: valid while both stand.
  std::vector<std::string_view> cells;
  std::size_t cells_per_record = 0;
  std::vector<BadRecord> bad;
  /// Cells that had to be rewritten ("" to "). A deque, so that growing moves nothing.
  std::deque<std::string> unescaped;
  /// Where a stretch begins that is being given up or passed over and whose end is yet to come:
  /// `bad` does not hold it yet. Reading that stops here has to resume there.
  std::optional<Position> given_up;
  /// Lines that hold none of the required literals, or belong to another section of a CSV file, and
  /// were not looked at any further.
  std::uint64_t passed_over = 0;
  /// How many bytes of the window are done with. The caller drops them and shows the rest again,
  /// with more behind it.
  std::size_t consumed = 0;
  /// Position of the first byte that was not consumed.
  Position next;

  [[nodiscard]] std::span<const std::string_view> cells_of(const Record& record) const {
    return {cells.data() + record.first_cell, cells_per_record};
  }
  void clear();
};

}  // namespace ordertail
