#include "faults/watched_call.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "faults/supervisor.h"

namespace ordertail::faults {
namespace {

namespace fs = std::filesystem;

constexpr std::array<WatchedCall, 19> kCalls{{
    {SYS_open, "open", Names::path},
    {SYS_openat, "openat", Names::path_at},
    {SYS_read, "read", Names::descriptor, true},
    {SYS_pread64, "pread64", Names::descriptor, true},
    {SYS_write, "write", Names::descriptor, true},
    {SYS_pwrite64, "pwrite64", Names::descriptor, true},
    {SYS_fsync, "fsync", Names::descriptor},
    {SYS_fdatasync, "fdatasync", Names::descriptor},
    {SYS_ftruncate, "ftruncate", Names::descriptor},
    {SYS_unlink, "unlink", Names::path},
    {SYS_rename, "rename", Names::path},
    {SYS_mkdir, "mkdir", Names::path},
    {SYS_flock, "flock", Names::descriptor},
    {SYS_fcntl, "fcntl", Names::descriptor},
    {SYS_mmap, "mmap", Names::mapping},
    {SYS_newfstatat, "newfstatat", Names::path_at},
    {SYS_getdents64, "getdents64", Names::descriptor},
    {SYS_lseek, "lseek", Names::descriptor},
    {SYS_connect, "connect", Names::nothing},
}};

std::string link_target(pid_t thread, const std::string& name) {
  std::error_code none;
  return fs::read_symlink(fmt::format("/proc/{}/{}", thread, name), none).string();
}

std::string file_of_descriptor(pid_t thread, int descriptor) {
  if (descriptor == AT_FDCWD) return link_target(thread, "cwd");
  return descriptor < 0 ? std::string() : link_target(thread, fmt::format("fd/{}", descriptor));
}

/// The text at an address of the thread's memory, up to its NUL.
std::string text_at(pid_t thread, std::uint64_t address) {
  std::string text;
  while (text.size() < 4096) {
    errno = 0;
    const long word = ::ptrace(PTRACE_PEEKDATA, thread, address + text.size(), nullptr);
    if (errno != 0) return text;
    std::array<char, sizeof word> bytes{};
    std::memcpy(bytes.data(), &word, sizeof word);
    const auto* end = std::find(bytes.cbegin(), bytes.cend(), '\0');
    text.append(bytes.cbegin(), end);
    if (end != bytes.cend()) break;
  }
  return text;
}

std::string absolute(pid_t thread, int directory, const std::string& path) {
  const std::string base = file_of_descriptor(thread, directory);
  return path.empty() ? base : (fs::path(base) / path).lexically_normal().string();
}

}  // namespace

const WatchedCall* watched_call(std::uint64_t number) {
  const auto* found = std::find_if(kCalls.begin(), kCalls.end(),
                                   [&](const WatchedCall& call) { return call.number == number; });
  return found == kCalls.end() ? nullptr : found;
}

std::vector<std::string> watched_calls() {
  std::vector<std::string> names;
  for (const WatchedCall& call : kCalls) {
    if (call.names != Names::nothing) names.emplace_back(call.name);
  }
  return names;
}

std::string file_of(const WatchedCall& call, const std::uint64_t* arguments, pid_t thread) {
  const auto descriptor = [&](int at) { return static_cast<int>(arguments[at]); };
  switch (call.names) {
    case Names::descriptor:
      return file_of_descriptor(thread, descriptor(0));
    case Names::path:
      return absolute(thread, AT_FDCWD, text_at(thread, arguments[0]));
    case Names::path_at:
      return absolute(thread, descriptor(0), text_at(thread, arguments[1]));
    case Names::mapping:
      return file_of_descriptor(thread, descriptor(4));
    case Names::nothing:
      break;
  }
  return {};
}

std::string read_proc(pid_t thread, const char* name) {
  std::ifstream file(fmt::format("/proc/{}/{}", thread, name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace ordertail::faults
