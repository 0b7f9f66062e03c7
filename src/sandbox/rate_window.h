// A rate limit over a sliding window.
#pragma once

#include <chrono>
#include <deque>
#include <optional>

#include "base/clock.h"

namespace ordertail::sandbox {

/// Admits at most `limit` requests in any 10 seconds (usage guidelines, "per 10 s"), or in any
/// other span; without a limit, all. Those it refuses do not count.
class RateWindow {
 public:
  explicit RateWindow(std::optional<unsigned> limit,
                      std::chrono::seconds span = std::chrono::seconds(10))
      : limit_(limit), span_(span) {}

  /// Would it be admitted?
  [[nodiscard]] bool has_room(SteadyTime now);

  /// `now` never goes back.
  [[nodiscard]] bool admit(SteadyTime now);

  /// Those that count, as of the latest request; 0 without a limit.
  [[nodiscard]] std::size_t admitted() const { return admitted_.size(); }

 private:
  std::optional<unsigned> limit_;
  std::chrono::seconds span_;
  std::deque<SteadyTime> admitted_;  // within the span until now, oldest first
};

}  // namespace ordertail::sandbox
