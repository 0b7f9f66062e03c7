// In which order a log's rotations were written, as far as their names tell.
#pragma once

#include <string_view>
#include <vector>

#include "input/glob.h"

namespace ordertail {

/// Sorts files by name; those that a rotation made of one log, from the oldest to the log itself:
///   access.log.10.gz access.log.2.gz access.log.1 access.log
///   access.log-20261126.gz access.log-20261127 access.log
/// Events that two files hold are so taken from where they were written first.
void sort_by_age(std::vector<SourceFile>& files);

/// Is it the name of such a rotation rather than of a log itself?
[[nodiscard]] bool is_rotation(std::string_view name);

}  // namespace ordertail
