#include "sandbox/rate_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace ordertail::sandbox {
namespace {

using std::chrono::milliseconds;

TEST(RateWindow, AdmitsAllWithoutALimit) {
  RateWindow window(std::nullopt);
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(window.admit(SteadyTime()));
}

TEST(RateWindow, ForgetsARequestAfterExactlyTenSeconds) {
  RateWindow window(2);
  EXPECT_TRUE(window.admit(SteadyTime(milliseconds(0))));
  EXPECT_TRUE(window.admit(SteadyTime(milliseconds(5'000))));
  EXPECT_FALSE(window.admit(SteadyTime(milliseconds(9'999))));
  EXPECT_TRUE(window.admit(SteadyTime(milliseconds(10'000))));
  EXPECT_FALSE(window.admit(SteadyTime(milliseconds(10'000))));
  EXPECT_TRUE(window.admit(SteadyTime(milliseconds(15'000))));
}

TEST(RateWindow, NoTenSecondsEverHoldMoreAndNothingIsRefusedNeedlessly) {
  std::mt19937 random(7);
  RateWindow window(20);
  std::vector<milliseconds> admitted;
  milliseconds now{0};
  for (int i = 0; i < 5'000; ++i) {
    now += milliseconds(random() % 900);
    const auto recent = std::count_if(admitted.begin(), admitted.end(), [&](milliseconds then) {
      return now - then < std::chrono::seconds(10);
    });
    const bool let_in = window.admit(SteadyTime(now));
    ASSERT_EQ(let_in, recent < 20) << now.count();
    if (let_in) admitted.push_back(now);
  }
  EXPECT_LT(admitted.size(), 5'000U);
}

}  // namespace
}  // namespace ordertail::sandbox
