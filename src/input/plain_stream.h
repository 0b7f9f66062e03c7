// A file's bytes as they are.
#pragma once

#include <string>

#include "base/fd.h"
#include "input/byte_stream.h"

namespace ordertail {

/// read(2), never mmap: a file cut short while it is read must not kill the process (SIGBUS).
class PlainStream final : public ByteStream {
 public:
  PlainStream(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

  std::size_t read(std::span<char> space) override;
  std::uint64_t skip(std::uint64_t count) override;

 private:
  Fd fd_;
  std::string name_;
  std::uint64_t offset_ = 0;
};

}  // namespace ordertail
