// A checksum in every page of a database file: SQLite has one for its log only.
#pragma once

#include <string>

namespace ordertail {

/// The bytes at the end of each page that SQLite is told to leave alone, for the checksum.
inline constexpr int kChecksumSize = 8;

/// The name of an SQLite VFS: the system's, but that a page of a database file is given its
/// checksum whenever it is written, and is SQLITE_CORRUPT when it is read with another one. Files
/// whose pages were made without room for it are read and written as they are. The log is the
/// system's, with checksums of its own; pages in it have zeros for theirs, and so have those that
/// another SQLite folded in after a kill: they are taken as they are. Any SQLite can read such a
/// file; one that changes it leaves pages that are refused from then on. Needs locking_mode
/// EXCLUSIVE, as it shares no memory.
[[nodiscard]] const char* checksum_vfs();

}  // namespace ordertail
