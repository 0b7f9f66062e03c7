// The same file or another? Answered by content, never by name or inode alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "input/byte_stream.h"
#include "input/content_digest.h"

namespace ordertail {

/// Which of the bytes before an offset must be the same. A log is only ever appended to: if the end
/// of what was read is where it was, so is the rest. An export is written anew each time, and an
/// order that has changed since (`open`, now `paid`) may leave every byte around it where it was:
/// only all of them tell. Missing that would lose the order without a word.
/// `none` is of no bytes: where nobody will ask whether the file is the same.
enum class MarkerSpan { none, tail, whole };

/// What is remembered of a file's content, over decompressed and decoded bytes, so that a log and
/// its gzipped rotation are the same (inode reuse and copytruncate make names and inodes
/// worthless).
struct FileIdentity {
  static constexpr std::uint64_t kPrefix = 4096;

  std::uint64_t prefix_size = 0;  ///< bytes hashed at the start: at most kPrefix
  Hash128 prefix{};
  std::uint64_t marker_end = 0;  ///< the marker is of the bytes before this offset
  Hash128 marker{};
};

/// The hash of the bytes before an offset, as that offset moves on.
class Marker {
 public:
  static constexpr std::uint64_t kTail = 64;

  explicit Marker(MarkerSpan span) : span_(span) {}

  /// Passes over the stream's first `offset` bytes, reading only those that the span needs; nothing
  /// when the stream is shorter.
  [[nodiscard]] static std::optional<Marker> of(ByteStream& stream, std::uint64_t offset,
                                                MarkerSpan span);

  void add(std::string_view bytes);
  [[nodiscard]] MarkerSpan span() const { return span_; }
  [[nodiscard]] std::uint64_t end() const { return end_; }
  [[nodiscard]] Hash128 hash() const;

 private:
  MarkerSpan span_;
  std::uint64_t end_ = 0;
  std::string tail_;      // if the span is tail: the last kTail bytes
  ContentDigest digest_;  // if it is whole
};

/// The first FileIdentity::kPrefix bytes of a stream, or all of a shorter one.
[[nodiscard]] std::string read_prefix(ByteStream& stream);

/// What a file still holds of what an identity remembers.
enum class Match {
  no,      ///< it is another file, or was written anew
  longer,  ///< all of it, and more behind it
  whole,   ///< all of it, and nothing behind it
};

/// Compares the file that begins with `prefix`; `stream` stands at its first byte and is read up to
/// the marker's end.
[[nodiscard]] Match match(const FileIdentity& identity, MarkerSpan span, std::string_view prefix,
                          ByteStream& stream);

}  // namespace ordertail
