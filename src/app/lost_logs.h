// Logs that were being read and are not there any more: may something have been lost with them?
#pragma once

#include <set>
#include <string>
#include <vector>

#include "app/job.h"
#include "base/clock.h"
#include "input/file_state.h"
#include "store/store.h"

namespace ordertail {

/// A log whose content is in none of the files any more was cut, replaced or deleted, and what had
/// been written to it behind the place up to which it was read is unknown. Nothing is lost with one
/// that had been read to its end and come to rest when it was last found, as logs do in the
/// ordinary life of a rotation. It has come to rest
///   - if it had been renamed (or compressed) and not been written to for an hour since: its server
///     writes elsewhere by now. Silence before the renaming proves nothing of what comes after it;
///   - if it had not been written to for a day, and no file has its name now: somebody has tidied
///     up. A file of that name might be the same log, cut after it went on. Here, too, the hour
///     after a renaming has to be over.
/// A renamed log that grows again without another renaming counts as not renamed.
[[nodiscard]] bool has_come_to_rest(const Cursor& cursor, const std::filesystem::path& directory);

/// What a cursor says of a log that was just read to its end, when the file had this state.
[[nodiscard]] Quiet quiet_at(const FileState& state, WallTime now);
/// And of one that was renamed once: when, its inode tells, or what else changed that. One that is
/// renamed again has been through a turn of its rotation since.
[[nodiscard]] Quiet quiet_since_renamed(const FileState& state, WallTime now);

/// Those of `cursors` that fit none of the files that `globs` mean now. While files come and go
/// nobody can say, and a file that cannot be read may be any of them: then there are none.
[[nodiscard]] std::vector<Cursor> not_found(std::vector<Cursor> cursors,
                                            const std::vector<std::string>& globs,
                                            const std::filesystem::path& directory);

/// Does it fit one of `paths`, and no other file that `globs` mean now? A file that cannot be read
/// may be any log.
[[nodiscard]] bool is_only_in(const Cursor& cursor, const std::set<std::string>& paths,
                              const std::vector<std::string>& globs,
                              const std::filesystem::path& directory);

/// "access.log was read up to byte 1234, and ...": whole sentences.
[[nodiscard]] std::string loss_of(const Cursor& cursor);
/// Of a log that was copied to be cut: what was written to it in between is gone, and nobody can
/// know of it.
[[nodiscard]] std::string copied_words(const std::string& log, const std::string& copy);

}  // namespace ordertail
