#include "input/plain_stream.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"

namespace ordertail {

std::size_t PlainStream::read(std::span<char> space) {
  while (true) {
    const ssize_t got = ::read(fd_.get(), space.data(), space.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      throw system_error(ExitCode::source, "read", fmt::format("{} at byte {}", name_, offset_),
                         errno);
    }
    offset_ += static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
  }
}

std::uint64_t PlainStream::skip(std::uint64_t count) {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) {
    throw system_error(ExitCode::source, "look at", name_, errno);
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const std::uint64_t skipped = std::min(count, size - std::min(size, offset_));
  offset_ += skipped;
  if (::lseek(fd_.get(), static_cast<off_t>(offset_), SEEK_SET) < 0) {
    throw system_error(ExitCode::source, "seek in", name_, errno);
  }
  return skipped;
}

}  // namespace ordertail
