// A clock that stands until a test moves its hands.
#pragma once

#include <chrono>

#include "base/clock.h"

namespace ordertail::sandbox {

class StoppedClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return SteadyTime(now); }
  [[nodiscard]] WallTime wall() const override { return WallTime(now); }
  std::chrono::milliseconds now{0};
};

}  // namespace ordertail::sandbox
