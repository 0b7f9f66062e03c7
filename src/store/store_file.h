// Where the store lives: a private directory, a private file, and nothing that is not ours.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/fd.h"

namespace ordertail {

/// Opens a file with open(2)'s `flags`; one that may be written to becomes 0600, whatever the
/// umask. An empty Fd when it is missing and not to be made. Throws Error(store) for a symbolic
/// link, anything but a regular file, a file of another user, and one with a second name (hard
/// link).
[[nodiscard]] Fd open_own_file(const std::filesystem::path& file, int flags);

/// Makes the store's directory 0700, with missing ones above it. Throws Error(store) when others
/// may write there: they could put another file in the store's place.
void prepare_directory(const std::filesystem::path& store);

/// False when there is no file. Throws Error(store) unless it opens with `flags` and its header is
/// that of a store this version can use; SQLite has not touched it then.
[[nodiscard]] bool has_store(const std::filesystem::path& store, int flags);

/// Makes an empty store under another name, durable, and then gives it its name: a store without a
/// schema, such as an empty file, is therefore never ours. Call it under the lock only.
void create_store(const std::filesystem::path& store);

/// Copies a store that nobody has open, its log folded in, to `<store>.v<version>.bak`: 0600,
/// durable, whole or not at all. One that is there is left as it is. Call it under the lock only.
void keep_copy(const std::filesystem::path& store, std::uint32_t version);

/// Whether a log with content lies beside the store: the last writer was killed.
[[nodiscard]] bool has_log(const std::filesystem::path& store);

}  // namespace ordertail
