// One ordertail at a time: flock(2) on `<store>.lock`, which the kernel lets go with the process.
#pragma once

#include <filesystem>

#include "base/clock.h"
#include "base/fd.h"

namespace ordertail {

/// Takes the store for this process alone, until the descriptor is closed, and leaves a note of who
/// has it. Throws Error(already_running) at once when it is taken, and Error(store) when the note
/// of an earlier process says that there was a store which now is gone.
[[nodiscard]] Fd lock_for_writing(const std::filesystem::path& store, WallTime now);

/// Adds to the note that there is a store now.
void note_store_made(const Fd& lock, const std::filesystem::path& store);

/// Keeps writers away while looking. Makes no lock file: without one nobody has ever written, and
/// the descriptor is empty. Throws Error(already_running) when a writer holds the store, and
/// Error(store) as lock_for_writing() does when it is gone.
[[nodiscard]] Fd lock_for_looking(const std::filesystem::path& store);

}  // namespace ordertail
