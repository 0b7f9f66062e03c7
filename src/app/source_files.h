// A source's files, sorted by what reads them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/job.h"
#include "event/companions.h"
#include "event/pattern.h"
#include "input/glob.h"

namespace ordertail {

/// Files of a source that one pattern reads.
struct SourceFiles {
  Pattern pattern;  ///< as the source applies it
  std::vector<SourceFile> files;
  std::vector<std::vector<SourceFile>> companions;  ///< by companion of the pattern
};

/// Called with whole sentences.
struct SortObserver {
  std::function<void(const Error&)> fault;               ///< a file that cannot be read
  std::function<void(std::string_view message)> notice;  ///< what people may want to look at
};

/// Sorts files by the source's pattern, or by what their headers tell; files of one pattern stay
/// in order. A companion goes to all patterns that want it, a file of several sections to the
/// pattern of each. Empty files and those that cannot be read are left out.
[[nodiscard]] std::vector<std::unique_ptr<SourceFiles>> sort_files(
    const Job& job, const Source& source, const std::vector<SourceFile>& files,
    const SortObserver& observer);

}  // namespace ordertail
