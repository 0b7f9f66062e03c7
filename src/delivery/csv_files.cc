#include "delivery/csv_files.h"

#include <date/date.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(std::string_view doing, const fs::path& path, int error) {
  throw system_error(ExitCode::store, doing, path.string(), error);
}

[[noreturn]] void refuse(const fs::path& path, std::string_view why) {
  throw Error(ExitCode::store, fmt::format("{} {}", printable_name(path.string()), why));
}

void check_owner(const fs::path& directory, const struct stat& found) {
  if (!S_ISDIR(found.st_mode)) refuse(directory, "is no directory; name another in [hubspot.csv]");
  if (found.st_uid != ::geteuid() && found.st_uid != 0) {
    refuse(directory,
           "belongs to another user, who could put other files there; name a directory of your own "
           "in [hubspot.csv]");
  }
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    refuse(directory, fmt::format("may be written to by others (mode {:04o}), who could put other "
                                  "files there; run: chmod go-w {}",
                                  found.st_mode & 07777U, printable_name(directory.string())));
  }
}

Fd open_directory(const fs::path& directory) {
  Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) fail("open", directory, errno);
  struct stat found {};
  if (::fstat(fd.get(), &found) != 0) fail("look at", directory, errno);
  check_owner(directory, found);
  return fd;
}

void sync_directory(const Fd& fd, const fs::path& directory) {
  if (::fsync(fd.get()) != 0) fail("sync", directory, errno);
}

void make_directory(const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0700) != 0) {
    if (errno == EEXIST) return;
    fail("create the directory", directory, errno);
  }
  const fs::path parent = directory.parent_path();
  const Fd above(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!above) fail("open", parent, errno);
  sync_directory(above, parent);
}

bool is_there(const Fd& directory, const std::string& name) {
  return ::faccessat(directory.get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/// An empty descriptor, and errno, when it cannot be made.
Fd make_file(const Fd& directory, const std::string& name) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  return Fd(::openat(directory.get(), name.c_str(), kFlags, 0600));
}

std::string hidden(const std::string& name, const std::string& store) {
  return fmt::format(".{}.{}", name, store);
}

std::string mark_of(const std::string& store) {
  return ".ordertail-" + store;
}

/// Was the file given its name in this directory, or about to be?
bool is_marked(const Fd& directory, const std::string& name, const std::string& store) {
  const Fd file(
      ::openat(directory.get(), mark_of(store).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) return false;
  std::string names = "\n";
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(file.get(), buffer.data(), buffer.size())) > 0;) {
    names.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return names.find("\n" + name + "\n") != names.npos;
}

/// Of files that were written there.
Fd open_their_directory(const fs::path& directory) {
  if (::access(directory.c_str(), F_OK) != 0 && errno == ENOENT) {
    refuse(directory,
           "is not there, and files that were written in it wait to be given their name; put it "
           "back where it was. If it is gone for good, make it and run again: what was in those "
           "files is then in doubt, for `ordertail resolve`");
  }
  return open_directory(directory);
}

}  // namespace

std::string csv_store_name(const HashKey& key) {
  const std::string_view bytes(reinterpret_cast<const char*>(key.data()), key.size());
  return to_hex(content_hash(bytes).view()).substr(0, 8);
}

bool is_written_file_there(const fs::path& file, const std::string& store) {
  const Fd in = open_their_directory(file.parent_path());
  const std::string name = file.filename().string();
  return is_there(in, hidden(name, store)) || is_there(in, name) || is_marked(in, name, store);
}

void check_csv_directory(const fs::path& directory) {
  struct stat found {};
  const fs::path parent = directory.parent_path();
  if (::stat(directory.c_str(), &found) == 0) {
    check_owner(directory, found);
    if (::access(directory.c_str(), W_OK | X_OK) != 0) {
      fail("write to the directory", directory, errno);
    }
  } else if (errno != ENOENT || ::access(parent.c_str(), W_OK | X_OK) != 0) {
    fail("create the directory", directory, errno);
  }
}

CsvFiles::CsvFiles(HttpTransport& others, const Clock& clock, TimeZone zone, std::string store)
    : others_(others), clock_(clock), zone_(std::move(zone)), store_(std::move(store)) {}

void CsvFiles::start(std::uint64_t ticket, HttpRequest request) {
  if (!request.url.starts_with(kFileScheme)) return others_.start(ticket, std::move(request));
  HttpReply& reply = replies_.emplace_back();
  reply.ticket = ticket;
  const fs::path path = request.url.substr(kFileScheme.size());
  try {
    if (request.body.empty()) {
      reply.status = name(path) ? 200 : 404;
    } else {
      reply.body = write(ticket, path, request.body);
      reply.status = 201;
    }
    reply.transfer = Transfer::complete;
  } catch (const Error& error) {
    reply.error = error.what();
  }
}

std::vector<HttpReply> CsvFiles::wait(std::chrono::milliseconds timeout) {
  std::vector<HttpReply> all = std::exchange(replies_, {});
  std::vector<HttpReply> others =
      others_.wait(all.empty() ? timeout : std::chrono::milliseconds(0));
  std::move(others.begin(), others.end(), std::back_inserter(all));
  return all;
}

std::string CsvFiles::write(std::uint64_t ticket, const fs::path& stem,
                            std::string_view content) const {
  const fs::path directory = stem.parent_path();
  const LocalTime now = zone_.to_local(std::chrono::floor<std::chrono::seconds>(clock_.wall()));
  std::string name =
      fmt::format("{}-{}-{:04}.csv", stem.filename().string(),
                  date::format("%F", date::local_seconds(now.time_since_epoch())), ticket);
  const std::string unfinished = hidden(name, store_);
  make_directory(directory);
  const Fd in = open_directory(directory);
  if (!make_file(in, mark_of(store_)) && errno != EEXIST)
    fail("create", directory / mark_of(store_), errno);
  const Fd file = make_file(in, unfinished);
  if (!file) fail("create", directory / unfinished, errno);
  int failed = write_all(file.get(), content);
  if (failed == 0 && ::fsync(file.get()) != 0) failed = errno;
  if (failed != 0) {
    ::unlinkat(in.get(), unfinished.c_str(), 0);
    fail("write", directory / unfinished, failed);
  }
  sync_directory(in, directory);
  return name;
}

/// Durably, before it is given its name: once that is to be seen, somebody may move it away.
void CsvFiles::mark_named(const Fd& directory, const fs::path& file) const {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC;
  const fs::path path = file.parent_path() / mark_of(store_);
  const Fd marks(::openat(directory.get(), mark_of(store_).c_str(), kFlags, 0600));
  if (!marks) fail("open", path, errno);
  if (const int failed = write_all(marks.get(), "\n" + file.filename().string() + "\n");
      failed != 0)
    fail("write", path, failed);
  if (::fsync(marks.get()) != 0) fail("sync", path, errno);
}

/// False when it is not there.
bool CsvFiles::name(const fs::path& file) {
  const fs::path directory = file.parent_path();
  const std::string name = file.filename().string();
  const std::string unfinished = hidden(name, store_);
  const Fd in = open_their_directory(directory);
  if (is_there(in, unfinished) && !is_marked(in, name, store_)) mark_named(in, file);
  const bool named =
      ::renameat2(in.get(), unfinished.c_str(), in.get(), name.c_str(), RENAME_NOREPLACE) == 0;
  if (!named && errno == EEXIST) {
    refuse(file,
           "is there already, and is none of this job's; move it away, and give each job a "
           "directory of its own");
  }
  if (!named && errno != ENOENT) fail("give its name to", file, errno);
  if (!named && !is_there(in, name) && !is_marked(in, name, store_)) return false;
  sync_directory(in, directory);
  named_.push_back(file);
  return true;
}

void CsvFiles::tidy(const fs::path& directory, const std::vector<std::string>& to_be_named) const {
  std::vector<std::string> wanted;
  for (const std::string& name : to_be_named) wanted.push_back(hidden(name, store_));
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(directory, missing)) {
    const std::string name = entry.path().filename().string();
    const bool is_ours = name.starts_with(".hubspot-") && name.ends_with(".csv." + store_);
    const bool is_wanted = std::find(wanted.begin(), wanted.end(), name) != wanted.end();
    if (!is_ours || is_wanted) continue;
    if (::unlink(entry.path().c_str()) != 0) fail("remove", entry.path(), errno);
  }
}

}  // namespace ordertail
