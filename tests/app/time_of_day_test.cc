#include "app/time_of_day.h"

#include <date/date.h>
#include <gtest/gtest.h>

namespace ordertail {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

WallTime utc(int year, unsigned month, unsigned day, int hour, int minute) {
  return date::sys_days(date::year(year) / static_cast<int>(month) / static_cast<int>(day)) +
         hours(hour) + minutes(minute);
}

TEST(TimeOfDay, IsHoursAndMinutesOfADay) {
  EXPECT_EQ(parse_time_of_day("06:05"), minutes(365));
  EXPECT_EQ(parse_time_of_day("23:59"), minutes(1439));
  for (const char* text : {"", "6:00", "24:00", "06:60", "06:00:00", "06-00", "ab:cd", "06:0 "}) {
    EXPECT_EQ(parse_time_of_day(text), std::nullopt) << text;
  }
}

TEST(TimeOfDay, IsTheNextOneInTheZone) {
  const TimeZone zone = TimeZone::find("America/New_York");  // UTC-5, in summer UTC-4
  EXPECT_EQ(next_time(hours(6), zone, utc(2026, 1, 15, 10, 59)), utc(2026, 1, 15, 11, 0));
  EXPECT_EQ(next_time(hours(6), zone, utc(2026, 1, 15, 11, 0)), utc(2026, 1, 16, 11, 0));
  EXPECT_EQ(next_time(hours(6), zone, utc(2026, 7, 15, 3, 0)), utc(2026, 7, 15, 10, 0));
}

TEST(TimeOfDay, ThatClocksSkipIsWhenTheyHave) {
  const TimeZone zone = TimeZone::find("America/New_York");
  // On 2026-03-08 clocks go from 02:00 EST to 03:00 EDT, which is 07:00 UTC.
  EXPECT_EQ(next_time(hours(2), zone, utc(2026, 3, 8, 6, 0)), utc(2026, 3, 8, 7, 0));
}

}  // namespace
}  // namespace ordertail
