// Which files a source means.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ordertail {

/// A file of a source.
struct SourceFile {
  std::filesystem::path path;  ///< to open it by
  std::string name;            ///< to show: as the job writes it, relative to the job file
};

/// The files that the globs mean (glob(7): * ? []), relative to `base` unless absolute; sorted by
/// name, each once. A glob without wildcards names its file whether it exists or not; one with
/// wildcards may match nothing. Throws Error(source) when a directory cannot be read.
[[nodiscard]] std::vector<SourceFile> expand_globs(const std::vector<std::string>& globs,
                                                   const std::filesystem::path& base);

/// The directory that is not there and that expand_globs() would throw for, as the job writes it;
/// empty when there is none.
[[nodiscard]] std::string missing_directory(const std::string& glob,
                                            const std::filesystem::path& base);

}  // namespace ordertail
