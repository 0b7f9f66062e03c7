// A directory of a test's own, gone with it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace ordertail {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "ordertail-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed: " + name);
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code none;
    std::filesystem::remove_all(path_, none);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Makes or replaces the file `name` (with its folders) and returns its path.
  std::filesystem::path write(const std::string& name, std::string_view text) const {
    return put(name, text, std::ios::trunc);
  }
  /// Adds to the end of the file `name`.
  std::filesystem::path append(const std::string& name, std::string_view text) const {
    return put(name, text, std::ios::app);
  }

 private:
  std::filesystem::path put(const std::string& name, std::string_view text,
                            std::ios::openmode mode) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out(file, std::ios::binary | mode);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
    return file;
  }

  std::filesystem::path path_;
};

}  // namespace ordertail
