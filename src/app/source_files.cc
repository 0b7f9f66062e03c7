#include "app/source_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "event/catalogue.h"
#include "event/recognition.h"
#include "record/csv_file.h"

namespace ordertail {
namespace {

const std::vector<Pattern>& known_patterns() {
  static const std::vector<Pattern> kPatterns = parsed_patterns();
  return kPatterns;
}

class Sorting {
 public:
  Sorting(const Job& job, const Source& source, const SortObserver& observer)
      : job_(job), source_(source), observer_(observer) {}

  std::vector<std::unique_ptr<SourceFiles>> sort(const std::vector<SourceFile>& files) {
    for (const SourceFile& file : files) {
      try {
        look_at(file);
      } catch (const Error& error) {
        observer_.fault(error);
      }
    }
    for (const SourceFile& file : readable_) give_companion(file);
    for (const Recognised& file : companions_only_) {
      if (is_taken(file.file)) continue;
      observer_.notice(fmt::format(
          "{} is the \"{}\" that pattern {} wants beside its own files, and the source "
          "has none of those",
          printable_name(file.file.name), file.as.companion->name, file.as.pattern->name));
    }
    tell_of_empty_files();
    for (const auto& group : groups_) miss_companions(*group);
    return std::move(groups_);
  }

 private:
  struct Recognised {
    SourceFile file;
    Recognition as;
  };

  static bool is_empty(const SourceFile& file) {
    char first = 0;
    return open_text(file, {})->read({&first, 1}) == 0;
  }

  static bool is_companion_only(const SourceFile& file, const Pattern& pattern) {
    const Recognition as = recognise(file, {&pattern, 1});
    return as.companion != nullptr && as.companion->form.frame.section.empty();
  }

  void look_at(const SourceFile& file) {
    if (is_empty(file)) return empty_.push_back(file);
    source_.pattern ? sort_by_pattern(file, *source_.pattern) : sort_by_header(file);
  }

  void sort_by_pattern(const SourceFile& file, const Pattern& pattern) {
    const bool is_own = pattern.companions.empty() || !is_companion_only(file, pattern);
    readable_.push_back(file);
    SourceFiles& group = of(pattern, pattern);
    if (is_own) group.files.push_back(file);
  }

  void sort_by_header(const SourceFile& file) {
    Recognition as = recognise(file, known_patterns());
    readable_.push_back(file);
    const bool is_companion =
        !as.candidates.empty() &&
        std::all_of(as.candidates.begin(), as.candidates.end(), [](const Candidate& candidate) {
          return candidate.fits() && candidate.companion != nullptr;
        });
    if (is_companion) {
      as.pattern = as.candidates.front().pattern;
      as.companion = as.candidates.front().companion;
      companions_only_.push_back({file, as});
      return;
    }
    if (as.pattern == nullptr && !is_shared(as)) throw unrecognised(file, as);
    for (const Candidate& candidate : as.candidates) {
      const Pattern applied = source_.applied(*candidate.pattern);
      if (const auto why = useless(job_, applied)) {
        throw Error(ExitCode::source, fmt::format("{}: {}", printable_name(file.name), *why));
      }
      of(*candidate.pattern, applied).files.push_back(file);
    }
  }

  SourceFiles& of(const Pattern& pattern, const Pattern& applied) {
    for (const auto& group : groups_) {
      if (group->pattern.name == pattern.name) return *group;
    }
    groups_.push_back(std::make_unique<SourceFiles>(SourceFiles{applied, {}, {}}));
    groups_.back()->companions.resize(pattern.companions.size());
    return *groups_.back();
  }

  void give_companion(const SourceFile& file) {
    for (const auto& group : groups_) {
      if (group->pattern.companions.empty()) continue;
      const bool is_own = std::any_of(group->files.begin(), group->files.end(),
                                      [&](const SourceFile& own) { return own.path == file.path; });
      if (is_own) continue;
      const Recognition as = recognise(file, {&group->pattern, 1});
      if (as.companion == nullptr) continue;
      const auto index = static_cast<std::size_t>(as.companion - group->pattern.companions.data());
      group->companions[index].push_back(file);
    }
  }

  [[nodiscard]] bool is_taken(const SourceFile& file) const {
    return std::any_of(groups_.begin(), groups_.end(), [&](const auto& group) {
      return std::any_of(group->companions.begin(), group->companions.end(),
                         [&](const std::vector<SourceFile>& files) {
                           return std::any_of(
                               files.begin(), files.end(),
                               [&](const SourceFile& other) { return other.path == file.path; });
                         });
    });
  }

  /// A log that was just rotated is empty, and no wonder. Among files that belong together an empty
  /// one may be an export that went wrong.
  void tell_of_empty_files() const {
    const bool belong_together = std::any_of(groups_.begin(), groups_.end(), [](const auto& group) {
      return !group->files.empty() && !group->pattern.companions.empty();
    });
    if (!belong_together) return;
    for (const SourceFile& file : empty_) {
      observer_.notice(
          fmt::format("{} is empty, so it completes nothing", printable_name(file.name)));
    }
  }

  void miss_companions(const SourceFiles& group) {
    if (group.files.empty()) return;
    for (std::size_t i = 0; i < group.companions.size(); ++i) {
      const CompanionSpec& spec = group.pattern.companions[i];
      if (!group.companions[i].empty() || !spec.form.frame.section.empty()) continue;
      observer_.notice(fmt::format(
          "no file of the source is the \"{}\" that pattern {} wants beside {}; it is known by its "
          "columns \"{}\". What only it tells stays empty. Add it to the source's files",
          spec.name, group.pattern.name, printable_name(group.files.front().name),
          fmt::join(spec.form.recognise, "\", \"")));
    }
  }

  const Job& job_;
  const Source& source_;
  const SortObserver& observer_;
  std::vector<std::unique_ptr<SourceFiles>> groups_;
  std::vector<Recognised> companions_only_;
  std::vector<SourceFile> readable_;  // whatever becomes of them: they may complete others
  std::vector<SourceFile> empty_;
};

}  // namespace

std::vector<std::unique_ptr<SourceFiles>> sort_files(const Job& job, const Source& source,
                                                     const std::vector<SourceFile>& files,
                                                     const SortObserver& observer) {
  return Sorting(job, source, observer).sort(files);
}

}  // namespace ordertail
