// SIGINT and SIGTERM: the first asks for a clean end, the second ends at once.
#pragma once

#include <atomic>

namespace ordertail {

/// Takes SIGINT and SIGTERM over, and ignores SIGPIPE and SIGXFSZ, so that writing tells of them.
void catch_signals();

/// Set once a signal has come.
[[nodiscard]] const std::atomic<bool>& interrupted();

/// A descriptor that can be read once a signal has come: for poll(2), which may begin too late to
/// be interrupted. -1 before catch_signals().
[[nodiscard]] int signal_descriptor();

/// The signal that came first; 0: none.
[[nodiscard]] int signal_number();

}  // namespace ordertail
