// What an app may ask of the CRM in a second, in ten and in a day.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "sandbox/limits.h"
#include "sandbox/rate_window.h"

namespace ordertail::sandbox {

/// The day ends at midnight in UTC; HubSpot's "resets at midnight based on your time zone setting".
/// Requests that it refuses do not count.
class Quota {
 public:
  explicit Quota(CrmLimits limits)
      : limits_(limits),
        window_(limits.per_10s),
        second_(limits.per_second, std::chrono::seconds(1)) {}

  enum class Verdict { admitted, over_secondly, over_ten_secondly, over_daily };
  [[nodiscard]] Verdict admit(SteadyTime steady, WallTime wall);

  /// X-HubSpot-RateLimit-Max, -Remaining, -Interval-Milliseconds, -Daily and -Daily-Remaining, of
  /// the limits there are, as they were left by the latest request.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> headers() const;

 private:
  CrmLimits limits_;
  RateWindow window_;
  RateWindow second_;
  std::chrono::sys_days day_;
  std::uint64_t used_today_ = 0;
};

}  // namespace ordertail::sandbox
