// What to tell people about a file that no pattern, or more than one, reads.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "event/recognition.h"

namespace ordertail {
namespace {

constexpr std::size_t kNearestShown = 3;

/// "a, b and c"
std::string in_words(const std::vector<std::string>& items) {
  std::string words;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool last = i + 1 == items.size();
    words += (i == 0 ? "" : last ? " and " : ", ") + items[i];
  }
  return words;
}

std::string quoted(const std::vector<std::string>& columns) {
  std::vector<std::string> names;
  for (const std::string& column : columns) names.push_back('"' + printable(column) + '"');
  return in_words(names);
}

std::string title_of(const Candidate& candidate) {
  const std::string name = printable(candidate.pattern->name);
  if (candidate.companion == nullptr) return name;
  return fmt::format("the companion \"{}\" of {}", printable(candidate.companion->name), name);
}

/// "shopify-orders, but the file lacks "Name" and has "Order""
std::string difference(const Candidate& candidate) {
  std::vector<std::string> parts;
  if (!candidate.lacks.empty()) parts.push_back("lacks " + quoted(candidate.lacks));
  if (!candidate.has.empty()) parts.push_back("has " + quoted(candidate.has));
  return fmt::format("{}, but the file {}", title_of(candidate), fmt::join(parts, " and "));
}

}  // namespace

Error unrecognised(const SourceFile& file, const Recognition& recognition) {
  const std::string name = printable_name(file.name);
  if (!recognition.doubt.empty()) {
    return {ExitCode::source,
            fmt::format("{}: no pattern recognises this file: {}", name, recognition.doubt)};
  }
  const auto& candidates = recognition.candidates;
  if (candidates.empty()) {
    return {ExitCode::source,
            fmt::format("{}: no pattern recognises this file, nor has any a column in common with "
                        "it. Name its pattern in the source, as in `pattern = \"shopify-orders\"` "
                        "(`ordertail patterns` lists them; a file without a header line is never "
                        "recognised), or write one: patterns/README.md says how",
                        name)};
  }
  const std::string first = printable(candidates.front().pattern->name);
  std::vector<std::string> shown;
  if (candidates.front().fits()) {
    std::transform(candidates.begin(), candidates.end(), std::back_inserter(shown), title_of);
    return {ExitCode::source,
            fmt::format("{}: several patterns recognise this file: {}. Say in the source which of "
                        "them is meant, as in `pattern = \"{}\"`",
                        name, in_words(shown), first)};
  }
  const auto end =
      candidates.begin() + static_cast<std::ptrdiff_t>(std::min(candidates.size(), kNearestShown));
  std::transform(candidates.begin(), end, std::back_inserter(shown), difference);
  return {ExitCode::source,
          fmt::format("{}: no pattern recognises this file. The nearest: {}. If one of them is "
                      "right, say so in the source, as in `pattern = \"{}\"`; else write one: "
                      "patterns/README.md says how",
                      name, fmt::join(shown, "; "), first)};
}

}  // namespace ordertail
