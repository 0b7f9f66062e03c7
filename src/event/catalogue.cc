#include "event/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/fd.h"
#include "base/text.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

/// The folders of users and machines, the strongest first.
std::vector<fs::path> pattern_folders() {
  std::vector<fs::path> folders;
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  if (config != nullptr && *config != '\0') {
    folders.push_back(fs::path(config) / "ordertail/patterns");
  } else if (home != nullptr && *home != '\0') {
    folders.push_back(fs::path(home) / ".config/ordertail/patterns");
  }
  folders.emplace_back("/etc/ordertail/patterns");
  return folders;
}

/// Everything that has a name, by name.
std::map<std::string, PatternFile> named_patterns() {
  std::map<std::string, PatternFile> patterns;
  for (const fs::path& folder : pattern_folders()) {
    std::error_code none;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, none)) {
      if (entry.path().extension() != ".toml") continue;
      const std::string name = entry.path().stem().string();
      patterns.try_emplace(name, PatternFile{name, entry.path().string(), {}});
    }
  }
  for (const BuiltinPattern& builtin : builtin_patterns()) {
    const std::string name = fs::path(builtin.file).stem().string();
    patterns.try_emplace(name,
                         PatternFile{name, std::string(builtin.file), std::string(builtin.text)});
  }
  return patterns;
}

/// Reads the text of a pattern that is a file.
PatternFile loaded(PatternFile pattern) {
  if (pattern.text.empty()) pattern.text = read_small_file(pattern.file, ExitCode::usage);
  return pattern;
}

}  // namespace

PatternFile find_pattern(const std::string& reference, const fs::path& base) {
  if (reference.find('/') != reference.npos || reference.ends_with(".toml")) {
    const fs::path path = base / reference;
    return loaded({path.stem().string(), path.string(), {}});
  }
  const auto patterns = named_patterns();
  if (const auto found = patterns.find(reference); found != patterns.end()) {
    return loaded(found->second);
  }
  std::vector<std::string> names;
  names.reserve(patterns.size());
  for (const auto& [name, pattern] : patterns) names.push_back(name);
  const std::string near = nearest(reference, names);
  throw Error(ExitCode::usage,
              fmt::format("there is no pattern \"{}\"{}; `ordertail patterns` lists them",
                          printable(reference),
                          near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
}

std::vector<PatternFile> all_patterns() {
  std::vector<PatternFile> result;
  for (auto& [name, pattern] : named_patterns()) result.push_back(loaded(std::move(pattern)));
  return result;
}

std::vector<Pattern> parsed_patterns() {
  std::vector<Pattern> result;
  for (const PatternFile& file : all_patterns()) {
    result.push_back(parse_pattern(file.text, file.file));
  }
  return result;
}

}  // namespace ordertail
