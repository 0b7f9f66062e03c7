#include "app/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"

namespace ordertail {
namespace {

constexpr std::size_t kBuffer = std::size_t{256} << 10U;

Fd create(const std::string& path) {
  Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600));
  if (!fd) throw system_error(ExitCode::usage, "write", path, errno);
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

Output::Output(const std::string& path) : owned_(create(path)), fd_(owned_.get()), name_(path) {}

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
  if (error != 0) throw system_error(ExitCode::internal, "write to", name_, error);
}

}  // namespace ordertail
