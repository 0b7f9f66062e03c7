// How a file is written, as people say it.
#pragma once

#include <string>

#include "input/glob.h"

namespace ordertail {

struct FileWriting {
  bool compressed = false;  ///< gzip
  std::string encoding;     ///< "UTF-8", "windows-1252, as the pattern says", …
  std::string line_ends;    ///< "LF", "CRLF", "LF and CRLF mixed", "none"
};

/// Told by the file's first 256 KiB; `charset` is the one that it is to be read in (empty: UTF-8).
/// Throws Error(source) when it cannot be read.
[[nodiscard]] FileWriting writing_of(const SourceFile& file, const std::string& charset);

}  // namespace ordertail
