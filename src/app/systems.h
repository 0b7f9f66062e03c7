// What each pattern gets out of its files, for people who look for theirs.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "event/pattern.h"

namespace ordertail {

/// Does the pattern know where a field ("email", "ip", "currency", "skus") is: "yes", "companion"
/// when it takes another file, "if added" when the files have it only where somebody asked for it,
/// "query" when the job may take it from the logged request, "–" when the files have none.
[[nodiscard]] std::string_view availability(const Pattern& pattern, std::string_view field);

/// The README's table of systems: a row of Markdown for each pattern, in the order given.
[[nodiscard]] std::string systems_table(std::span<const Pattern> patterns);

}  // namespace ordertail
