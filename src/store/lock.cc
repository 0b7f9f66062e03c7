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
#include <system_error>

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

/// The second line of the note, once there is a store beside it.
constexpr std::string_view kStoreMade = "the store has been made\n";

std::string read_note(const Fd& fd, const std::filesystem::path& file) {
  std::array<char, 120> note{};
  const ssize_t size = ::pread(fd.get(), note.data(), note.size(), 0);
  if (size < 0) throw system_error(ExitCode::store, "read", file.string(), errno);
  return {note.data(), static_cast<std::size_t>(size)};
}

bool is_there(const std::filesystem::path& store) {
  std::error_code error;
  const bool there = std::filesystem::exists(store, error);
  if (error) throw system_error(ExitCode::store, "look at", store.string(), error.value());
  return there;
}

/// A store that was there and is gone must not be taken for one that never was: a fresh one would
/// send the whole history again.
void refuse_lost_store(const std::filesystem::path& store, const Fd& fd) {
  if (is_there(store) || !read_note(fd, lock_file(store)).ends_with(kStoreMade)) return;
  throw Error(
      ExitCode::store,
      fmt::format("{0} is gone, though {1} says that it was there. Without it everything "
                  "would be sent again. Restore it from a backup; or, if sending everything "
                  "again is what you want, delete {1}",
                  printable_name(store.string()), printable_name(lock_file(store).string())));
}

[[noreturn]] void refuse(const std::filesystem::path& store, const Fd& fd) {
  // The note is a writer's. If the lock can be shared, those who hold it are only looking.
  if (::flock(fd.get(), LOCK_SH | LOCK_NB) == 0)
    throw Error(ExitCode::already_running,
                fmt::format("another ordertail is reading {} (a status or a dry run); wait for it "
                            "to finish",
                            printable_name(store.string())));
  const std::string whole_note = read_note(fd, lock_file(store));
  const std::string note = printable(whole_note.substr(0, whole_note.find('\n')));
  throw Error(ExitCode::already_running,
              fmt::format("another ordertail{} is working on {}; wait for it to finish",
                          note.empty() ? "" : " (" + note + ")", printable_name(store.string())));
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
  refuse_lost_store(store, fd);
  leave_note(fd, file, now);
  return fd;
}

void note_store_made(const Fd& lock, const std::filesystem::path& store) {
  const std::filesystem::path file = lock_file(store);
  const auto end = static_cast<off_t>(read_note(lock, file).size());
  if (::pwrite(lock.get(), kStoreMade.data(), kStoreMade.size(), end) !=
      static_cast<ssize_t>(kStoreMade.size()))
    throw system_error(ExitCode::store, "write to", file.string(), errno);
}

Fd lock_for_looking(const std::filesystem::path& store) {
  Fd fd = open_own_file(lock_file(store), O_RDONLY);
  if (!fd) return fd;
  take(store, fd, LOCK_SH);
  refuse_lost_store(store, fd);
  return fd;
}

}  // namespace ordertail
