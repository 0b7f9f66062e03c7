#include "app/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace ordertail {
namespace {

constexpr std::size_t kBuffer = std::size_t{256} << 10U;

Fd open_to_append(const std::string& path, std::string_view beginning) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600));
  if (!fd) throw system_error(ExitCode::usage, "write", path, errno);
  std::string begins(beginning.size(), '\0');
  const ssize_t got = ::pread(fd.get(), begins.data(), begins.size(), 0);
  if (got > 0 && begins != beginning) {
    throw Error(ExitCode::usage,
                fmt::format("{} is a file of another kind; nothing was written to it. "
                            "Name a new file, or one that this option has written",
                            printable_name(path)));
  }
  return fd;
}

}  // namespace

void hold_standard_streams() {
  int fd = STDIN_FILENO;
  // The lowest free number is taken. Without /dev/null there is nothing better to be had.
  while (fd >= STDIN_FILENO && fd <= STDERR_FILENO) fd = ::open("/dev/null", O_RDONLY);
  if (fd > STDERR_FILENO) ::close(fd);
}

Output::Output() : fd_(STDOUT_FILENO), name_("standard output") {}

Output::Output(const std::string& path, std::string_view beginning)
    : owned_(open_to_append(path, beginning)), fd_(owned_.get()), name_(path) {}

Output::Output(Fd file, std::string name)
    : owned_(std::move(file)), fd_(owned_.get()), name_(std::move(name)) {}

Output::~Output() {
  if (!buffer_.empty()) static_cast<void>(write_all(fd_, buffer_));
}

void Output::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBuffer) flush();
}

void Output::flush() {
  const int error = write_all(fd_, buffer_);
  buffer_.clear();
  if (error == EPIPE) throw Error(ExitCode::internal, "");
  if (error != 0) {
    throw system_error(owned_ ? ExitCode::store : ExitCode::internal, "write to", name_, error);
  }
}

}  // namespace ordertail
