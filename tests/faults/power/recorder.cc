// Preloaded into ordertail (LD_PRELOAD), this writes down all that it asks of the disk below one
// directory, once the kernel has taken it, and all that it sends, before the kernel takes it.
//
//   ORDERTAIL_POWER_LOG        where to write it down (appended to); the format is in disk.h
//   ORDERTAIL_POWER_DIRECTORY  the directory, absolute and without symbolic links
//   ORDERTAIL_POWER_SQL        "OLD=>NEW": what one of ordertail's PRAGMAs is made to be
//   ORDERTAIL_POWER_DIRECTORY_SYNC
//                              "no": fsync of a directory does nothing
// The last two make another program of it: one that breaks its promise, to prove that the replay
// sees it, or that folds in its log all the time.
//
// System calls are made directly: whatever else is preloaded (a sanitizer) is not disturbed.
// x86-64.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cstdarg>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

struct sqlite3;

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Which descriptors lie below the directory, and the log. Made once, never destroyed: the program
/// may close files until its very end.
class Recorder {
 public:
  static Recorder& get() {
    static auto& recorder = *new Recorder;
    return recorder;
  }

  /// One entry: a line, then `bytes`.
  void note(const std::string& line, std::string_view bytes = {}) const {
    if (log_ < 0) return;
    const std::string entry = line + '\n' + std::string(bytes);
    if (::syscall(SYS_write, log_, entry.data(), entry.size()) != static_cast<long>(entry.size())) {
      std::abort();  // a log with a gap would prove nothing
    }
  }
  /// The path as the log has it, or nothing when it is not below the directory;
  /// "." for the directory itself.
  [[nodiscard]] std::string inside(const char* path) const {
    std::string whole = std::filesystem::absolute(path).lexically_normal().string();
    if (whole.ends_with('/')) whole.pop_back();
    if (whole == directory_) return ".";
    return !directory_.empty() && whole.starts_with(directory_ + "/")
               ? whole.substr(directory_.size() + 1)
               : std::string();
  }
  void watch(int fd, bool watched) {
    if (fd >= 0 && static_cast<std::size_t>(fd) < watched_.size())
      watched_[static_cast<std::size_t>(fd)] = watched;
  }
  [[nodiscard]] bool watches(int fd) const {
    return fd >= 0 && static_cast<std::size_t>(fd) < watched_.size() &&
           watched_[static_cast<std::size_t>(fd)];
  }
  [[nodiscard]] const std::string& sql() const { return sql_; }
  [[nodiscard]] bool syncs_directories() const { return syncs_directories_; }

  std::recursive_mutex mutex;  ///< held from a call to its entry, so that entries are in order

 private:
  Recorder()
      : directory_(variable("ORDERTAIL_POWER_DIRECTORY")),
        sql_(variable("ORDERTAIL_POWER_SQL")),
        syncs_directories_(variable("ORDERTAIL_POWER_DIRECTORY_SYNC") != "no") {
    const std::string log = variable("ORDERTAIL_POWER_LOG");
    if (!log.empty())
      log_ = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, log.c_str(),
                                        O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  }

  std::string directory_, sql_;
  bool syncs_directories_;
  int log_ = -1;
  std::array<bool, 4096> watched_{};
};

using Lock = std::lock_guard<std::recursive_mutex>;

template <typename... Parts>
std::string line_of(const char* what, const Parts&... parts) {
  std::string line = what;
  ((line += ' ' + std::to_string(parts)), ...);
  return line;
}

int opened(int directory, const char* path, int flags, mode_t mode) {
  Recorder& recorder = Recorder::get();
  const Lock lock(recorder.mutex);
  const int fd = static_cast<int>(::syscall(SYS_openat, directory, path, flags, mode));
  const std::string name =
      fd < 0 || (directory != AT_FDCWD && path[0] != '/') ? "" : recorder.inside(path);
  recorder.watch(fd, !name.empty());
  if (!name.empty()) recorder.note(line_of("open", fd, flags) + ' ' + name);
  return fd;
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

ssize_t written(int fd, const void* bytes, off_t offset, ssize_t result) {
  if (result > 0)
    Recorder::get().note(line_of("write", fd, offset, result),
                         {static_cast<const char*>(bytes), static_cast<std::size_t>(result)});
  return result;
}

int synced(int fd, long number) {
  Recorder& recorder = Recorder::get();
  const Lock lock(recorder.mutex);
  struct stat found {};
  if (recorder.watches(fd) && !recorder.syncs_directories() && ::fstat(fd, &found) == 0 &&
      S_ISDIR(found.st_mode))
    return 0;
  const int result = static_cast<int>(::syscall(number, fd));
  if (result == 0 && recorder.watches(fd)) recorder.note(line_of("sync", fd));
  return result;
}

int truncated(int fd, off_t size) {
  Recorder& recorder = Recorder::get();
  const Lock lock(recorder.mutex);
  const int result = static_cast<int>(::syscall(SYS_ftruncate, fd, size));
  if (result == 0 && recorder.watches(fd)) recorder.note(line_of("truncate", fd, size));
  return result;
}

/// Before the bytes leave: from here on the server may have them.
void leaving(int fd, const void* bytes, size_t size) {
  Recorder& recorder = Recorder::get();
  const Lock lock(recorder.mutex);
  recorder.note(line_of("send", fd, size), {static_cast<const char*>(bytes), size});
}

bool is_socket(int fd) {
  struct stat found {};
  return ::fstat(fd, &found) == 0 && S_ISSOCK(found.st_mode);
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(AT_FDCWD, path, flags, mode);
}

int openat(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(directory, path, flags, mode);
}

int close(int fd) {
  Recorder& recorder = Recorder::get();
  const Lock lock(recorder.mutex);
  if (recorder.watches(fd)) recorder.note(line_of("close", fd));
  recorder.watch(fd, false);
  return static_cast<int>(::syscall(SYS_close, fd));
}

ssize_t write(int fd, const void* bytes, size_t size) {
  Recorder& recorder = Recorder::get();
  if (!recorder.watches(fd)) {
    if (is_socket(fd)) leaving(fd, bytes, size);
    return ::syscall(SYS_write, fd, bytes, size);
  }
  const Lock lock(recorder.mutex);
  const off_t offset = ::lseek(fd, 0, SEEK_CUR);
  return written(fd, bytes, offset, ::syscall(SYS_write, fd, bytes, size));
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  Recorder& recorder = Recorder::get();
  if (!recorder.watches(fd)) return ::syscall(SYS_pwrite64, fd, bytes, size, offset);
  const Lock lock(recorder.mutex);
  return written(fd, bytes, offset, ::syscall(SYS_pwrite64, fd, bytes, size, offset));
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off_t offset) {
  return pwrite(fd, bytes, size, offset);
}

int fsync(int fd) {
  return synced(fd, SYS_fsync);
}

int fdatasync(int fd) {
  return synced(fd, SYS_fdatasync);
}

int ftruncate(int fd, off_t size) noexcept {
  return truncated(fd, size);
}

int ftruncate64(int fd, off_t size) noexcept {
  return truncated(fd, size);
}

int unlink(const char* path) noexcept {
  Recorder& recorder = Recorder::get();
  const Lock lock(recorder.mutex);
  const int result = static_cast<int>(::syscall(SYS_unlink, path));
  const std::string name = result == 0 ? recorder.inside(path) : "";
  if (!name.empty()) recorder.note("unlink " + name);
  return result;
}

int rename(const char* from, const char* to) noexcept {
  Recorder& recorder = Recorder::get();
  const Lock lock(recorder.mutex);
  const int result = static_cast<int>(::syscall(SYS_rename, from, to));
  const std::string name = result == 0 ? recorder.inside(from) : "";
  if (!name.empty()) recorder.note("rename " + name + '\t' + recorder.inside(to));
  return result;
}

int mkdir(const char* path, mode_t mode) noexcept {
  Recorder& recorder = Recorder::get();
  const Lock lock(recorder.mutex);
  const int result = static_cast<int>(::syscall(SYS_mkdir, path, mode));
  const std::string name = result == 0 ? recorder.inside(path) : "";
  if (!name.empty()) recorder.note("mkdir " + name);
  return result;
}

ssize_t send(int fd, const void* bytes, size_t size, int flags) {
  leaving(fd, bytes, size);
  return ::syscall(SYS_sendto, fd, bytes, size, flags, nullptr, 0);
}

/// SQLite's, with the change asked for.
int sqlite3_exec(sqlite3* database, const char* sql, int (*callback)(void*, int, char**, char**),
                 void* user, char** error) {
  using Exec = int (*)(sqlite3*, const char*, int (*)(void*, int, char**, char**), void*, char**);
  static const auto kReal = reinterpret_cast<Exec>(::dlsym(RTLD_NEXT, "sqlite3_exec"));
  std::string text = sql;
  const std::string_view change = Recorder::get().sql();
  const std::string_view old = change.substr(0, change.find("=>"));
  const std::size_t at = old.empty() ? std::string::npos : text.find(old);
  if (at != std::string::npos) text.replace(at, old.size(), change.substr(old.size() + 2));
  return kReal(database, text.c_str(), callback, user, error);
}
}
