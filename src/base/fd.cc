#include "base/fd.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/text.h"

namespace ordertail {

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

std::string read_small_file(const std::filesystem::path& path, ExitCode code, std::size_t limit) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) throw system_error(code, "open", path.string(), errno);
  std::string text;
  std::array<char, 16384> block{};
  while (true) {
    const ssize_t got = ::read(fd.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error(code, "read", path.string(), errno);
    if (got == 0) return text;
    text.append(block.data(), static_cast<std::size_t>(got));
    if (text.size() > limit) {
      throw Error(code, fmt::format("{} is larger than {} bytes; that cannot be the right file",
                                    printable_name(path.string()), limit));
    }
  }
}

int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return 0;
}

}  // namespace ordertail
