// The format of the log: https://sqlite.org/fileformat2.html, "The Write-Ahead Log".
#include "store/log_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "store/store_file.h"

namespace ordertail {
namespace {

constexpr std::size_t kLogHeader = 32;
constexpr std::size_t kFrameHeader = 24;
constexpr std::uint32_t kMagic = 0x377f0682;  // + 1: checksums of big-endian words
constexpr std::uint32_t kLargestPage = 65536;

using Bytes = const unsigned char*;

std::uint32_t big_endian(Bytes at) {
  return std::uint32_t{at[0]} << 24U | std::uint32_t{at[1]} << 16U | std::uint32_t{at[2]} << 8U |
         at[3];
}

std::uint32_t little_endian(Bytes at) {
  return std::uint32_t{at[3]} << 24U | std::uint32_t{at[2]} << 16U | std::uint32_t{at[1]} << 8U |
         at[0];
}

/// Goes on from frame to frame.
struct Checksum {
  bool big = false;
  std::uint32_t first = 0, second = 0;

  void add(Bytes bytes, std::size_t size) {
    for (std::size_t i = 0; i < size; i += 8) {
      first += (big ? big_endian(bytes + i) : little_endian(bytes + i)) + second;
      second += (big ? big_endian(bytes + i + 4) : little_endian(bytes + i + 4)) + first;
    }
  }
  void go_on_from(Bytes stored) {
    first = big_endian(stored);
    second = big_endian(stored + 4);
  }
  [[nodiscard]] bool is_at(Bytes stored) const {
    return big_endian(stored) == first && big_endian(stored + 4) == second;
  }
};

class Log {
 public:
  explicit Log(const std::filesystem::path& file) : file_(file) {
    fd_ = open_own_file(file, O_RDONLY);
  }

  /// False at the end of the file.
  bool read(std::vector<unsigned char>& into) {
    const ssize_t size = ::pread(fd_.get(), into.data(), into.size(), at_);
    if (size < 0) throw system_error(ExitCode::store, "read", file_.string(), errno);
    at_ += size;
    return static_cast<std::size_t>(size) == into.size();
  }
  [[nodiscard]] off_t at() const { return at_; }

 private:
  const std::filesystem::path& file_;
  Fd fd_;
  off_t at_ = 0;
};

[[noreturn]] void refuse(const std::filesystem::path& store, off_t at) {
  throw Error(ExitCode::store,
              fmt::format("{0}-wal, the log of {0}, is damaged before its byte {1}: what was "
                          "recorded after that would be forgotten, and perhaps sent again. It has "
                          "been left as it is. Restore both files from a backup; starting afresh "
                          "without them would send everything again.",
                          store.string(), at));
}

}  // namespace

void check_log(const std::filesystem::path& store) {
  const std::filesystem::path file = store.string() + "-wal";
  Log log(file);
  std::vector<unsigned char> header(kLogHeader);
  // Without a whole header there is no telling whose the frames are.
  if (!log.read(header)) return;
  const std::uint32_t magic = big_endian(header.data());
  const std::uint32_t page = big_endian(header.data() + 8);
  Checksum checksum{magic == kMagic + 1};
  checksum.add(header.data(), kLogHeader - 8);
  if ((magic & ~1U) != kMagic || page > kLargestPage || !checksum.is_at(header.data() + 24)) return;

  // Each checksum goes on from the one before, so a frame proves that it was written after the one
  // that it follows, whatever lies before that. Two frames may only look alike: where a power cut
  // tore a commit, what a longer one had left there shows behind it.
  off_t damaged_at = 0;    // the end of the first wrong frame
  bool committed = false;  // does the frame before end a commit, after that one?
  for (std::vector<unsigned char> frame(kFrameHeader + page); log.read(frame);) {
    const unsigned char* stored = frame.data() + 16;
    checksum.add(frame.data(), 8);
    checksum.add(frame.data() + kFrameHeader, page);
    const bool ours = std::memcmp(frame.data() + 8, header.data() + 16, 8) == 0;
    const bool follows = ours && checksum.is_at(stored);
    if (follows && committed) refuse(store, damaged_at);
    if (!follows && damaged_at == 0) damaged_at = log.at();
    committed = follows && damaged_at != 0 && big_endian(frame.data() + 4) != 0;
    checksum.go_on_from(stored);
  }
}

}  // namespace ordertail
