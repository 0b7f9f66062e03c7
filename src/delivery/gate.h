// When a request may leave: the pace, the account's quota of the day, doors that a server closed.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/zone.h"
#include "delivery/throttle.h"
#include "store/store.h"

namespace ordertail {

struct GateLimits {
  unsigned requests_per_10s = 0;         ///< 0: no limit
  std::uint64_t requests_per_day = 0;    ///< of all sinks together: the account has one quota
  std::uint64_t requests_reserve = 0;    ///< of the account's quota; left for others
  std::chrono::milliseconds patience{};  ///< a longer closure is worth ending the run for
};

/// Quota and closures are kept in the store, so that a later run does not knock at a closed door.
/// While this one runs, only the steady clock opens it: the wall clock may be set meanwhile. A door
/// that was closed is tried by one request alone, in whatever run.
class Gate {
 public:
  Gate(Store& store, std::set<std::string_view> sinks, GateLimits limits, TimeZone account_zone,
       const Clock& clock);

  /// How many of `wanted` requests may leave now.
  [[nodiscard]] std::size_t admits(std::size_t wanted);
  /// So many, of those admitted, have just left.
  void left(std::size_t count);
  /// When admits() is next worth asking.
  [[nodiscard]] SteadyTime opens() const;

  /// No request for so long, and none to this sink by later runs.
  void close(std::string_view sink, std::chrono::milliseconds time, std::string_view why);
  /// The same until midnight in the account's zone.
  void close_for_today(std::string_view sink, std::string_view why);
  /// HubSpot says how many requests the account has left for today: none may be made when that is
  /// what is reserved for others.
  void heed_remaining(std::string_view sink, std::uint64_t requests);
  /// Its requests came to no good end, and no more are made for now: the next one, in whatever run,
  /// tries the door alone.
  void distrust(std::string_view sink) { close(sink, std::chrono::milliseconds(0), {}); }
  /// Was a door closed that nobody has found open since? Then one request at a time.
  [[nodiscard]] bool is_tried() const { return !tried_.empty(); }
  /// A reply came that closes no door. Counts only if its request can have left since.
  void found_open();
  /// If the gate stays closed for longer than one waits: until when and why, for people.
  [[nodiscard]] std::optional<std::string> shut() const;

  /// The account's day as the store's quotas name it.
  [[nodiscard]] const std::string& today() const { return today_; }

 private:
  void turn_page();
  void close_until(WallTime reopens, std::string_view why);

  Store& store_;
  const std::set<std::string_view> sinks_;
  const GateLimits limits_;
  const TimeZone zone_;
  const Clock& clock_;
  Throttle throttle_;

  std::string today_;
  WallTime midnight_{};     // when today_ ends
  std::uint64_t used_ = 0;  // of the quota of today_

  std::set<std::string, std::less<>> tried_;  // sinks whose doors were closed
  SteadyTime closed_until_ = SteadyTime::min();
  WallTime reopens_{};
  std::string why_;
};

}  // namespace ordertail
