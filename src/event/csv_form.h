// The [csv] and [[companion]] tables of patterns.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/toml_file.h"
#include "event/pattern.h"

namespace ordertail {

/// Throws Error(usage) with line and column, as do the others.
[[nodiscard]] CsvForm read_csv_form(TomlTable table);

/// The companions of a pattern whose own files are of the form `own`.
[[nodiscard]] std::vector<CompanionSpec> read_companions(std::vector<TomlTable> tables,
                                                         const CsvForm& own);

/// The delimiter at `key`, if there is that key.
[[nodiscard]] std::optional<char> read_delimiter(TomlTable& table, std::string_view key);

/// The character set named at `key`; empty when there is no such key.
[[nodiscard]] std::string read_charset(TomlTable& table, std::string_view key);

}  // namespace ordertail
