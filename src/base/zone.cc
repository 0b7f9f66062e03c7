#include "base/zone.h"

#include <date/tz.h>

#include <cstdlib>
#include <optional>
#include <stdexcept>

namespace ordertail {
namespace {

using std::chrono::seconds;

/// "+02:00", "-0800", "+02"
std::optional<seconds> parse_offset(std::string_view text) {
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const auto two_digits = [](std::string_view digits) {
    if (digits.size() != 2) return -1;
    const int tens = digits[0] - '0';
    const int ones = digits[1] - '0';
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
  };
  const std::string_view rest = text.substr(3);
  const int hours = two_digits(text.substr(1, 2));
  const int minutes = rest.empty() ? 0 : two_digits(rest[0] == ':' ? rest.substr(1) : rest);
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return std::nullopt;
  const seconds size = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return text[0] == '-' ? -size : size;
}

}  // namespace

TimeZone TimeZone::find(std::string_view name) {
  TimeZone zone;
  zone.name_ = name;
  const std::string_view bare =
      name.starts_with("GMT") || name.starts_with("UTC") ? name.substr(3) : name;
  if ((bare.empty() && !name.empty()) || name == "Z") {
    zone.known_ = true;
  } else if (const auto offset = parse_offset(bare)) {
    zone.known_ = true;
    zone.offset_ = *offset;
  } else {
    try {
      zone.zone_ = date::locate_zone(std::string(name));
      zone.known_ = true;
      zone.end_ = Instant::min();  // nothing is cached yet
    } catch (const std::runtime_error&) {
      zone.known_ = false;
    }
  }
  return zone;
}

TimeZone TimeZone::of_this_machine() {
  const char* named = std::getenv("TZ");
  if (named != nullptr && *named != '\0') {
    if (TimeZone zone = find(named)) return zone;
  }
  try {
    if (TimeZone zone = find(date::current_zone()->name())) return zone;
  } catch (const std::runtime_error&) {  // a machine that has not been set up
  }
  return find("UTC");
}

void TimeZone::look_up(Instant instant) const {
  if (instant >= begin_ && instant < end_) return;
  const date::sys_info info = zone_->get_info(instant);
  begin_ = info.begin;
  end_ = info.end;
  offset_ = info.offset;
}

LocalTime TimeZone::to_local(Instant instant) const {
  look_up(instant);
  return LocalTime(instant.time_since_epoch() + offset_);
}

std::variant<Instant, LocalTimeFault> TimeZone::to_instant(LocalTime local) const {
  // Within a day of either end of the cached range the answer may be another one, or two.
  const Instant guess(local.time_since_epoch() - offset_);
  const bool sure = zone_ == nullptr ||
                    (guess >= begin_ && guess < end_ && guess - begin_ > std::chrono::hours(24) &&
                     end_ - guess > std::chrono::hours(24));
  if (sure) return guess;

  const date::local_info info = zone_->get_info(date::local_seconds(local.time_since_epoch()));
  if (info.result == date::local_info::nonexistent) return LocalTimeFault::nonexistent;
  begin_ = info.first.begin;
  end_ = info.first.end;
  offset_ = info.first.offset;
  return Instant(local.time_since_epoch() - offset_);
}

}  // namespace ordertail
