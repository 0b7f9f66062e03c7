#include <fmt/format.h>

#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>

#include "app/commands.h"
#include "app/explanation.h"
#include "app/folder.h"
#include "app/job.h"
#include "app/output.h"
#include "base/text.h"
#include "event/catalogue.h"

namespace ordertail {
namespace {

Declared declared_by(const Options& options) {
  Declared declared{options.time_zone, date_order(options.date_order),
                    number_style(options.numbers)};
  const auto refuse = [](std::string_view option, const std::string& value, std::string_view what) {
    throw Error(ExitCode::usage, fmt::format("--{} \"{}\" {}; see `ordertail explain --help`",
                                             option, printable(value), what));
  };
  if (!options.time_zone.empty() && !TimeZone::find(options.time_zone)) {
    refuse("time-zone", options.time_zone, "is no time zone; write one such as America/New_York");
  }
  if (!options.date_order.empty() && !declared.date_order) {
    refuse("date-order", options.date_order, "is none of mdy, dmy and ymd");
  }
  if (!options.numbers.empty() && !declared.numbers) {
    refuse("numbers", options.numbers,
           "is none of 1234.56, 1,234.56, 1.234,56, 1 234,56 and 1234,56");
  }
  return declared;
}

std::vector<Pattern> patterns_for(const Options& options) {
  if (options.pattern.empty()) return parsed_patterns();
  const PatternFile file = find_pattern(options.pattern, ".");
  return {parse_pattern(file.text, file.file)};
}

struct Told {
  SourceFile file;
  Recognition recognition;
  std::string because;  // of what was said: "you said so"
  std::string fault;    // why it cannot be read
};

/// What the file is. When somebody has said the pattern, it is that or one of its companions.
Told tell(const std::string& path, std::span<const Pattern> patterns, const std::string& because) {
  Told told{{path, path}, {}, because, {}};
  try {
    told.recognition = recognise(told.file, patterns);
    if (told.recognition.empty) {
      told.fault = fmt::format("{}: the file is empty", printable_name(path));
    } else if (!because.empty() && told.recognition.companion == nullptr) {
      told.recognition.pattern = &patterns.front();
    }
  } catch (const Error& error) {
    if (error.code() != ExitCode::source) throw;
    told.fault = error.what();
  }
  return told;
}

/// What a job says of files.
class JobSources {
 public:
  JobSources(const std::string& path, const std::vector<Pattern>& patterns)
      : job_(read_job(path)), patterns_(patterns) {
    for (const Source& source : job_.sources) {
      std::set<std::string>& files = files_.emplace_back();
      for (const SourceFile& file : expand_globs(source.files, job_.directory)) {
        files.insert(canonical(file.path));
      }
    }
  }

  /// The file as each of the sources reads it that mean it.
  void tell_all(const std::string& path, std::vector<Told>& all) {
    const std::size_t before = all.size();
    for (std::size_t i = 0; i < files_.size(); ++i) {
      if (files_[i].contains(canonical(path))) all.push_back(told_by(job_.sources[i], path));
    }
    if (all.size() > before) return;
    Told told = tell(path, patterns_, {});
    if (told.fault.empty()) {
      told.fault = fmt::format("no source of {} means this file", printable_name(job_.name));
    }
    all.push_back(std::move(told));
  }

 private:
  static std::string canonical(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::weakly_canonical(path, ignored).string();
  }

  Told told_by(const Source& source, const std::string& path) {
    if (source.pattern) {
      return tell(path, {&*source.pattern, 1}, printable_name(job_.name) + " says so");
    }
    Told told = tell(path, patterns_, {});
    const auto apply = [&](const Pattern*& pattern) {
      if (pattern != nullptr) pattern = &applied_.emplace_back(source.applied(*pattern));
    };
    apply(told.recognition.pattern);
    for (Candidate& candidate : told.recognition.candidates) {
      if (candidate.fits()) apply(candidate.pattern);
    }
    return told;
  }

  Job job_;
  const std::vector<Pattern>& patterns_;
  std::vector<std::set<std::string>> files_;  // by source
  std::deque<Pattern> applied_;
};

/// What there is to say of a file.
using Teller = std::function<void(const std::string& path, std::vector<Told>& all)>;

/// The file, or those in the folder, as `init` takes them.
void tell_all(const std::string& path, const Teller& tell, std::vector<Told>& all) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return tell(path, all);
  try {
    const auto names = files_below(path);
    for (const std::string& name : names) tell(name, all);
    if (names.empty()) all.push_back({{path, path}, {}, {}, "there is no file in this folder"});
  } catch (const Error& error) {
    if (error.code() != ExitCode::source) throw;
    all.push_back({{path, path}, {}, {}, error.what()});
  }
}

/// Of the files given, those that complete the files of `pattern`, whatever else they are.
CompanionFiles companions_of(const Pattern& pattern, const std::vector<Told>& all) {
  CompanionFiles files(pattern.companions.size());
  if (files.empty()) return files;
  for (const Told& told : all) {
    if (!told.fault.empty()) continue;
    const Recognition as = recognise(told.file, {&pattern, 1});
    if (as.companion == nullptr) continue;
    files[static_cast<std::size_t>(as.companion - pattern.companions.data())].push_back(told.file);
  }
  return files;
}

std::string explain_one(const Told& told, const std::vector<Told>& all, const Declared& declared,
                        const Options& options) {
  const Recognition& recognition = told.recognition;
  if (recognition.pattern == nullptr) return explain_unrecognised(told.file, recognition);
  std::string text = explain_pattern(recognition, told.because);
  if (!recognition.pattern->unusable.empty()) return text;
  if (recognition.companion != nullptr) {
    return text + explain_companion(*recognition.companion, told.file);
  }
  return text + explain_content(*recognition.pattern, declared, told.file,
                                companions_of(*recognition.pattern, all),
                                !options.show_personal_data);
}

/// A file of several sections is one of as many patterns.
std::string explain(const Told& told, const std::vector<Told>& all, const Declared& declared,
                    const Options& options) {
  if (told.recognition.pattern != nullptr || !is_shared(told.recognition)) {
    return explain_one(told, all, declared, options);
  }
  std::string text;
  for (const Candidate& candidate : told.recognition.candidates) {
    Told section{told.file, {}, {}, {}};
    section.recognition.pattern = candidate.pattern;
    text += explain_one(section, all, declared, options);
  }
  return text;
}

bool is_readable(const Told& told) {
  const Recognition& recognition = told.recognition;
  if (!told.fault.empty()) return false;
  if (recognition.pattern == nullptr) return is_shared(recognition);
  return recognition.pattern->unusable.empty();
}

}  // namespace

int run_explain(const Options& options) {
  const Declared declared = declared_by(options);
  const std::vector<Pattern> patterns = patterns_for(options);
  std::optional<JobSources> job;
  if (!options.job.empty()) job.emplace(options.job, patterns);
  const std::string because = options.pattern.empty() ? "" : "you said so";
  std::vector<Told> all;
  for (const std::string& path : options.operands) {
    const Teller each = [&](const std::string& name, std::vector<Told>& to) {
      job ? job->tell_all(name, to) : to.push_back(tell(name, patterns, because));
    };
    tell_all(path, each, all);
  }
  Output out;
  auto code = ExitCode::ok;
  for (Told& told : all) {
    std::string text;
    if (told.fault.empty()) {
      try {
        text = explain(told, all, declared, options);
      } catch (const Error& error) {
        if (error.code() != ExitCode::source) throw;
        told.fault = error.what();
      }
    }
    if (!told.fault.empty()) text = "  " + told.fault + "\n";
    if (!is_readable(told)) code = ExitCode::source;
    out.write(printable_name(told.file.name) + "\n" + printable_lines(text));
  }
  out.flush();
  return static_cast<int>(code);
}

}  // namespace ordertail
