#include "sandbox/quota.h"

namespace ordertail::sandbox {

Quota::Verdict Quota::admit(SteadyTime steady, WallTime wall) {
  if (const auto today = std::chrono::floor<std::chrono::days>(wall); today != day_) {
    day_ = today;
    used_today_ = 0;
  }
  if (limits_.per_day && used_today_ >= *limits_.per_day) return Verdict::over_daily;
  if (!window_.has_room(steady)) return Verdict::over_ten_secondly;
  if (!second_.admit(steady)) return Verdict::over_secondly;
  static_cast<void>(window_.admit(steady));
  ++used_today_;
  return Verdict::admitted;
}

std::vector<std::pair<std::string, std::string>> Quota::headers() const {
  std::vector<std::pair<std::string, std::string>> headers;
  if (limits_.per_10s) {
    headers.emplace_back("X-HubSpot-RateLimit-Max", std::to_string(*limits_.per_10s));
    headers.emplace_back("X-HubSpot-RateLimit-Remaining",
                         std::to_string(*limits_.per_10s - window_.admitted()));
    headers.emplace_back("X-HubSpot-RateLimit-Interval-Milliseconds", "10000");
  }
  if (limits_.per_day) {
    headers.emplace_back("X-HubSpot-RateLimit-Daily", std::to_string(*limits_.per_day));
    headers.emplace_back("X-HubSpot-RateLimit-Daily-Remaining",
                         std::to_string(*limits_.per_day - used_today_));
  }
  return headers;
}

}  // namespace ordertail::sandbox
