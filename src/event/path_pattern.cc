#include "event/path_pattern.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace ordertail {
namespace {

Error bad_path(const std::string& text, std::string_view why) {
  return Error(ExitCode::usage, fmt::format("the path \"{}\" {}", printable(text), why));
}

}  // namespace

PathPattern::PathPattern(const std::string& text) {
  constexpr std::string_view kName = "abcdefghijklmnopqrstuvwxyz0123456789_";
  if (!text.starts_with('/')) throw bad_path(text, "must begin with /");
  if (const std::size_t end = text.find_first_of("?#"); end != text.npos) {
    throw bad_path(
        text,
        fmt::format(
            "goes on behind the path of a request: write \"{}\". Its query is read by order_number "
            "= \"query:order\", and asked for by when = {{ \"query:step\" = \"done\" }}",
            printable(text.substr(0, end))));
  }
  std::string_view rest = text;
  constexpr const char* kBraces = "{}";
  for (std::size_t open = rest.find_first_of(kBraces); open != rest.npos;
       open = rest.find_first_of(kBraces)) {
    if (rest[open] == '}') throw bad_path(text, "has a } without a { before it: write {order}");
    const std::size_t close = rest.find('}', open);
    if (close == rest.npos) throw bad_path(text, "has a { without a } behind it: write {order}");
    const std::string_view name = rest.substr(open + 1, close - open - 1);
    const std::string_view behind = rest.substr(close + 1);
    if (name.empty() || name.find_first_not_of(kName) != name.npos) {
      throw bad_path(text, "has a brace that is no {name} of lower-case letters, digits and _");
    }
    if (open == 0 || rest[open - 1] != '/' || (!behind.empty() && behind.front() != '/')) {
      throw bad_path(text, "has a {name} that is no whole segment: write it between two /");
    }
    texts_.emplace_back(rest.substr(0, open));
    names_.emplace_back(name);
    rest = behind;
  }
  texts_.emplace_back(rest);
}

bool PathPattern::match(std::string_view path, PathParts& parts) const {
  parts.clear();
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (!path.starts_with(texts_[i])) return false;
    path.remove_prefix(texts_[i].size());
    const std::string_view segment = path.substr(0, path.find('/'));
    if (segment.empty()) return false;
    parts.emplace_back(names_[i], segment);
    path.remove_prefix(segment.size());
  }
  return path == texts_.back();
}

std::string PathPattern::literal() const {
  return *std::max_element(texts_.begin(), texts_.end(),
                           [](const auto& a, const auto& b) { return a.size() < b.size(); });
}

}  // namespace ordertail
