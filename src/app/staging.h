// From the sources' files into the store, slice by slice.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/intake.h"
#include "app/job.h"
#include "app/log_book.h"
#include "app/source_files.h"
#include "base/clock.h"
#include "event/extraction.h"
#include "report/run_report.h"
#include "store/store.h"

namespace ordertail {

/// Is that all, or will the files be looked at again?
enum class Looks { once, again };

/// Reads the job's sources in order, each one's files by name, a log's rotations from the oldest
/// on. A file that cannot be read is a fault; the others go on. So is a log that may have been lost
/// with lines in it that were never read (lost_logs.h).
class Staging {
 public:
  /// All references outlive the staging. `most`: stop after so many new events. `attributing`: as
  /// Intake has it.
  Staging(const Job& job, Store& store, const Clock& clock, StageMode mode, std::uint64_t most,
          const std::atomic<bool>& interrupted, StageObserver observer, Looks looks = Looks::once,
          Attributing* attributing = nullptr);
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  /// Reads on until about a thousand events or 16 MiB are together and commits them with the
  /// cursor in one transaction. False when there is nothing more to read, the limit is reached, or
  /// the run is interrupted.
  bool advance();
  /// Begins another look at all files, once advance() has returned false: those that have changed
  /// are read. What was said of a file at the last look is not said again. The counts of files are
  /// the latest look's, all others those of all looks.
  void look_again();
  /// When to look again even if nothing happens: exports are read once nobody has written to them
  /// for ten seconds, and a log's last line without a line end after an hour. Only with
  /// Looks::again.
  [[nodiscard]] std::optional<std::chrono::milliseconds> due() const { return due_; }

  [[nodiscard]] const StageCounts& counts() const { return counts_; }
  /// Is there a log still to be read that may tell whose the orders of sources before it are?
  [[nodiscard]] bool has_evidence_ahead() const;

 private:
  struct OpenFile {
    Extraction extraction;
    SourceFile file;
    std::optional<FileState> state;     // before it was opened; of a log
    Cursor stored;                      // by an earlier run; none: id 0
    Cursor cursor;                      // to be stored
    bool is_copy = false;               // another file has the same cursor
    bool is_renamed_again = false;      // by a rotation whose turn before had renamed it, too
    std::uint64_t bytes = 0, rows = 0;  // counted so far
  };

  // staging.cc
  void begin_source();
  bool awaits_directory(const std::string& glob);
  void sort(const Source& source, const std::vector<SourceFile>& files);
  [[nodiscard]] bool are_being_written(const std::vector<SourceFile>& files);
  [[nodiscard]] bool have_changed(const std::vector<SourceFile>& files);
  void look_again_in(std::chrono::nanoseconds time);
  void begin_group();
  bool next_group();
  bool open_next();
  void open(const SourceFile& file);
  bool read_slice();
  bool contradicts_order();
  void count_progress();
  void save_cursor();
  void close_file();
  void fault(const Error& error);
  void notice(const std::string& message);
  [[nodiscard]] std::uint64_t left() const { return most_ - counts_.events; }
  // staging_logs.cc
  void choose_logs(const Source& source, const std::vector<SourceFile>& files);
  void miss(const SourceFile& file, const std::string& print);
  [[nodiscard]] LastLine last_line(const std::optional<FileState>& state) const;
  void await_line_end(const FileState& state);
  void compare_names(OpenFile& file);
  [[nodiscard]] bool was_seen_long_ago(const OpenFile& file) const;
  [[nodiscard]] bool has_vanished(const SourceFile& file) const;
  void close_log();
  void tell_cut(const FileState& state, const std::string& why);
  void tell_unwritten();
  bool end_look();
  void tell_losses();

  const Job& job_;
  Store& store_;
  const Clock& clock_;
  const StageMode mode_;
  const std::uint64_t most_;
  const std::atomic<bool>& interrupted_;
  StageObserver observer_;
  const bool looks_again_;
  EventContext context_;
  const std::size_t last_evidence_;  // sources, up to the last log that sources before it need
  Attributing* const attributing_;

  std::size_t source_ = 0;                            // index of the source to be read next
  std::vector<std::unique_ptr<SourceFiles>> groups_;  // of the source before, last one first
  std::unique_ptr<SourceFiles> group_;                // being read
  std::vector<SourceFile> files_;                     // of it, still to be read, last one first
  std::optional<Companions> companions_;              // of it
  std::string fingerprint_;                           // of it
  std::vector<Cursor> cursors_;                       // of it
  std::optional<OpenFile> file_;
  Findings findings_;
  StageCounts counts_;
  std::optional<Intake> intake_;

  LogBook logs_;
  bool log_vanished_ = false;  // between being listed and being opened
  unsigned looks_ = 0;         // since one was asked for
  std::map<std::size_t, std::vector<std::optional<FileState>>> states_;  // by source: of no logs
  std::optional<std::chrono::milliseconds> due_;
  std::set<std::string> said_, said_before_;  // faults and notices of this look and the last
};

}  // namespace ordertail
