#include "app/folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

bool is_standard_output(const fs::path& path) {
  struct stat file {};
  struct stat out {};
  return ::stat(path.c_str(), &file) == 0 && ::fstat(STDOUT_FILENO, &out) == 0 &&
         file.st_dev == out.st_dev && file.st_ino == out.st_ino;
}

}  // namespace

std::set<std::string> files_below(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code error;
  fs::recursive_directory_iterator entries(folder, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    const fs::path& path = entries->path();
    if (path.filename().string().starts_with('.')) {
      entries.disable_recursion_pending();
    } else if (entries->is_regular_file() && !is_standard_output(path)) {
      names.insert(path.lexically_normal().string());
    }
  }
  if (error) throw system_error(ExitCode::source, "look into", folder.string(), error.value());
  return names;
}

}  // namespace ordertail
