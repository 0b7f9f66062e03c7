// Bytes out of a file, plain or compressed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace ordertail {

/// A file's content from front to back. A seam: plain and gzip today.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Fills the front of `space` with the next bytes and returns how many; 0 only at the end.
  /// Throws Error(source) naming the file and the offset when it cannot go on.
  virtual std::size_t read(std::span<char> space) = 0;

  /// Passes over `count` bytes; returns how many there were. Reads them, unless a stream knows
  /// better.
  virtual std::uint64_t skip(std::uint64_t count);
};

/// Opens a regular file, telling gzip (also of several members) by its first bytes; an empty file
/// is plain. `name` is what messages call it. Throws Error(source) when it does not exist, cannot
/// be read, is no regular file, or is an archive or another compression, saying what to do.
[[nodiscard]] std::unique_ptr<ByteStream> open_stream(const std::filesystem::path& path,
                                                      const std::string& name);

}  // namespace ordertail
