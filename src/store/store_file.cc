#include "store/store_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/sqlite.h"
#include "base/text.h"
#include "store/schema.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, std::string_view why) {
  throw Error(ExitCode::store, fmt::format("{} {}", printable_name(path.string()), why));
}

[[noreturn]] void refuse_errno(std::string_view doing, const fs::path& path) {
  throw system_error(ExitCode::store, doing, path.string(), errno);
}

fs::path beside(fs::path store, const char* suffix) {
  return store += suffix;
}

fs::path directory_of(const fs::path& path) {
  const fs::path parent = path.parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

void sync_directory(const fs::path& directory) {
  const Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) refuse_errno("open", directory);
  if (::fsync(fd.get()) != 0) refuse_errno("sync", directory);
}

void make_directory(const fs::path& directory) {
  struct stat found {};
  if (::stat(directory.c_str(), &found) == 0) return;
  if (errno != ENOENT) refuse_errno("look at", directory);
  make_directory(directory_of(directory));
  if (::mkdir(directory.c_str(), 0700) != 0) {
    if (errno == EEXIST) return;  // another instance was quicker; the lock decides which one runs
    refuse_errno("create the directory", directory);
  }
  if (::chmod(directory.c_str(), 0700) != 0) refuse_errno("create the directory", directory);
  sync_directory(directory_of(directory));
}

void copy_all(const Fd& from, const fs::path& source, const Fd& to, const fs::path& target) {
  std::array<char, 1U << 16U> block{};
  while (true) {
    const ssize_t got = ::read(from.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse_errno("read", source);
    if (got == 0) break;
    const int failed = write_all(to.get(), {block.data(), static_cast<std::size_t>(got)});
    if (failed != 0) throw system_error(ExitCode::store, "write", target.string(), failed);
  }
  if (::fsync(to.get()) != 0) refuse_errno("sync", target);
}

void remove_if_there(const fs::path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) refuse_errno("remove", file);
}

}  // namespace

Fd open_own_file(const fs::path& file, int flags) {
  // O_NONBLOCK: a FIFO must be refused, not waited for.
  constexpr int kAlways = O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  Fd fd(::open(file.c_str(), flags | kAlways, 0600));
  if (!fd && errno == ENOENT && (flags & O_CREAT) == 0) return fd;
  if (!fd && errno == ELOOP)
    refuse(file, "is a symbolic link, which ordertail does not follow; name the file itself");
  if (!fd) refuse_errno("open", file);
  struct stat found {};
  if (::fstat(fd.get(), &found) != 0) refuse_errno("look at", file);
  if (!S_ISREG(found.st_mode)) refuse(file, "is not a regular file; choose another path");
  if (found.st_uid != ::geteuid())
    refuse(file, "belongs to another user; run ordertail as that user or choose another path");
  if (found.st_nlink > 1)
    refuse(file, "has a second name (a hard link), under which it could be changed; remove that");
  const bool writable = (flags & O_ACCMODE) != O_RDONLY;
  if (writable && (found.st_mode & 07777) != 0600 && ::fchmod(fd.get(), 0600) != 0)
    refuse_errno("set the permissions of", file);
  return fd;
}

void prepare_directory(const fs::path& store) {
  const fs::path directory = directory_of(store);
  make_directory(directory);
  struct stat found {};
  if (::stat(directory.c_str(), &found) != 0) refuse_errno("look at", directory);
  if (found.st_uid != ::geteuid() && found.st_uid != 0)
    refuse(directory,
           "belongs to another user, who could put another file in the place of the "
           "checkpoint file; choose a directory of your own");
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    refuse(directory,
           fmt::format("may be written to by others (mode {:04o}), who could put another "
                       "file in the place of the checkpoint file; run: chmod go-w {}",
                       found.st_mode & 07777U, printable_name(directory.string())));
}

bool has_store(const fs::path& store, int flags) {
  const Fd fd = open_own_file(store, flags);
  if (!fd) return false;
  std::array<char, kHeaderSize> header{};
  const ssize_t size = ::pread(fd.get(), header.data(), header.size(), 0);
  if (size < 0) refuse_errno("read", store);
  check_header(store.string(), {header.data(), static_cast<std::size_t>(size)});
  return true;
}

void create_store(const fs::path& store) {
  if (has_log(store))
    refuse(store, fmt::format("is missing while its log {0}-wal is there: it has been moved or "
                              "deleted without it. Put it back, or move {0}-wal away as well to "
                              "start afresh, which would send everything again",
                              printable_name(store.string())));
  const fs::path fresh = beside(store, ".new");
  for (const char* suffix : {"", "-wal", "-journal"}) remove_if_there(beside(fresh, suffix));
  const Fd fd = open_own_file(fresh, O_RDWR | O_CREAT | O_EXCL);
  {
    Database database(fresh, Access::write);
    create_schema(database, random_key());
    // The file must be whole without its log; syncs it, too.
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)", "create");
  }
  if (std::rename(fresh.c_str(), store.c_str()) != 0) refuse_errno("create", store);
  sync_directory(directory_of(store));
}

void keep_copy(const fs::path& store, std::uint32_t version) {
  const fs::path copy = beside(store, fmt::format(".v{}.bak", version).c_str());
  if (open_own_file(copy, O_RDONLY)) return;
  const fs::path fresh = beside(copy, ".new");
  remove_if_there(fresh);
  const Fd from = open_own_file(store, O_RDONLY);
  const Fd to = open_own_file(fresh, O_WRONLY | O_CREAT | O_EXCL);
  copy_all(from, store, to, fresh);
  if (std::rename(fresh.c_str(), copy.c_str()) != 0) refuse_errno("create", copy);
  sync_directory(directory_of(store));
}

bool has_log(const fs::path& store) {
  std::error_code missing;
  const std::uintmax_t size = fs::file_size(beside(store, "-wal"), missing);
  return !missing && size > 0;
}

}  // namespace ordertail
