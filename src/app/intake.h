// What was found in the files, into the store and into the counts.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "app/met_events.h"
#include "event/findings.h"
#include "event/pattern.h"
#include "input/glob.h"
#include "report/run_report.h"
#include "store/store.h"

namespace ordertail {

enum class StageMode {
  keep,     ///< events and cursors go into the store
  dry,      ///< the same counts; the store is only looked at
  extract,  ///< every event of every file, whatever the store knows; nothing is stored
};

/// Called as things are found, in file order.
struct StageObserver {
  /// What is found from here on is of this file of a source, by its number in the job.
  std::function<void(std::size_t source, const SourceFile&, const Pattern&)> file;
  std::function<void(const Event&)> event;  ///< each new event
  std::function<void(const Reject&)> reject;
  std::function<void(const Remark&)> remark;
  std::function<void(const ChangedOrder&)> changed;
  std::function<void(std::string_view message)> fault;   ///< a file that cannot be read
  std::function<void(std::string_view message)> notice;  ///< what people may want to look at
  std::function<void(const StageCounts&)> progress;      ///< after each window
  /// Before a slice is committed: no later run will tell of its rejects again.
  std::function<void()> slice_ends;
};

class Attributing;

/// Events that are new are staged, orders that are no sale any more are taken out of the outbox,
/// and everything is counted. Of several files the one read last is right about an order that has
/// not been sent. An order that one file holds twice, with different content or as none and as a
/// sale, is rejected whole: its rows stand apart, and to take either for all of it would be a
/// guess. So is one of which a part cannot be used, or strays. A dry run assumes that nothing is
/// sent meanwhile.
class Intake {
 public:
  /// All references outlive the intake. In mode keep the store has a slice open at each take().
  /// `attributing`: takes what log lines prove of visitors; null: nobody does.
  Intake(Store& store, StageMode mode, const StageObserver& observer, StageCounts& counts,
         Attributing* attributing = nullptr);

  /// What is taken from here on is of another file.
  void begin_file();
  /// Of a file that was read by `pattern`.
  void take(const Findings& findings, const Pattern& pattern);

 private:
  void take(const Event& event, const Pattern& pattern);
  void take(const Withdrawal& withdrawal);
  void take(const Stray& stray);
  Staged stage(const Event& event, std::optional<EventDigest> digest);
  Withdrawn withdraw(const Hash128& id);
  [[nodiscard]] Known look_up(const Hash128& id) const;
  [[nodiscard]] bool contradicts(const Event& event, std::optional<EventDigest> digest,
                                 const Pattern& pattern) const;
  void reject_again(const Event& event);
  [[nodiscard]] std::string_view take_out(const Hash128& id);
  void take_back(const Reject& reject);
  void count(const Reject& reject);
  void see(const Findings& findings, const Pattern& pattern) const;
  void count_new(const Event& event);
  void count_changed(ChangedOrder order, std::uint64_t rows);

  Store& store_;
  const StageMode mode_;
  const StageObserver& observer_;
  StageCounts& counts_;
  Attributing* const attributing_;
  std::optional<MetEvents> met_;  // in this run; none of mode extract
  bool store_is_empty_ = false;   // dry runs: nothing to look up there
  std::string payload_;
};

}  // namespace ordertail
