#include "store/lock.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "store/store_file.h"

namespace ordertail {
namespace {

std::filesystem::path lock_file(std::filesystem::path store) {
  return store += ".lock";
}

/// "process 1234, since 2026-11-23 02:00:05 UTC": shown to whoever is turned away.
void leave_note(const Fd& fd, const std::filesystem::path& file, WallTime now) {
  const auto since = std::chrono::system_clock::to_time_t(now);
  const std::string note =
      fmt::format("process {}, since {:%F %T} UTC\n", ::getpid(), fmt::gmtime(since));
  if (::ftruncate(fd.get(), 0) != 0 || write_all(fd.get(), note) != 0)
    throw system_error(ExitCode::store, "write to", file.string(), errno);
}

std::string read_note(const Fd& fd) {
  std::array<char, 80> note{};
  const ssize_t size = ::pread(fd.get(), note.data(), note.size(), 0);
  return size <= 0 ? "" : printable(trim({note.data(), static_cast<std::size_t>(size)}));
}

[[noreturn]] void refuse(const std::filesystem::path& store, const Fd& fd) {
  // The note is a writer's. If the lock can be shared, those who hold it are only looking.
  if (::flock(fd.get(), LOCK_SH | LOCK_NB) == 0)
    throw Error(ExitCode::already_running,
                fmt::format("another ordertail is reading {} (a status or a dry run); wait for it "
                            "to finish",
                            store.string()));
  const std::string note = read_note(fd);
  throw Error(ExitCode::already_running,
              fmt::format("another ordertail{} is working on {}; wait for it to finish",
                          note.empty() ? "" : " (" + note + ")", store.string()));
}

void take(const std::filesystem::path& store, const Fd& fd, int how) {
  if (::flock(fd.get(), how | LOCK_NB) == 0) return;
  if (errno == EWOULDBLOCK) refuse(store, fd);
  throw system_error(ExitCode::store, "lock", lock_file(store).string(), errno);
}

}  // namespace

Fd lock_for_writing(const std::filesystem::path& store, WallTime now) {
  const std::filesystem::path file = lock_file(store);
  Fd fd = open_own_file(file, O_RDWR | O_CREAT);
  take(store, fd, LOCK_EX);
  leave_note(fd, file, now);
  return fd;
}

Fd lock_for_looking(const std::filesystem::path& store) {
  Fd fd = open_own_file(lock_file(store), O_RDONLY);
  if (fd) take(store, fd, LOCK_SH);
  return fd;
}

}  // namespace ordertail
