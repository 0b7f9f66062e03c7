// From what logs prove of visitors to the tokens of events that came without.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "app/intake.h"
#include "app/job.h"
#include "base/clock.h"
#include "base/sqlite.h"
#include "report/run_report.h"
#include "store/store.h"

namespace ordertail {

/// Takes sightings while files are read; between reading and submitting, decides on the pending
/// events that were never sent. First it notes of every token whose it is, of all these events;
/// then it gives each event the token that attribute() finds, unless that is known of others by
/// then, and takes a token away that is. So the order in which lines and orders came does not
/// matter. A dry run does the same in a scratch database.
class Attributing {
 public:
  /// All references outlive it. Of a job that `tells_visitors()`.
  Attributing(const Job& job, Store& store, StageMode mode, const Clock& clock);
  ~Attributing();
  Attributing(const Attributing&) = delete;
  Attributing& operator=(const Attributing&) = delete;

  // While files are read: in mode keep the store has a slice open.
  void see(const Sighting& sighting) { visitors_->add(sighting, settings_.more); }
  /// Of a dry run: the event is pending, with this content.
  void note(const Event& event);
  /// Of a dry run: it is not any more.
  void drop(const Hash128& id);

  enum class Then {
    keep,  ///< events are given their tokens: they are about to be sent
    look,  ///< only counted, as what is read later may change it
  };
  void decide(Then then);
  /// Deletes evidence that is older than the job keeps it. In mode keep.
  void forget_old();

  [[nodiscard]] const AttributionCounts& counts() const { return counts_; }

 private:
  /// A pending event, and what is known of its waiting.
  struct Pending {
    std::int64_t sequence = 0;
    Event event;
    WallTime staged_at;
  };
  struct DryRun;

  void each_pending(const std::function<void(Pending&)>& action);
  void each_stored(const std::function<void(Pending&)>& action);
  void claim(const Pending& pending);
  void decide(Pending& pending, Then then);
  [[nodiscard]] std::optional<Attribution> find(const Event& event) const;
  void list(std::vector<AttributedEvent>& to, const Event& event, const Attribution* found);
  void settle(const Pending& pending, OutboxAttribution as, Then then, bool changed);

  const AttributionSettings& settings_;
  Store& store_;
  const Clock& clock_;
  std::unique_ptr<DryRun> dry_;  // null in mode keep
  Visitors* visitors_;
  AttributionCounts counts_;
  std::string payload_;
};

/// Do the job's sources tell whose visits led to conversions, and is there a source that does not,
/// or a table [source.visitor]? Where every event comes out of a log with its own token, there is
/// nothing to look for.
[[nodiscard]] bool tells_visitors(const Job& job);
/// Is it a log that does?
[[nodiscard]] bool tells_visitors(const Source& source);

}  // namespace ordertail
