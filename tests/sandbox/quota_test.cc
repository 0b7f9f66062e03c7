#include "sandbox/quota.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/stopped_clock.h"

namespace ordertail::sandbox {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Quota::Verdict admit(Quota& quota, const Clock& clock) {
  return quota.admit(clock.steady(), clock.wall());
}

TEST(Quota, TheDayEndsAtMidnight) {
  StoppedClock clock;
  clock.now = std::chrono::hours(24) * 100 - std::chrono::milliseconds(1);
  Quota quota({.per_10s = {}, .per_day = 2});
  EXPECT_EQ(admit(quota, clock), Quota::Verdict::admitted);
  EXPECT_EQ(admit(quota, clock), Quota::Verdict::admitted);
  EXPECT_EQ(admit(quota, clock), Quota::Verdict::over_daily);
  clock.now += std::chrono::milliseconds(1);
  EXPECT_EQ(admit(quota, clock), Quota::Verdict::admitted);
  EXPECT_EQ(admit(quota, clock), Quota::Verdict::admitted);
  EXPECT_EQ(admit(quota, clock), Quota::Verdict::over_daily);
}

TEST(Quota, WhatItRefusesCountsForNeitherLimit) {
  StoppedClock clock;
  Quota quota({.per_10s = 1, .per_day = 2});
  EXPECT_EQ(admit(quota, clock), Quota::Verdict::admitted);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(admit(quota, clock), Quota::Verdict::over_ten_secondly);
  clock.now += std::chrono::seconds(10);
  EXPECT_EQ(admit(quota, clock), Quota::Verdict::admitted);
  EXPECT_EQ(admit(quota, clock), Quota::Verdict::over_daily) << "the day is told first";
}

TEST(Quota, ASecondMayHaveALimitOfItsOwn) {
  StoppedClock clock;
  Quota quota({.per_10s = 3, .per_day = {}, .per_second = 1});
  EXPECT_EQ(admit(quota, clock), Quota::Verdict::admitted);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(admit(quota, clock), Quota::Verdict::over_secondly);
  EXPECT_THAT(quota.headers()[1], Pair("X-HubSpot-RateLimit-Remaining", "2"));
  for (int i = 0; i < 2; ++i) {
    clock.now += std::chrono::seconds(1);
    EXPECT_EQ(admit(quota, clock), Quota::Verdict::admitted);
  }
  clock.now += std::chrono::seconds(1);
  EXPECT_EQ(admit(quota, clock), Quota::Verdict::over_ten_secondly);
}

TEST(Quota, TellsWhatIsLeft) {
  StoppedClock clock;
  Quota quota({.per_10s = 3, .per_day = 10});
  static_cast<void>(admit(quota, clock));
  clock.now += std::chrono::seconds(9);
  static_cast<void>(admit(quota, clock));
  EXPECT_THAT(
      quota.headers(),
      ElementsAre(Pair("X-HubSpot-RateLimit-Max", "3"), Pair("X-HubSpot-RateLimit-Remaining", "1"),
                  Pair("X-HubSpot-RateLimit-Interval-Milliseconds", "10000"),
                  Pair("X-HubSpot-RateLimit-Daily", "10"),
                  Pair("X-HubSpot-RateLimit-Daily-Remaining", "8")));
  clock.now += std::chrono::seconds(1);
  static_cast<void>(admit(quota, clock));
  EXPECT_THAT(quota.headers()[1], Pair("X-HubSpot-RateLimit-Remaining", "1"));
  EXPECT_THAT(Quota({}).headers(), IsEmpty());
}

}  // namespace
}  // namespace ordertail::sandbox
