#include "record/fragments.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"

namespace ordertail {
namespace {

struct Fragment {
  std::string_view name, expression;
};
// What they match is what grok's do, as far as RE2 goes: no look-around, and no longer than needed.
constexpr std::array<Fragment, 16> kFragments{{
    {"IP", R"([0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+)"},
    {"HOSTNAME", R"([0-9A-Za-z_](?:[0-9A-Za-z_.-]*[0-9A-Za-z_])?)"},
    {"IPORHOST", R"([0-9A-Fa-f:]*:[0-9A-Fa-f:.]+|[0-9A-Za-z_](?:[0-9A-Za-z_.-]*[0-9A-Za-z_])?)"},
    {"INT", R"([+-]?[0-9]+)"},
    {"POSINT", R"([1-9][0-9]*)"},
    {"NUMBER", R"([+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+))"},
    {"WORD", R"([0-9A-Za-z_]+)"},
    {"USER", R"([0-9A-Za-z._-]+)"},
    {"NOTSPACE", R"([^ \t\r\n]+)"},
    {"SPACE", R"([ \t\r\n]*)"},
    {"DATA", R"((?s:.*?))"},
    {"GREEDYDATA", R"((?s:.*))"},
    {"QS", R"("(?:[^"\\]|\\.)*")"},
    {"HTTPDATE", R"([0-9]{1,2}/[A-Za-z]{3}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4})"},
    {"TIMESTAMP_ISO8601",
     R"([0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)"
     R"((?:Z|[+-][0-9]{2}:?[0-9]{2})?)"},
    {"URIPATHPARAM", R"(/[^ \t\r\n"]*)"},
}};

std::string in_column(std::size_t at, const std::string& why) {
  return fmt::format("The line pattern, column {}: {}", at + 1, why);
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

std::string_view fragment(std::string_view name, std::size_t at) {
  const auto* const found = std::find_if(kFragments.begin(), kFragments.end(),
                                         [&](const Fragment& each) { return each.name == name; });
  if (found != kFragments.end()) return found->expression;
  throw Error(ExitCode::usage,
              in_column(at, fmt::format("there is no fragment \"{}\"; there are {}",
                                        printable(name), fragment_names())));
}

}  // namespace

std::string with_fragments(std::string_view expression) {
  std::string expanded;
  for (std::size_t at = 0; at < expression.size();) {
    const std::string_view rest = expression.substr(at);
    if (rest.starts_with("%%{")) {
      expanded += '%';
      at += 2;
    } else if (rest.starts_with("%{")) {
      const std::size_t close = rest.find('}');
      if (close == rest.npos)
        throw Error(ExitCode::usage, in_column(at, "this %{ is never closed"));
      const std::string_view inside = rest.substr(2, close - 2);
      const std::size_t colon = std::min(inside.find(':'), inside.size());
      const std::string_view meant = fragment(inside.substr(0, colon), at);
      if (colon == inside.size()) {
        expanded += fmt::format("(?:{})", meant);
      } else if (const auto field = inside.substr(colon + 1); is_word(field)) {
        expanded += fmt::format("(?P<{}>{})", field, meant);
      } else {
        throw Error(ExitCode::usage,
                    in_column(at, fmt::format("\"{}\" is no name of a field: letters, digits and _",
                                              printable(field))));
      }
      at += close + 1;
    } else {
      expanded += rest.front();
      ++at;
    }
  }
  return expanded;
}

std::string fragment_names() {
  std::string names;
  for (const Fragment& each : kFragments) {
    if (!names.empty()) names += ", ";
    names += each.name;
  }
  return names;
}

}  // namespace ordertail
