// Time zones: local times to instants and back, through a cached range of the date library's tz.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

namespace date {
class time_zone;
}

namespace ordertail {

using Instant = std::chrono::sys_seconds;
using LocalTime = std::chrono::local_seconds;

enum class LocalTimeFault {
  nonexistent,  ///< in the gap when clocks go forward
};

/// One IANA zone, "UTC", or a fixed offset. Cheap to copy; a copy keeps its own cache, so give each
/// thread its own.
class TimeZone {
 public:
  /// `name`: "America/New_York", "UTC", "Z", or an offset: "+02:00", "-0800", "GMT+02:00".
  /// An empty zone (operator bool is false) when there is no such zone.
  static TimeZone find(std::string_view name);
  /// What $TZ names, else what the machine is set to; UTC when neither is known.
  static TimeZone of_this_machine();

  TimeZone() = default;
  explicit operator bool() const { return known_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// A time that occurs twice (clocks go back) is the first of the two: summer time.
  [[nodiscard]] std::variant<Instant, LocalTimeFault> to_instant(LocalTime local) const;
  [[nodiscard]] LocalTime to_local(Instant instant) const;

 private:
  void look_up(Instant instant) const;

  const date::time_zone* zone_ =
      nullptr;  // null for UTC and fixed offsets; owned by the tz library
  bool known_ = false;
  std::string name_;
  // The range of instants around the last look-up in which one offset holds.
  mutable Instant begin_ = Instant::min();
  mutable Instant end_ = Instant::max();
  mutable std::chrono::seconds offset_{0};
};

}  // namespace ordertail
