#include "base/zone.h"

#include <date/tz.h>
#include <gtest/gtest.h>

#include <random>

namespace ordertail {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

LocalTime local(int year, unsigned month, unsigned day, int hour, int minute) {
  const auto days = date::local_days(date::year(year) / date::month(month) / date::day(day));
  return LocalTime(days.time_since_epoch() + std::chrono::hours(hour) +
                   std::chrono::minutes(minute));
}

seconds offset_at_epoch(std::string_view name) {
  return TimeZone::find(name).to_local(Instant()).time_since_epoch();
}

TEST(TimeZone, TakesOffsetsInTheFormsFilesWrite) {
  EXPECT_EQ(offset_at_epoch("+02:00"), 2h);
  EXPECT_EQ(offset_at_epoch("-0800"), -8h);
  EXPECT_EQ(offset_at_epoch("+02"), 2h);
  EXPECT_EQ(offset_at_epoch("GMT+02:00"), 2h);
  EXPECT_EQ(offset_at_epoch("UTC-03:30"), -(3h + 30min));
  EXPECT_EQ(offset_at_epoch("+05:45"), 5h + 45min);
  for (const char* name : {"UTC", "GMT", "Z", "+00:00", "-0000"}) {
    EXPECT_TRUE(TimeZone::find(name)) << name;
    EXPECT_EQ(offset_at_epoch(name), 0h) << name;
  }
}

TEST(TimeZone, KnowsNoOthers) {
  for (const char* name : {"", "Mars/Base", "EDTX", "+", "+2", "+15:00", "+02:60", "+02:", "+02:0",
                           "+-0", "+-0:00", "+02-00", "+02:00x", "GMT+", "GMT+2:00", "02:00"}) {
    EXPECT_FALSE(TimeZone::find(name)) << name;
  }
  EXPECT_FALSE(TimeZone());
}

TEST(TimeZone, ATimeInTheGapDoesNotExist) {
  const TimeZone zone = TimeZone::find("America/New_York");
  const auto gap = zone.to_instant(local(2024, 3, 10, 2, 30));
  EXPECT_EQ(std::get<LocalTimeFault>(gap), LocalTimeFault::nonexistent);
  const auto before = std::get<Instant>(zone.to_instant(local(2024, 3, 10, 1, 59)));
  const auto after = std::get<Instant>(zone.to_instant(local(2024, 3, 10, 3, 0)));
  EXPECT_EQ(after - before, 1min);
}

TEST(TimeZone, ATimeThatOccursTwiceIsTheFirst) {
  const LocalTime twice = local(2024, 11, 3, 1, 30);
  for (const bool winter_first : {false, true}) {
    const TimeZone zone = TimeZone::find("America/New_York");
    // Whatever is cached from before.
    (void)zone.to_instant(local(2024, winter_first ? 12U : 7U, 1, 0, 0));
    EXPECT_EQ(std::get<Instant>(zone.to_instant(twice)),
              Instant(twice.time_since_epoch() + 4h));  // EDT
  }
}

TEST(TimeZone, KnowsADayThatNeverWas) {
  const TimeZone apia = TimeZone::find("Pacific/Apia");
  (void)apia.to_instant(local(2011, 12, 28, 0, 0));
  EXPECT_TRUE(std::holds_alternative<LocalTimeFault>(apia.to_instant(local(2011, 12, 30, 12, 0))));
  (void)apia.to_instant(local(2012, 1, 2, 0, 0));
  EXPECT_TRUE(std::holds_alternative<LocalTimeFault>(apia.to_instant(local(2011, 12, 30, 12, 0))));
}

// The cache must never show: half of the instants are near the one before, as in a file, and half
// anywhere; every zone here changes its clocks in its own way.
TEST(TimeZone, AgreesWithTheDateLibrary) {
  const auto first = date::sys_days(date::year(1990) / 1 / 1).time_since_epoch() / 1s;
  const auto last = date::sys_days(date::year(2040) / 1 / 1).time_since_epoch() / 1s;
  std::mt19937_64 random(3);
  for (const char* name :
       {"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia",
        "Asia/Kathmandu", "Africa/Casablanca", "America/Sao_Paulo", "Asia/Pyongyang"}) {
    const TimeZone zone = TimeZone::find(name);
    const date::time_zone* truth = date::locate_zone(name);
    auto at = first;
    for (int round = 0; round < 20'000; ++round) {
      const auto step = static_cast<std::int64_t>(random() % (48 * 3600)) - 20 * 3600;
      at = random() % 2 == 0
               ? first +
                     static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(last - first))
               : at + step;
      const Instant instant{seconds(at)};
      const date::sys_info there = truth->get_info(instant);
      ASSERT_EQ(zone.to_local(instant).time_since_epoch(), seconds(at) + there.offset)
          << name << ' ' << at;

      const LocalTime wall{seconds(at)};
      const date::local_info info = truth->get_info(date::local_seconds(seconds(at)));
      const auto found = zone.to_instant(wall);
      if (info.result == date::local_info::nonexistent) {
        ASSERT_TRUE(std::holds_alternative<LocalTimeFault>(found)) << name << ' ' << at;
      } else {
        ASSERT_EQ(std::get<Instant>(found), Instant(seconds(at) - info.first.offset))
            << name << ' ' << at;
      }
    }
  }
}

}  // namespace
}  // namespace ordertail
