#include "delivery/gate.h"

#include <date/date.h>
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace ordertail {
namespace {

using std::chrono::milliseconds;

date::local_days local_day(const TimeZone& zone, WallTime time) {
  const LocalTime local = zone.to_local(std::chrono::floor<std::chrono::seconds>(time));
  return date::local_days(date::floor<date::days>(date::local_seconds(local.time_since_epoch())));
}

/// The first instant of a local day: where clocks go forward at midnight, that is one o'clock.
WallTime begin_of(const TimeZone& zone, date::local_days day) {
  LocalTime local(std::chrono::seconds(day.time_since_epoch()));
  for (;; local += std::chrono::hours(1)) {
    const auto instant = zone.to_instant(local);
    if (const auto* found = std::get_if<Instant>(&instant)) return *found;
  }
}

}  // namespace

Gate::Gate(Store& store, std::set<std::string_view> sinks, GateLimits limits, TimeZone account_zone,
           const Clock& clock)
    : store_(store),
      sinks_(std::move(sinks)),
      limits_(limits),
      zone_(std::move(account_zone)),
      clock_(clock),
      throttle_(limits.requests_per_10s, clock.steady()) {
  turn_page();
  for (const std::string_view sink : sinks_) {
    if (const auto until = store_.closed_until(sink)) {
      tried_.emplace(sink);
      if (*until > clock_.wall())
        close_until(*until,
                    "an earlier run closed the door, as the server or a limit of the job asked");
    }
  }
}

void Gate::turn_page() {
  const date::local_days day = local_day(zone_, clock_.wall());
  today_ = date::format("%F", day);
  midnight_ = begin_of(zone_, day + date::days(1));
  used_ = 0;
  for (const std::string_view sink : sinks_) used_ += store_.requests_on(sink, today_);
}

std::size_t Gate::admits(std::size_t wanted) {
  if (clock_.steady() < closed_until_) return 0;
  if (clock_.wall() >= midnight_) turn_page();
  if (used_ >= limits_.requests_per_day) {
    close_until(midnight_, fmt::format("the {} requests of the day are used up",
                                       grouped(limits_.requests_per_day)));
    return 0;
  }
  const std::uint64_t quota = limits_.requests_per_day - used_;
  return throttle_.due(static_cast<std::size_t>(std::min<std::uint64_t>(wanted, quota)),
                       clock_.steady());
}

void Gate::left(std::size_t count) {
  used_ += count;
  throttle_.left(count, clock_.steady());
}

SteadyTime Gate::opens() const {
  return std::max(closed_until_, throttle_.next());
}

void Gate::close(std::string_view sink, milliseconds time, std::string_view why) {
  const WallTime reopens = clock_.wall() + time;
  store_.close_until(sink, reopens);
  tried_.emplace(sink);
  close_until(reopens, why);
}

void Gate::close_for_today(std::string_view sink, std::string_view why) {
  store_.close_until(sink, midnight_);
  tried_.emplace(sink);
  close_until(midnight_, why);
}

void Gate::heed_remaining(std::string_view sink, std::uint64_t requests) {
  if (requests > limits_.requests_reserve) return;
  close_for_today(sink,
                  limits_.requests_reserve == 0
                      ? std::string("HubSpot has no request left for the account today")
                      : fmt::format("HubSpot has {} left for the account today, which "
                                    "requests_reserve = {} in [limits] leaves to others",
                                    requests == 1 ? "1 request" : grouped(requests) + " requests",
                                    limits_.requests_reserve));
}

void Gate::found_open() {
  if (tried_.empty() || clock_.steady() < closed_until_) return;
  for (const std::string& sink : tried_) store_.reopen(sink);
  tried_.clear();
}

void Gate::close_until(WallTime reopens, std::string_view why) {
  const SteadyTime until = clock_.steady() + (reopens - clock_.wall());
  if (until <= closed_until_) return;
  closed_until_ = until;
  reopens_ = reopens;
  why_ = why;
}

std::optional<std::string> Gate::shut() const {
  if (closed_until_ == SteadyTime::min() || closed_until_ - clock_.steady() <= limits_.patience) {
    return std::nullopt;
  }
  const LocalTime local = zone_.to_local(std::chrono::ceil<std::chrono::minutes>(reopens_));
  return fmt::format("no request may be made until {} ({}): {}",
                     date::format("%F %R", date::local_seconds(local.time_since_epoch())),
                     zone_.name(), why_);
}

}  // namespace ordertail
