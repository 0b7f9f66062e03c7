// File descriptors that close themselves.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace ordertail {

/// Owns one descriptor; -1 means none. Everything is opened close-on-exec.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd();

  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Reads a small file (a job, a pattern, a token) whole. Throws Error with `code` when it cannot
/// be read or is larger than `limit` bytes.
[[nodiscard]] std::string read_small_file(const std::filesystem::path& path, ExitCode code,
                                          std::size_t limit = 4U << 20U);

/// Writes all of `bytes`, resuming after short writes and EINTR. Returns 0 or errno.
[[nodiscard]] int write_all(int fd, std::string_view bytes);

}  // namespace ordertail
