#include "input/file_state.h"

#include <algorithm>

namespace ordertail {
namespace {

std::chrono::nanoseconds since_1970(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

std::optional<FileState> FileState::of(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileState{status.st_dev,
                   status.st_ino,
                   status.st_size,
                   S_ISFIFO(status.st_mode),
                   since_1970(status.st_mtim),
                   since_1970(status.st_ctim)};
}

std::chrono::nanoseconds FileState::quiet_for(WallTime now) const {
  const std::chrono::nanoseconds time = now.time_since_epoch();
  return time - (written <= time ? written : changed);
}

std::chrono::nanoseconds FileState::unchanged_for(WallTime now) const {
  return now.time_since_epoch() - std::max(written, changed);
}

}  // namespace ordertail
