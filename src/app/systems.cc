#include "app/systems.h"

#include <fmt/format.h>

#include <algorithm>

namespace ordertail {
namespace {

const Columns& columns_of(const MappingSpec& mapping, std::string_view field) {
  if (field == "skus") return mapping.skus.columns;
  return mapping.text[text_field(field)];
}

bool is_of_companion(const Pattern& pattern, const std::string& entry) {
  return std::any_of(
      pattern.companions.begin(), pattern.companions.end(),
      [&](const CompanionSpec& companion) { return entry.starts_with(companion.name + ":"); });
}

/// A bar would end the cell.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

}  // namespace

std::string_view availability(const Pattern& pattern, std::string_view field) {
  const auto& added = pattern.if_added;
  if (std::find(added.begin(), added.end(), field) != added.end()) return "if added";
  bool from_companion = false;
  for (const MappingSpec& mapping : pattern.mappings) {
    for (const std::string& entry : columns_of(mapping, field)) {
      if (!is_of_companion(pattern, entry)) return "yes";
      from_companion = true;
    }
  }
  if (from_companion) return "companion";
  return pattern.line && pattern.line->has_request() ? "query" : "–";
}

std::string systems_table(std::span<const Pattern> patterns) {
  std::string table =
      "| system and file | pattern | e-mail | IP | currency | SKU | verified |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const Pattern& pattern : patterns) {
    const std::string verified =
        pattern.unusable.empty()
            ? pattern.verified
            : fmt::format("cannot be used: {}; {}", pattern.unusable, pattern.verified);
    table += fmt::format("| {} | `{}` | {} | {} | {} | {} | {} |\n", cell(pattern.describes),
                         pattern.name, availability(pattern, "email"), availability(pattern, "ip"),
                         availability(pattern, "currency"), availability(pattern, "skus"),
                         cell(verified));
  }
  return table;
}

}  // namespace ordertail
