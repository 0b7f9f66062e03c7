#include <fmt/format.h>

#include <filesystem>

#include "app/commands.h"
#include "app/explanation.h"
#include "app/folder.h"
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
  std::string fault;  // why it cannot be read
};

/// What the file is. When the user names the pattern, it is that or one of its companions.
Told tell(const std::string& path, const std::vector<Pattern>& patterns, bool forced) {
  Told told{{path, path}, {}, {}};
  try {
    told.recognition = recognise(told.file, patterns);
    if (told.recognition.empty) {
      told.fault = fmt::format("{}: the file is empty", printable_name(path));
    } else if (forced && told.recognition.companion == nullptr) {
      told.recognition.pattern = &patterns.front();
    }
  } catch (const Error& error) {
    if (error.code() != ExitCode::source) throw;
    told.fault = error.what();
  }
  return told;
}

/// The file, or those in the folder, as `init` takes them.
void tell_all(const std::string& path, const std::vector<Pattern>& patterns, bool forced,
              std::vector<Told>& all) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored))
    return all.push_back(tell(path, patterns, forced));
  try {
    const auto names = files_below(path);
    for (const std::string& name : names) all.push_back(tell(name, patterns, forced));
    if (names.empty()) all.push_back({{path, path}, {}, "there is no file in this folder"});
  } catch (const Error& error) {
    if (error.code() != ExitCode::source) throw;
    all.push_back({{path, path}, {}, error.what()});
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
  std::string text = explain_pattern(recognition, !options.pattern.empty());
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
    Told section{told.file, {}, {}};
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
  std::vector<Told> all;
  for (const std::string& path : options.operands) {
    tell_all(path, patterns, !options.pattern.empty(), all);
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
