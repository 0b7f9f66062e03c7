// Files that are not written in UTF-8.
#pragma once

#include <memory>
#include <string>

#include "input/byte_stream.h"

namespace ordertail {

/// Is this a character set that iconv(3) can decode? Empty is: it means UTF-8.
[[nodiscard]] bool known_charset(const std::string& charset);

/// The stream as UTF-8. A byte order mark at its beginning wins over `charset`: that of UTF-16 is
/// dropped, that of UTF-8 is left where it is. What is UTF-8 already is handed through untouched,
/// well-formed or not. `name` is what messages call the file.
///
/// No byte is lost without a trace: what is no character in `charset` (a lone surrogate, an
/// unassigned byte, a last character cut short) becomes the byte 0xFF, one for each code unit. It
/// stands in no UTF-8 text, so that whoever reads the record finds its encoding broken.
///
/// Throws Error: usage when `charset` is not known, source as the stream's own read() does.
[[nodiscard]] std::unique_ptr<ByteStream> decoded(std::unique_ptr<ByteStream> stream,
                                                  const std::string& charset,
                                                  const std::string& name);

}  // namespace ordertail
