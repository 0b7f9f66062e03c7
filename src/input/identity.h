// The same file or another? Answered by content, never by name or inode alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace ordertail {

/// What is remembered of a file's content, over decompressed bytes, so that a log and its gzipped
/// rotation are the same (inode reuse and copytruncate make names and inodes worthless).
struct FileIdentity {
  static constexpr std::uint64_t kPrefix = 4096;
  static constexpr std::uint64_t kMarker = 64;

  std::uint64_t prefix_size = 0;  ///< bytes hashed at the start: at most kPrefix
  Hash128 prefix{};
  std::uint64_t marker_end = 0;  ///< the marker is the up to kMarker bytes before this offset
  Hash128 marker{};
};

/// The first FileIdentity::kPrefix bytes of a file, or all of a shorter one.
[[nodiscard]] std::string read_prefix(const std::filesystem::path& path, const std::string& name);

/// Does the file that begins with `prefix` still hold what `identity` remembers? Reads the file up
/// to the marker. Throws Error(source) as open_stream() does.
[[nodiscard]] bool matches(const FileIdentity& identity, std::string_view prefix,
                           const std::filesystem::path& path, const std::string& name);

/// The last FileIdentity::kMarker bytes of `before` followed by `bytes`.
[[nodiscard]] std::string last_bytes(std::string_view before, std::string_view bytes);

}  // namespace ordertail
