// The [registration], [purchase] and [fields] tables of patterns and jobs.
#pragma once

#include "base/toml_file.h"
#include "event/pattern.h"

namespace ordertail {

/// Reads a table's keys over what `spec` says already; keys that are absent change nothing.
/// Throws Error(usage) with line and column.
void read_mapping(TomlTable table, MappingSpec& spec);

}  // namespace ordertail
