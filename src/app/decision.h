// A person's decision about events in doubt and rejected ones: which are meant, and what it does.
#pragma once

#include <vector>

#include "app/options.h"
#include "store/store.h"

namespace ordertail {

/// The events that --event, --reason or --all name, of those that the ruling is about. Throws
/// Error(usage) when a name is unknown, ambiguous, or that of an event which the ruling is not
/// about. --all may name none; for a drop it means the events in doubt.
[[nodiscard]] std::vector<Held> chosen(const Store& store, Ruling ruling, const Options& options);

/// Carries the ruling out on all of the events that the options name, or on none, and says what was
/// done and what may come of it. Returns what the store holds then.
Totals decide(const Options& options, Ruling ruling);

}  // namespace ordertail
