// How a CSV file is written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ordertail {

/// What a `"` means.
enum class Quoting : std::uint8_t {
  rfc,      ///< RFC 4180: `""` inside a quoted cell is one quote
  lenient,  ///< quotes inside a quoted cell may stand alone: it ends at a quote before a delimiter
            ///< or a line end
  backslash,  ///< as PHP's fputcsv: `\"` inside a quoted cell does not end it and is a quote
  none,       ///< nothing: a quote is data like any other byte
};

/// CR, LF and CRLF end a record, also mixed. A quote inside an unquoted cell is data.
struct CsvDialect {
  char delimiter = ',';  ///< one byte
  Quoting quoting = Quoting::rfc;
  bool blank_before_quote = false;  ///< blanks between a delimiter and an opening quote are no data
};

/// Where in a file its header and its records are.
struct CsvFrame {
  CsvDialect dialect;
  std::optional<char> header_delimiter{};  ///< when it differs from the data's
  std::string header_prefix{};             ///< taken off each column name, such as "!"
  std::vector<std::string> columns{};      ///< their names when the file has no header
  /// The file has sections, each begun by a line "[NAME]": this one's records are meant.
  std::string section{};
  /// Not empty: lines may stand before the header, which is the first of the first 50 records that
  /// has all of these columns.
  std::vector<std::string> header_has{};

  [[nodiscard]] CsvDialect header_dialect() const {
    CsvDialect header = dialect;
    header.delimiter = header_delimiter.value_or(dialect.delimiter);
    return header;
  }
};

}  // namespace ordertail
