// Time, chance and sudden death in a simulated world.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

#include "base/clock.h"

namespace ordertail::simulation {

/// Chance, the same on every machine for the same seed (the standard's distributions are not).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  /// 0 to `bound` - 1.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  [[nodiscard]] std::uint64_t between(std::uint64_t least, std::uint64_t most) {
    return least + below(most - least + 1);
  }
  [[nodiscard]] bool in_thousand(unsigned times) { return below(1000) < times; }
  [[nodiscard]] std::uint64_t seed() { return random_(); }

 private:
  std::mt19937_64 random_;
};

/// Thrown where the process dies. What is durable by then stays; nothing else does.
struct Killed {};

/// Stands still but when told to go on, and for a moment now and then when it is looked at: a slow
/// disk, a busy machine. Whoever looks at it, or comes past mortal_moment(), may die of it.
class SimClock final : public Clock {
 public:
  /// "2026-01-05 00:00:00 UTC"
  static constexpr WallTime kBegin{std::chrono::seconds(1'767'571'200)};
  /// The longest pause at one look.
  static constexpr std::chrono::milliseconds kLongestStall{2'000};

  explicit SimClock(std::uint64_t seed) : dice_(seed) {}

  [[nodiscard]] SteadyTime steady() const override {
    mortal_moment();
    return now_;
  }
  [[nodiscard]] WallTime wall() const override {
    mortal_moment();
    if (dice_.in_thousand(2)) now_ += std::chrono::milliseconds(dice_.below(kLongestStall.count()));
    return world_time();
  }
  /// Counts down to death.
  void mortal_moment() const {
    if (!left_ || --*left_ > 0) return;
    left_.reset();
    throw Killed();
  }

  /// The same time, for those who are not part of the process.
  [[nodiscard]] SteadyTime now() const { return now_; }
  [[nodiscard]] WallTime world_time() const {
    return kBegin + std::chrono::floor<std::chrono::milliseconds>(now_.time_since_epoch());
  }
  void advance_to(SteadyTime time) { now_ = std::max(now_, time); }
  void advance(std::chrono::nanoseconds time) { now_ += time; }
  /// The process dies at the `moment`-th look or mortal moment from now; nullopt: it lives.
  void set_death(std::optional<std::uint64_t> moment) { left_ = moment; }

 private:
  mutable Dice dice_;
  mutable SteadyTime now_{};
  mutable std::optional<std::uint64_t> left_;
};

}  // namespace ordertail::simulation
