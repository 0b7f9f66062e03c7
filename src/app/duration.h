// A length of time as jobs and options have it.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace ordertail {

/// "45s", "30m", "2h", "180d"; "0" is none. nullopt for anything else, and above 100 years.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace ordertail
