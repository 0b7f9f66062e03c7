// Files and folders, sorted by the pattern that reads them.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "event/pattern.h"
#include "input/glob.h"

namespace ordertail {

/// The files that one source reads.
struct FileGroup {
  const Pattern* pattern = nullptr;
  std::vector<SourceFile> own;         ///< at least one
  std::vector<SourceFile> companions;  ///< of those
  /// That mean all of them, no other file but empty ones, and those of their series to come.
  std::vector<std::string> globs;
  std::vector<std::string> singles;  ///< of the globs: each means one file, by digits in its name
  std::vector<std::string> others;   ///< patterns for logs that would do as well
  std::optional<char> delimiter;     ///< of all its files, where it is not the pattern's
};

/// A file that no source can be written for.
struct UnreadFile {
  std::string name, reason;
};

struct GroupedFiles {
  std::vector<FileGroup> groups;  ///< by the pattern's name
  std::vector<UnreadFile> unread;
  std::deque<Pattern> redelimited;  ///< those of groups that have a delimiter
};

/// The files named and those below the folders named, hidden ones and the file that standard output
/// goes to excepted. A folder's files become a glob where it means nothing else. Pointers are into
/// `patterns` and `redelimited`. Throws Error(source) for a path that is not there.
[[nodiscard]] GroupedFiles group_files(const std::vector<std::string>& paths,
                                       std::span<const Pattern> patterns);

}  // namespace ordertail
