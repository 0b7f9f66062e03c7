// What the file system says of a file: a hint whether to look closer, never proof of what it holds.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <optional>

#include "base/clock.h"

namespace ordertail {

struct FileState {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  bool pipe = false;                              ///< of no size, whatever is in it
  std::chrono::nanoseconds written{}, changed{};  ///< mtime and ctime, since 1970

  /// Of the file itself, if `path` is a link to it; nullopt when it cannot be had.
  [[nodiscard]] static std::optional<FileState> of(const std::filesystem::path& path);
  /// For how long it had not been written to at `now`. A time of writing that lies ahead tells
  /// nothing: then it is that of its inode.
  [[nodiscard]] std::chrono::nanoseconds quiet_for(WallTime now) const;
  /// For how long it had neither been written to nor renamed, nor its inode changed otherwise.
  [[nodiscard]] std::chrono::nanoseconds unchanged_for(WallTime now) const;

  friend bool operator==(const FileState&, const FileState&) = default;
};

}  // namespace ordertail
