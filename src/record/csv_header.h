// The first record of a CSV file: its column names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/csv_dialect.h"
#include "record/reader.h"

namespace ordertail {

struct CsvHeader {
  std::vector<std::string> columns;  ///< trimmed, unescaped; UTF-8 BOM removed
  Position next;                     ///< where the first data record begins

  /// Index of the first column of this name, compared without regard to case; nullopt when there
  /// is none.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
};

/// Reads the header at the front of `window`, the file's first bytes (a UTF-8 BOM is skipped; it
/// counts as bytes; so are empty lines). nullopt when the window does not hold a whole, well-formed
/// first record.
[[nodiscard]] std::optional<CsvHeader> read_csv_header(std::string_view window, Ending ending,
                                                       CsvDialect dialect);

}  // namespace ordertail
