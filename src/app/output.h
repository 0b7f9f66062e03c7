// Standard output and other files that results go to.
#pragma once

#include <string>
#include <string_view>

#include "base/fd.h"

namespace ordertail {

/// To be called first: where standard input, output or error is closed, takes its number, so that
/// no file opened later becomes it by accident. Writing there still fails.
void hold_standard_streams();

/// Buffers what is written and hands it on in blocks. Throws Error when it cannot be written:
/// store, since the disk is full or broken; internal for standard output, and for a pipe whose reader has gone its text is empty, since nobody is there to read it.
class Output {
 public:
  /// Standard output.
  Output();
  /// Adds to a file, which is made when missing, readable by its owner only. One that does not
  /// begin with `beginning` is somebody else's: Error(usage), and it is left as it is.
  Output(const std::string& path, std::string_view beginning);
  /// A file that was opened; `name` is what messages call it.
  Output(Fd file, std::string name);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text);
  /// Hands on what is buffered. To be called at the end: the destructor swallows failures.
  void flush();

 private:
  Fd owned_;
  int fd_;
  std::string name_;
  std::string buffer_;
};

}  // namespace ordertail
