// What to tell people about a file that no pattern, or more than one, reads.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "event/recognition.h"

namespace ordertail {
namespace {

constexpr std::size_t kNearestShown = 3;

bool is_near(const Candidate& candidate) {
  return distance(candidate) <= 0.5;
}

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

std::string without_candidates(const std::vector<std::string>& headerless) {
  if (!headerless.empty()) {
    return fmt::format(
        "no pattern recognises this file by a header. It may have none: its rows have as many "
        "columns as {} reads. If that is right, say so in the source, as in `pattern = \"{}\"`",
        in_words(headerless), headerless.front());
  }
  return "no pattern recognises this file, nor has any a column in common with it. Name its "
         "pattern "
         "in the source, as in `pattern = \"shopify-orders\"` (`ordertail patterns` lists them; a "
         "file without a header line is never recognised), or write one: patterns/README.md says "
         "how";
}

/// "a, b or c"
std::string any_of(const std::vector<std::string>& names) {
  std::string words;
  for (std::size_t i = 0; i < names.size(); ++i) {
    words += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + printable(names[i]);
  }
  return words;
}

std::string of_log(const NearLog& log) {
  const std::string own =
      "the server's own format into the source, as log_format = '...' (nginx) or LogFormat = '...' "
      "(Apache)";
  if (log.names.empty()) {
    return fmt::format(
        "no pattern recognises this file, which looks like a log, nor does any read one of its "
        "first "
        "lines; `ordertail explain --pattern NAME` says where they depart from it. Paste {}, or "
        "write a pattern: patterns/README.md says how",
        own);
  }
  return fmt::format(
      "no pattern recognises this file, which looks like a log. The nearest is {}, which reads {} "
      "of "
      "its first {} lines; of line {}: {}. If it is that all the same, say so in the source, as in "
      "`pattern = \"{}\"`, and look at the rest with `ordertail explain --pattern {}`; if not, "
      "paste "
      "{}, or write a pattern: patterns/README.md says how",
      any_of(log.names), log.matching, log.lines, log.line, log.fault, printable(log.names.front()),
      printable(log.names.front()), own);
}

std::string several(const std::vector<Candidate>& candidates) {
  std::vector<std::string> titles;
  std::transform(candidates.begin(), candidates.end(), std::back_inserter(titles), title_of);
  return fmt::format(
      "several patterns recognise this file: {}. Say in the source which of them is meant, as in "
      "`pattern = \"{}\"`",
      in_words(titles), printable(candidates.front().pattern->name));
}

/// Those that are near; when none is, the nearest all the same.
std::string nearest(const std::vector<Candidate>& candidates) {
  const bool any_near = is_near(candidates.front());
  auto end =
      candidates.begin() + static_cast<std::ptrdiff_t>(std::min(candidates.size(), kNearestShown));
  if (any_near) end = std::find_if_not(candidates.begin(), end, is_near);
  std::vector<std::string> shown;
  std::transform(candidates.begin(), end, std::back_inserter(shown), difference);
  if (!any_near) {
    return fmt::format(
        "no pattern recognises this file, nor comes near to it; the nearest: {}. If its columns "
        "have names in another language, export it in English; else write a pattern: "
        "patterns/README.md says how",
        fmt::join(shown, "; "));
  }
  return fmt::format(
      "no pattern recognises this file. The nearest: {}. If it is one of them, export it again "
      "with "
      "these columns, in English, or say so in the source, as in `pattern = \"{}\"`, to hear which "
      "it cannot do without; else write one: patterns/README.md says how",
      fmt::join(shown, "; "), printable(candidates.front().pattern->name));
}

}  // namespace

Error unrecognised(const SourceFile& file, const Recognition& recognition) {
  const auto& candidates = recognition.candidates;
  const std::string why = recognition.log ? of_log(*recognition.log)
                          : !recognition.doubt.empty()
                              ? "no pattern recognises this file: " + recognition.doubt
                          : candidates.empty()        ? without_candidates(recognition.headerless)
                          : candidates.front().fits() ? several(candidates)
                                                      : nearest(candidates);
  return {ExitCode::source, fmt::format("{}: {}", printable_name(file.name), why)};
}

}  // namespace ordertail
