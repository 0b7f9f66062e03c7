// The pending events as the courier takes them: the oldest first, those to be tried again when
// their time has come.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_set>

#include "base/clock.h"
#include "store/store.h"

namespace ordertail {

/// An event on the courier's hands.
struct Parcel {
  OutboxEvent event;
  unsigned tries = 0;  ///< requests in this run
};

/// Reads the outbox in batches. A parcel that was taken is not given out again before it comes back
/// by put_back(), so no event is ever in flight twice.
class Backlog {
 public:
  explicit Backlog(Store& store) : store_(store) {}

  /// Forgets what was read ahead: events may have been staged since.
  void look_again();
  /// When take() will have something: the least time when now, the greatest when never.
  [[nodiscard]] SteadyTime next_due();
  /// The event whose turn it is, if any.
  [[nodiscard]] std::optional<Parcel> take(SteadyTime now);
  /// To be tried again, not before `due`.
  void put_back(Parcel parcel, SteadyTime due);
  /// A parcel that was taken is settled, or left to a later run.
  void done(const Parcel& parcel) { held_.erase(parcel.event.sequence); }

 private:
  void refill();

  Store& store_;
  std::deque<Parcel> ready_;
  std::multimap<SteadyTime, Parcel> waiting_;
  std::unordered_set<std::int64_t> held_;  // ready, waiting, or taken
  bool all_read_ = false;
};

}  // namespace ordertail
