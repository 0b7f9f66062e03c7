// Waiting until files come, go or grow.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/fd.h"

namespace ordertail {

/// Watches the directories in which files that globs mean are, or may appear, by inotify(7): no
/// timer, and nothing to do while nothing happens. A directory that is not there yet is seen to
/// appear in the one above it. Of what other hosts do on a network file system the kernel knows
/// nothing.
class Watch {
 public:
  /// `alarm`: a descriptor that ends every wait once it can be read. Throws Error(source), as set()
  /// does.
  explicit Watch(int alarm);

  /// Watches for these globs (relative to `base`), and no others that were watched before. What
  /// happens from here on ends the next wait, so that it is called before the files are looked at.
  /// Throws Error(source) when the system allows no more watches, saying what to do.
  void set(const std::vector<std::string>& globs, const std::filesystem::path& base);

  /// Returns when a file with a name that the globs mean has changed, come or gone, when the alarm
  /// is raised, or after `at_most`. What happens together is waited for a tenth of a second.
  void wait(std::optional<std::chrono::milliseconds> at_most);

 private:
  void walk(const std::filesystem::path& directory, const std::filesystem::path& rest);
  void add(const std::filesystem::path& path, const std::string& names);
  [[nodiscard]] bool poll(std::optional<std::chrono::milliseconds> at_most) const;
  bool read_events();

  const int alarm_;
  Fd inotify_;
  std::map<int, std::set<std::string>> names_;  // by watch: globs of names that matter; "": all
};

}  // namespace ordertail
