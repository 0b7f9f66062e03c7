// Is the log of a killed run whole?
#pragma once

#include <filesystem>

namespace ordertail {

/// Throws Error(store) when the log beside the store is damaged in its middle. SQLite takes the
/// first frame that is wrong for the end of the log, as a power cut may have left it there; what
/// was committed after it, such as the record of a request, it would forget without a word. A power
/// cut harms the last commit only: each is synced before the next is written. Damage to the last
/// commit, or to the last two frames of the one before, is hence not told from a power cut.
void check_log(const std::filesystem::path& store);

}  // namespace ordertail
