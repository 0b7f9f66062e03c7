#include "app/file_groups.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>

#include "app/file_series.h"
#include "app/folder.h"
#include "base/error.h"
#include "base/text.h"
#include "event/recognition.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

/// The names of all files; those found in folders go to `found` as well.
Names all_files(const std::vector<std::string>& paths, Names& found) {
  Names names;
  for (const std::string& path : paths) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
      throw system_error(ExitCode::source, "open", path, errno);
    }
    if (S_ISDIR(status.st_mode)) {
      found.merge(files_below(path));
    } else {
      names.insert(fs::path(path).lexically_normal().string());
    }
  }
  names.insert(found.begin(), found.end());
  return names;
}

/// What globs mean; each is looked up once.
class Meanings {
 public:
  const Names& of(const std::string& glob) {
    const auto [meaning, is_new] = known_.try_emplace(glob);
    if (is_new) {
      for (const SourceFile& file : expand_globs({glob}, "")) meaning->second.insert(file.name);
    }
    return meaning->second;
  }

 private:
  std::map<std::string, Names> known_;
};

bool includes(const Names& all, const Names& some) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

/// Gives the group its globs. Those of files in `found` may mean all of the group, and `empty`
/// files, of which nobody knows what they will be.
void name_files(const Names& names, const Names& found, const Names& empty, FileGroup& group) {
  const FileSeries series(names, group.pattern->line.has_value());
  Names allowed = names;
  allowed.insert(empty.begin(), empty.end());
  Meanings meanings;
  Names covered;
  for (const std::string& name : names) {
    if (covered.contains(name)) continue;
    const auto ways = series.globs_of(name);
    const auto is_right = [&](const SeriesGlobs& way) {
      return std::all_of(
                 way.globs.begin(), way.globs.end(),
                 [&](const std::string& glob) { return includes(allowed, meanings.of(glob)); }) &&
             std::any_of(way.globs.begin(), way.globs.end(),
                         [&](const std::string& glob) { return meanings.of(glob).contains(name); });
    };
    const auto last = std::prev(ways.end());
    const auto way = found.contains(name) ? std::find_if(ways.begin(), last, is_right) : last;
    for (const std::string& glob : way->globs) {
      const Names& meant = meanings.of(glob);
      if (way->keeps_digits && meant.size() == 1) group.singles.push_back(glob);
      covered.insert(meant.begin(), meant.end());
      group.globs.push_back(glob);
    }
  }
}

/// Do all that it may be fit it, and hold this?
template <typename Condition>
bool are_all(const Recognition& recognition, Condition holds) {
  return !recognition.candidates.empty() &&
         std::all_of(
             recognition.candidates.begin(), recognition.candidates.end(),
             [&](const Candidate& candidate) { return candidate.fits() && holds(candidate); });
}

class Grouping {
 public:
  explicit Grouping(std::span<const Pattern> patterns) : patterns_(patterns) {}

  void add(const std::string& name) {
    const SourceFile file{name, name};
    try {
      add(file, recognise(file, patterns_));
    } catch (const Error& error) {
      if (error.code() != ExitCode::source) throw;
      unread_.push_back({name, error.what()});
    }
  }

  GroupedFiles finish(const Names& found) && {
    GroupedFiles result;
    for (const auto& [name, group] : groups_) {
      if (group.own.empty()) give_up(group);
    }
    for (auto& [name, group] : groups_) add_shared_companions(group);
    for (auto& [name, group] : groups_) {
      if (group.own.empty()) continue;
      Names names;
      for (const SourceFile& file : group.own) names.insert(file.name);
      for (const SourceFile& file : group.companions) names.insert(file.name);
      name_files(names, found, empty_, group);
      result.groups.push_back(std::move(group));
    }
    result.unread = std::move(unread_);
    result.redelimited = std::move(redelimited_);
    return result;
  }

 private:
  FileGroup& of(const Candidate& candidate) {
    FileGroup& group = groups_[candidate.pattern->name];
    group.pattern = candidate.pattern;
    return group;
  }

  void add(const SourceFile& file, const Recognition& recognition) {
    const auto& candidates = recognition.candidates;
    const auto is_companion = [](const Candidate& each) { return each.companion != nullptr; };
    const auto is_log = [](const Candidate& each) { return each.pattern->line.has_value(); };
    const Pattern* pattern = recognition.pattern;
    if (recognition.empty) {
      empty_.insert(file.name);
      unread_.push_back(
          {file.name, fmt::format("{}: the file is empty", printable_name(file.name))});
    } else if (pattern != nullptr && !pattern->unusable.empty()) {
      unread_.push_back({file.name, fmt::format("{}: {}: {}", printable_name(file.name),
                                                pattern->describes, pattern->unusable)});
    } else if (are_all(recognition, is_companion)) {
      // Several patterns may want the same one.
      for (const Candidate& candidate : candidates) of(candidate).companions.push_back(file);
    } else if (pattern != nullptr || are_all(recognition, is_log)) {
      // Several patterns may read the same lines alike: the first of them is as good as any.
      FileGroup& group = of(candidates.front());
      group.own.push_back(file);
      group.others.clear();
      for (std::size_t i = 1; i < candidates.size(); ++i) {
        group.others.push_back(candidates[i].pattern->name);
      }
    } else if (is_shared(recognition)) {
      for (const Candidate& candidate : candidates) of(candidate).own.push_back(file);
    } else if (recognition.delimited != nullptr && recognition.delimited->unusable.empty()) {
      redelimited(*recognition.delimited, recognition.delimiter).own.push_back(file);
    } else {
      unread_.push_back({file.name, unrecognised(file, recognition).what()});
    }
  }

  FileGroup& redelimited(const Pattern& pattern, char delimiter) {
    FileGroup& group = groups_[pattern.name + delimiter];
    if (group.pattern == nullptr) {
      set_delimiter(delimiter, redelimited_.emplace_back(pattern));
      group.pattern = &redelimited_.back();
      group.delimiter = delimiter;
    }
    return group;
  }

  /// A file that is read by a pattern of its own may complete another's files, too.
  void add_shared_companions(FileGroup& group) {
    if (group.pattern->companions.empty()) return;
    for (const auto& [name, other] : groups_) {
      if (&other == &group) continue;
      for (const SourceFile& file : other.own) {
        const Recognition as = recognise(file, {group.pattern, 1});
        if (as.companion != nullptr) group.companions.push_back(file);
      }
    }
  }

  /// Companions alone are of no use, unless another pattern wants them, too.
  void give_up(const FileGroup& group) {
    for (const SourceFile& file : group.companions) {
      const bool is_taken = std::any_of(groups_.begin(), groups_.end(), [&](const auto& other) {
        const auto& companions = other.second.companions;
        return !other.second.own.empty() &&
               std::any_of(companions.begin(), companions.end(),
                           [&](const SourceFile& each) { return each.name == file.name; });
      });
      if (is_taken) continue;
      unread_.push_back({file.name, fmt::format("{}: completes files of the pattern {}, of which "
                                                "there is none here",
                                                printable_name(file.name), group.pattern->name)});
    }
  }

  std::span<const Pattern> patterns_;
  std::map<std::string, FileGroup> groups_;
  std::vector<UnreadFile> unread_;
  Names empty_;
  std::deque<Pattern> redelimited_;
};

}  // namespace

GroupedFiles group_files(const std::vector<std::string>& paths, std::span<const Pattern> patterns) {
  Names found;
  Grouping grouping(patterns);
  for (const std::string& name : all_files(paths, found)) grouping.add(name);
  return std::move(grouping).finish(found);
}

}  // namespace ordertail
