#include "input/glob.h"

#include <dirent.h>
#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "base/error.h"

namespace ordertail {
namespace {

bool has_wildcard(const std::string& text) {
  return text.find_first_of("*?[") != text.npos;
}

/// A pattern that matches `text` and nothing else.
std::string escaped(const std::string& text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

/// Why the last directory was not read to its end. glob(3) takes that for its end.
thread_local int read_error = 0;

dirent* read_entry(void* directory) {
  errno = 0;
  dirent* entry = ::readdir(static_cast<DIR*>(directory));
  if (entry == nullptr && errno != 0) read_error = errno;
  return entry;
}

/// glob(3)'s result, freed.
class Matches {
 public:
  Matches(const std::string& glob, const std::filesystem::path& base) {
    glob_.gl_opendir = [](const char* name) -> void* { return ::opendir(name); };
    glob_.gl_readdir = read_entry;
    glob_.gl_closedir = [](void* directory) { ::closedir(static_cast<DIR*>(directory)); };
    glob_.gl_stat = ::stat;
    glob_.gl_lstat = ::lstat;
    read_error = 0;
    const std::string pattern = (escaped(base.string()) / std::filesystem::path(glob)).string();
    const int result = ::glob(pattern.c_str(), GLOB_ERR | GLOB_ALTDIRFUNC, nullptr, &glob_);
    if (result == GLOB_ABORTED || read_error != 0) {
      const int error = read_error != 0 ? read_error : errno;
      ::globfree(&glob_);
      throw system_error(ExitCode::source, "look for files matching", (base / glob).string(),
                         error);
    }
    if (result == GLOB_NOSPACE) {
      throw Error(ExitCode::internal, "out of memory while looking for files");
    }
  }
  Matches(const Matches&) = delete;
  Matches& operator=(const Matches&) = delete;
  ~Matches() { ::globfree(&glob_); }

  [[nodiscard]] std::vector<std::string> paths() const {
    return {glob_.gl_pathv, glob_.gl_pathv + glob_.gl_pathc};
  }

 private:
  glob_t glob_{};
};

/// `path` as the job would write it: what stands before the wildcard-free base is cut off.
std::string shown(const std::string& path, const std::filesystem::path& base) {
  const std::string prefix = (base / "").string();
  return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
}

}  // namespace

std::vector<SourceFile> expand_globs(const std::vector<std::string>& globs,
                                     const std::filesystem::path& base) {
  std::vector<SourceFile> files;
  for (const std::string& glob : globs) {
    const auto paths = has_wildcard(glob) ? Matches(glob, base).paths()
                                          : std::vector<std::string>{(base / glob).string()};
    for (const std::string& path : paths) files.push_back({path, shown(path, base)});
  }
  const auto by_name = [](const SourceFile& a, const SourceFile& b) { return a.name < b.name; };
  std::sort(files.begin(), files.end(), by_name);
  const auto same = [](const SourceFile& a, const SourceFile& b) { return a.name == b.name; };
  files.erase(std::unique(files.begin(), files.end(), same), files.end());
  return files;
}

std::string missing_directory(const std::string& glob, const std::filesystem::path& base) {
  if (!has_wildcard(glob)) return {};
  std::filesystem::path directory;
  for (const auto& part : std::filesystem::path(glob).parent_path()) {
    if (has_wildcard(part.string())) break;
    directory /= part;
  }
  if (directory.empty()) return {};  // the base
  std::error_code none;
  const auto status = std::filesystem::status(base / directory, none);
  return status.type() == std::filesystem::file_type::not_found ? directory.string()
                                                                : std::string();
}

}  // namespace ordertail
