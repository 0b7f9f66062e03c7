#include "input/watch.h"

#include <fmt/format.h>
#include <fnmatch.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kEvents = IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                  IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::chrono::milliseconds kTogether{100};

/// `limit`: a name of sysctl(8).
[[noreturn]] void refuse(const std::string& what, const char* more, const char* limit) {
  throw Error(
      ExitCode::source,
      fmt::format("cannot watch {}: the system allows no more {}. Raise {} (sysctl), or run "
                  "without --follow from a timer",
                  what, more, limit));
}

bool has_wildcard(const std::string& name) {
  return name.find_first_of("*?[") != name.npos;
}

}  // namespace

Watch::Watch(int alarm) : alarm_(alarm), inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  if (inotify_) return;
  if (errno == EMFILE) refuse("files", "watching programs", "fs.inotify.max_user_instances");
  throw system_error(ExitCode::source, "watch files:", "inotify", errno);
}

void Watch::set(const std::vector<std::string>& globs, const fs::path& base) {
  const auto before = std::exchange(names_, {});
  for (const std::string& glob : globs) {
    const fs::path path(glob);
    path.is_absolute() ? walk("/", path.relative_path()) : walk(base.empty() ? "." : base, path);
  }
  for (const auto& [watch, names] : before) {
    if (names_.count(watch) == 0) ::inotify_rm_watch(inotify_.get(), watch);
  }
}

/// Watches `directory` for what the first name of `rest` means, unless that is a directory that is
/// there, and goes on in those that are.
void Watch::walk(const fs::path& directory, const fs::path& rest) {
  const std::string name = rest.begin()->string();
  const fs::path below = rest.lexically_relative(name);
  const bool is_file = std::next(rest.begin()) == rest.end();
  std::error_code none;
  const bool is_there = !has_wildcard(name) && !is_file && fs::is_directory(directory / name, none);
  if (!is_there) add(directory, name);
  if (is_there) return walk(directory / name, below);
  for (const auto& entry : fs::directory_iterator(directory, none)) {
    if (::fnmatch(name.c_str(), entry.path().filename().c_str(), FNM_PERIOD) != 0) continue;
    if (!is_file && entry.is_directory(none)) walk(entry.path(), below);
    if (is_file && entry.is_symlink(none)) add(entry.path(), "");  // the file that it leads to
  }
}

void Watch::add(const fs::path& path, const std::string& names) {
  const int watch = ::inotify_add_watch(inotify_.get(), path.c_str(), kEvents);
  if (watch >= 0) {
    names_[watch].insert(names);
  } else if (errno == ENOSPC) {
    refuse(printable_name(path.string()), "watches", "fs.inotify.max_user_watches");
  } else if (errno != ENOENT &&
             errno != ENOTDIR) {  // one that has gone meanwhile is told of above it
    throw system_error(ExitCode::source, "watch", path.string(), errno);
  }
}

void Watch::wait(std::optional<std::chrono::milliseconds> at_most) {
  using Clock = std::chrono::steady_clock;
  const auto end = at_most ? std::optional(Clock::now() + *at_most) : std::nullopt;
  while (true) {
    std::optional<std::chrono::milliseconds> left;
    if (end) {
      left = std::chrono::ceil<std::chrono::milliseconds>(
          std::max(Clock::duration::zero(), *end - Clock::now()));
    }
    if (!poll(left)) return;
    if (!read_events()) continue;
    const auto together = Clock::now() + kTogether;
    while (Clock::now() < together &&
           poll(std::chrono::ceil<std::chrono::milliseconds>(together - Clock::now()))) {
      read_events();
    }
    return;
  }
}

/// Are there events? False when time is up or the alarm is raised.
bool Watch::poll(std::optional<std::chrono::milliseconds> at_most) const {
  std::array<pollfd, 2> both{{{inotify_.get(), POLLIN, 0}, {alarm_, POLLIN, 0}}};
  constexpr std::chrono::milliseconds kDay = std::chrono::hours(24);  // an int holds that
  const int time = at_most ? static_cast<int>(std::min(*at_most, kDay).count()) : -1;
  if (::poll(both.data(), both.size(), time) < 0 && errno != EINTR)
    throw system_error(ExitCode::internal, "wait for", "inotify", errno);
  return both[1].revents == 0 && both[0].revents != 0;
}

/// Was any of them of a file that the globs mean, or were some lost?
bool Watch::read_events() {
  bool matters = false;
  alignas(inotify_event) std::array<char, 16384> buffer{};
  ssize_t got = 0;
  while ((got = ::read(inotify_.get(), buffer.data(), buffer.size())) > 0) {
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      inotify_event event{};
      std::copy_n(buffer.data() + at, sizeof event, reinterpret_cast<char*>(&event));
      const char* name = event.len > 0 ? buffer.data() + at + sizeof event : "";
      at += sizeof event + event.len;
      const auto watched = names_.find(event.wd);
      if (watched == names_.end()) {
        matters = matters || (event.mask & IN_Q_OVERFLOW) != 0;
        continue;
      }
      const bool is_directory_itself = event.len == 0;
      matters =
          matters || is_directory_itself ||
          std::any_of(watched->second.begin(), watched->second.end(), [&](const std::string& glob) {
            return ::fnmatch(glob.c_str(), name, FNM_PERIOD) == 0;
          });
    }
  }
  return matters;
}

}  // namespace ordertail
