// The [registration], [purchase], [visitor] and [fields] tables of patterns and jobs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/toml_file.h"
#include "event/pattern.h"

namespace ordertail {

/// Reads a table's keys over what the pattern's mapping of `kind` says already; keys that are
/// absent change nothing. Throws Error(usage) with line and column, also for a column that the
/// pattern drops.
void read_mapping(TomlTable table, Kind kind, Pattern& pattern);

/// The same of [visitor]: the request, `when`, `order_number`, `email`, `session`, `utk`, `ip` and
/// `occurred_at`.
void read_visitor(TomlTable table, Pattern& pattern);

/// The time zone named at `key`, if there is that key. Throws Error(usage) when there is no such
/// zone.
[[nodiscard]] std::optional<std::string> read_zone(TomlTable& table, std::string_view key);

}  // namespace ordertail
