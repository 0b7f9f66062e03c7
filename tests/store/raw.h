// A look into the file past the store, as a person with the sqlite3 shell has it.
#pragma once

#include <filesystem>
#include <string>

#include "base/hash.h"

namespace ordertail {

/// The given column of the query's first row, as text. The store must be closed.
[[nodiscard]] std::string raw(const std::filesystem::path& file, const std::string& sql,
                              int column = 0);

/// Runs statements on the file, and leaves it as the store does: with checksums, if it has any.
void raw_change(const std::filesystem::path& file, const std::string& sql);

/// Opens the file and holds its write lock for as long as the process lives.
void raw_hold(const std::filesystem::path& file);

[[nodiscard]] std::string upper_hex(const Hash128& hash);

}  // namespace ordertail
