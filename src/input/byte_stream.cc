#include "input/byte_stream.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "base/error.h"
#include "base/fd.h"
#include "base/text.h"
#include "input/gzip_stream.h"
#include "input/plain_stream.h"

namespace ordertail {
namespace {

struct Refused {
  std::string_view magic;
  std::string_view what;
  std::string_view advice;
};

/// First bytes of what is no order export, by file(1).
constexpr std::array<Refused, 6> kRefused{{
    {"PK\x03\x04", "a zip archive (or an Excel workbook)", "unpack it, or export as CSV"},
    {"\xD0\xCF\x11\xE0", "an old Excel workbook", "export as CSV"},
    {"BZh", "compressed by bzip2", "decompress it first (bunzip2)"},
    {"\xFD"
     "7zXZ",
     "compressed by xz", "decompress it first (unxz)"},
    {"\x28\xB5\x2F\xFD", "compressed by zstd", "decompress it first (unzstd)"},
    {"%PDF", "a PDF document", "export as CSV"},
}};

Fd open_regular_file(const std::filesystem::path& path, const std::string& name) {
  // O_NONBLOCK: a FIFO must not hang the nightly run.
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) throw system_error(ExitCode::source, "open", name, errno);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) {
    throw system_error(ExitCode::source, "look at", name, errno);
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(ExitCode::source, fmt::format("{} is not a regular file", name));
  }
  return fd;
}

}  // namespace

std::uint64_t ByteStream::skip(std::uint64_t count) {
  std::array<char, 16384> waste{};
  std::uint64_t skipped = 0;
  while (skipped < count) {
    const auto wanted = std::min<std::uint64_t>(waste.size(), count - skipped);
    const std::size_t got = read(std::span(waste).first(static_cast<std::size_t>(wanted)));
    if (got == 0) break;
    skipped += got;
  }
  return skipped;
}

std::unique_ptr<ByteStream> open_stream(const std::filesystem::path& path,
                                        const std::string& name) {
  const std::string shown = printable_name(name);
  Fd fd = open_regular_file(path, shown);
  std::array<char, 8> start{};
  const ssize_t got = ::pread(fd.get(), start.data(), start.size(), 0);
  if (got < 0) throw system_error(ExitCode::source, "read", shown, errno);
  const std::string_view magic(start.data(), static_cast<std::size_t>(got));
  for (const Refused& refused : kRefused) {
    if (magic.starts_with(refused.magic)) {
      throw Error(ExitCode::source,
                  fmt::format("{} is {}: {}", shown, refused.what, refused.advice));
    }
  }
  auto plain = std::make_unique<PlainStream>(std::move(fd), shown);
  if (!magic.starts_with("\x1f\x8b")) return plain;
  return std::make_unique<GzipStream>(std::move(plain), shown);
}

}  // namespace ordertail
