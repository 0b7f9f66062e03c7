// A rate limit over a sliding window.
#pragma once

#include <deque>
#include <optional>

#include "base/clock.h"

namespace ordertail::sandbox {

/// Admits at most `limit` requests in any 10 seconds (facts: usage guidelines, "per 10 s"); without
/// a limit, all. Those it refuses do not count.
class RateWindow {
 public:
  explicit RateWindow(std::optional<unsigned> limit) : limit_(limit) {}

  /// `now` never goes back.
  [[nodiscard]] bool admit(SteadyTime now);

  /// Those that count, as of the latest request; 0 without a limit.
  [[nodiscard]] std::size_t admitted() const { return admitted_.size(); }

 private:
  std::optional<unsigned> limit_;
  std::deque<SteadyTime> admitted_;  // within the last 10 seconds, oldest first
};

}  // namespace ordertail::sandbox
