// From the sources' files into the store, slice by slice.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "app/intake.h"
#include "app/job.h"
#include "app/source_files.h"
#include "event/extraction.h"
#include "report/run_report.h"
#include "store/store.h"

namespace ordertail {

/// Reads the job's sources in order, each one's files by name. A file that cannot be read is a
/// fault; the others go on.
class Staging {
 public:
  /// All references outlive the staging. `most`: stop after so many new events.
  Staging(const Job& job, Store& store, StageMode mode, std::uint64_t most,
          const std::atomic<bool>& interrupted, StageObserver observer);
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  /// Reads on until about a thousand events or 16 MiB are together and commits them with the
  /// cursor in one transaction. False when there is nothing more to read, the limit is reached, or
  /// the run is interrupted.
  bool advance();

  [[nodiscard]] const StageCounts& counts() const { return counts_; }

 private:
  struct OpenFile {
    Extraction extraction;
    std::optional<Cursor> cursor;       // stored by an earlier slice or run
    std::uint64_t bytes = 0, rows = 0;  // counted so far
  };

  void begin_source();
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
  [[nodiscard]] std::uint64_t left() const { return most_ - counts_.events; }

  const Job& job_;
  Store& store_;
  const StageMode mode_;
  const std::uint64_t most_;
  const std::atomic<bool>& interrupted_;
  StageObserver observer_;
  EventContext context_;

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
  Intake intake_;
};

}  // namespace ordertail
