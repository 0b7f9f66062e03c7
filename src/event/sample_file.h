// A sample's input as a file to be read.
#pragma once

#include <string>

#include "base/fd.h"

namespace ordertail {

/// A file in memory.
class SampleFile {
 public:
  /// `text` is UTF-8; a line end at its front, there for the reader's eye, is left out. It is
  /// encoded in `charset` (empty: as it is). Throws Error(usage) when that cannot be.
  SampleFile(const std::string& text, const std::string& charset);

  /// By this name it can be opened while this object lives.
  [[nodiscard]] std::string path() const;

 private:
  Fd fd_;
};

}  // namespace ordertail
