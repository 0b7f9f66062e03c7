// What the fields of nginx's and Apache's own log formats mean.
#pragma once

#include "base/toml_file.h"
#include "event/pattern.h"

namespace ordertail {

/// Reads `log_format` (nginx) or `LogFormat` (Apache), whichever `table` has, and lays what its
/// fields mean under the pattern: the request, its status, the visitor's address and token, the
/// time. False when the table has neither. Throws Error(usage) with line and column, also for a
/// format without a request, and for a name that is one letter away from one that would tell what
/// nothing else does.
bool read_server_format(TomlTable& table, Pattern& pattern);

}  // namespace ordertail
