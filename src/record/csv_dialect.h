// How a CSV file is written.
#pragma once

namespace ordertail {

/// RFC 4180 with any one-byte delimiter. The quote is `"`; inside a quoted cell `""` is one quote.
/// CR, LF and CRLF end a record, also mixed. A quote inside an unquoted cell is data.
struct CsvDialect {
  char delimiter = ',';
};

}  // namespace ordertail
