// Pacing as a value: it owns no clock and never sleeps.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/clock.h"

namespace ordertail {

/// A token bucket of (nearly) one token, kept as the time at which the next token is due. However
/// it is called, no window of 10 seconds, both ends counted, sees more than `limit` departures:
///
///   spacing between tokens   10.05 s / limit
///   catching up when late    0.025 s at most
///   so limit + 1 departures take at least 10.05 s - 0.025 s, which leaves 25 ms for the network
///
/// The first token is due one spacing after `start`, so that the window holds across a restart.
class Throttle {
 public:
  /// `limit` requests in 10 s; 0: no limit.
  Throttle(unsigned limit, SteadyTime start);

  /// How many of `wanted` may leave at `now`.
  [[nodiscard]] std::size_t due(std::size_t wanted, SteadyTime now) const;
  /// `count` requests, no more than were due, left at `now`. What counts is when they left, not
  /// when due() was asked: a slow commit between the two must not squeeze the window.
  void left(std::size_t count, SteadyTime now);
  /// When due() will next be more than zero.
  [[nodiscard]] SteadyTime next() const { return next_; }

 private:
  std::chrono::nanoseconds spacing_;
  SteadyTime next_;
};

}  // namespace ordertail
