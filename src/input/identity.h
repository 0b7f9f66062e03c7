// The same file or another? Answered by content, never by name or inode alone.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/hash.h"

namespace ordertail {

/// What is remembered of a file's content, over decompressed bytes, so that a log and its gzipped
/// rotation are the same (facts: inode reuse and copytruncate make names and inodes worthless).
struct FileIdentity {
  static constexpr std::uint64_t kPrefix = 4096;
  static constexpr std::uint64_t kMarker = 64;

  std::uint64_t prefix_size = 0;  ///< bytes hashed at the start: at most kPrefix
  Hash128 prefix;
  std::uint64_t marker_end = 0;   ///< the marker is the up to kMarker bytes before this offset
  Hash128 marker;
};

}  // namespace ordertail
