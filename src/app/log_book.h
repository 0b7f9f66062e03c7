// What a run has seen of the logs of a job: which need no closer look, and which are lost.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/job.h"
#include "base/clock.h"
#include "input/file_state.h"
#include "input/glob.h"
#include "store/store.h"

namespace ordertail {

/// Of the time of one process; what is to outlive it is in the store's cursors. It holds no more
/// than what the last look at the files found. Sources whose files mean the same share their
/// cursors, so logs are kept by fingerprint.
class LogBook {
 public:
  /// A file that was read to its end.
  struct Entry {
    FileState state;                       ///< before it was read
    std::int64_t cursor = 0;               ///< that is kept of it; 0: none
    std::optional<std::string> cut_short;  ///< why the end was not that of its content
    bool waits = false;                    ///< a last line without its line end was left
  };

  /// Begins another look at all files.
  void begin_look(WallTime now);
  /// Begins this look anew, since files changed their names under it.
  void repeat_look();
  /// These globs mean logs, too. Files that match them and cannot be looked at may be any log.
  void expect(const std::string& fingerprint, const std::vector<std::string>& globs);
  void cannot_tell(const std::string& fingerprint) { logs_[fingerprint].can_tell = false; }
  /// What is known of a file that is as it was when it was read; null when it is to be read, as is
  /// a line that waited until the log `rests`. The entry is valid until the next call.
  const Entry* find_unchanged(const std::string& fingerprint, const SourceFile& file,
                              const FileState& state, bool rests);
  /// False when another file of this look has it, too.
  bool found(const std::string& fingerprint, std::int64_t cursor);
  void put(const std::string& fingerprint, const SourceFile& file, Entry entry);
  /// Is what was read at `path` until the last look in this other file now, and yet the file at
  /// `path` the same as then? So it was copied to be cut, not renamed. True once of a path.
  bool is_copied(const std::string& fingerprint, const std::filesystem::path& path,
                 const FileState& other);

  /// Once all files were looked at: the cursors of logs that are in none of them (see lost_logs.h),
  /// as quiet as they were at the last look that found them.
  [[nodiscard]] std::vector<Cursor> missing(const Store& store,
                                            const std::filesystem::path& directory) const;
  /// And those of logs that were there, as older copies are, and are only the beginning of others
  /// now, which were read further: nothing can be lost with them.
  [[nodiscard]] std::vector<Cursor> outgrown(const Store& store,
                                             const std::filesystem::path& directory) const;

 private:
  struct Logs {
    std::vector<std::string> globs;
    std::set<std::int64_t> found;                          // cursors that fit a file
    std::map<std::string, Entry> entries, entries_before;  // by path: of this look, of the last one
    std::set<std::string> copied;                          // paths
    bool can_tell = true;

    void begin();
    /// Cursors that no file of this look was read on from.
    [[nodiscard]] std::vector<Cursor> unused(std::vector<Cursor> cursors) const;
    /// A log that did not change is not read again, and its cursor stays as it was.
    void grow_quiet(Cursor& cursor, WallTime looked_before) const;
  };
  std::map<std::string, Logs> logs_;  // by fingerprint
  WallTime looked_, looked_before_;   // when this look began, and the last one
};

}  // namespace ordertail
