// The files in a folder that a user named.
#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace ordertail {

/// The names of those in it and below, hidden ones and the file that standard output goes to
/// excepted. Throws Error(source) when a folder cannot be read.
[[nodiscard]] std::set<std::string> files_below(const std::filesystem::path& folder);

}  // namespace ordertail
