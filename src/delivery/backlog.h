// The pending events as the courier takes them, a request's worth at a time: the oldest first,
// those to be sent again when their time has come.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "delivery/sink.h"
#include "store/store.h"

namespace ordertail {

/// An event on the courier's hands.
struct Parcel {
  OutboxEvent stored;
  Event event;         ///< the stored payload
  std::string target;  ///< once it was taken: Sink::target()
  unsigned tries = 0;  ///< of its request, in this run

  [[nodiscard]] Item item() const { return {event, stored.progress}; }
};

/// What one request carries: events of one lane of a sink, the oldest first.
struct Load {
  const Sink* sink = nullptr;
  std::vector<Parcel> parcels;

  [[nodiscard]] bool empty() const { return parcels.empty(); }
  [[nodiscard]] std::vector<Item> items() const;
};

/// Which request an event can be part of.
struct Berth {
  const Sink* sink = nullptr;        ///< null: nothing more is to be taken
  std::optional<Judgement> refusal;  ///< it goes into no request, but is rejected
};
using Booking = std::function<Berth(const Parcel&)>;

struct Refusal {
  Parcel parcel;
  Judgement judgement;
};

struct Taken {
  Load load;                      ///< empty: none can leave now
  std::vector<Refusal> refusals;  ///< met on the way; kMostRefusals of them end the search
  static constexpr std::size_t kMostRefusals = 256;
};

/// Reads the outbox ahead. An event that was taken is not given out again before it comes back by
/// put_back() or advance(), so none is ever in flight twice. Events of one target leave in their
/// order: as long as one is under way, or waits to be sent again, later ones stay.
class Backlog {
 public:
  /// `largest`: the most events that a request will carry.
  Backlog(Store& store, std::size_t largest);

  /// Forgets what was read ahead: events may have been staged since.
  void look_again();
  /// When take() is next worth asking: the least time when now, the greatest when there is nothing
  /// that could ever leave by itself.
  [[nodiscard]] SteadyTime next_due();
  /// The events whose turn it is. Those to be sent again go as the request they were.
  [[nodiscard]] Taken take(SteadyTime now, const Booking& book);

  /// A load's request is over, or was not made. Each of its events is then one of the following.
  void landed(const Load& load);
  /// To be sent again, together, not before `due`.
  void put_back(Load load, SteadyTime due);
  /// They wait for their next request, with the progress that they have now.
  void advance(std::list<Parcel> parcels);
  /// Settled, or left to a later run.
  void done(const Parcel& parcel) { held_.erase(parcel.stored.sequence); }

 private:
  struct Waiting {
    SteadyTime due;
    Load load;
  };
  using Targets = std::unordered_set<std::string>;

  void refill();
  [[nodiscard]] std::optional<Load> take_again(SteadyTime now, Targets& passed);
  [[nodiscard]] Taken take_ready(const Booking& book, Targets& passed);
  [[nodiscard]] bool is_free(const std::string& target, const Targets& passed) const;
  void leave(Load& load);

  Store& store_;
  const std::size_t few_, read_ahead_;
  std::list<Parcel> ready_;     // oldest first
  std::list<Waiting> waiting_;  // by their oldest events
  std::size_t events_waiting_ = 0;
  std::unordered_set<std::int64_t> held_;  // ready, waiting, or taken
  std::unordered_multiset<std::string> under_way_;
  bool all_read_ = false;
  std::optional<SteadyTime> nothing_before_;  // as long as nothing else changes
};

}  // namespace ordertail
