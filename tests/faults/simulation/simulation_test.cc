// Thirty days of a shop in a moment, many times over: the promises hold in each, and the same seed
// lives them again to the byte.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/budget.h"
#include "faults/simulation/model_hubspot.h"
#include "faults/simulation/thirty_days.h"

namespace ordertail::simulation {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double kSeconds = 3;
/// However slow the machine is: enough of them hold a kill.
constexpr std::uint64_t kLeast = 4;
constexpr std::uint64_t kTwice = 10;  // one seed in so many is lived through again
/// Requests that come to HubSpot for each that is needed; of so many months that no single one,
/// with a dozen requests and an outage, decides.
constexpr double kAmplification = 1.1;
constexpr std::uint64_t kMany = 1000;

class Simulation : public testing::Test {
 protected:
  void SetUp() override { faults::use_memory_for_files(); }

  void live(std::uint64_t seed) {
    const Month month = live_thirty_days(seed);
    ++months_;
    std::string all;
    for (const std::string& what : month.wrong) all += "  " + what + "\n";
    if (!all.empty()) {
      ++failed_;
      ADD_FAILURE() << "seed " << seed << ":\n" << all << "again: ORDERTAIL_FAULT_REPLAY=" << seed;
    }
    sum_.runs += month.runs;
    sum_.kills += month.kills;
    sum_.orders += month.orders;
    sum_.requests += month.requests;
    sum_.came += month.came;
    sum_.needed += month.needed;
    if (months_ % kTwice != 1) return;
    ++twice_;
    EXPECT_EQ(live_thirty_days(seed).trace, month.trace)
        << "seed " << seed << " differs from itself";
  }

  std::uint64_t months_ = 0, failed_ = 0, twice_ = 0;
  Month sum_;
};

TEST_F(Simulation, ThirtyDaysKeepEveryPromise) {
  if (const auto seed = faults::replayed()) return live(std::stoull(*seed));
  faults::Budget budget(kSeconds, kLeast);
  while (failed_ == 0 && budget.wants_more(months_)) live(budget.random()());
  const double amplification = static_cast<double>(sum_.came) / static_cast<double>(sum_.needed);
  fmt::print(
      "figure: thirty days simulated: {} of them, {} runs, {} struck by a kill, {} orders, {} "
      "requests ({:.3f} came to HubSpot for each that was needed), {} lived twice alike, {} "
      "failed, "
      "seed {}\n",
      months_, sum_.runs, sum_.kills, sum_.orders, sum_.requests, amplification, twice_, failed_,
      budget.seed());
  EXPECT_GT(sum_.kills, 0U) << "nothing was proven";
  if (months_ >= kMany) {
    EXPECT_LE(amplification, kAmplification);
  }
}

/// Would the model notice?
class Model : public testing::Test {
 protected:
  static HttpRequest request(int order) {
    return {"http://127.0.0.1:9/?FormName=x", "application/x-www-form-urlencoded",
            fmt::format("Email=customer{}%40example.com", order), ""};
  }
  /// A portal in which the weather is fair.
  ModelHubSpot portal(Rules rules) {
    ModelHubSpot made(clock, std::move(rules), 1);
    made.clear_up();
    return made;
  }
  SimClock clock{1};
};

TEST_F(Model, NoticesAWindowThatIsTooFull) {
  ModelHubSpot hubspot = portal({.per_10s = 2});
  for (int order = 1; order <= 2; ++order) hubspot.start(1, request(order));
  EXPECT_THAT(hubspot.violations(), IsEmpty());
  clock.advance(9s);
  hubspot.start(3, request(3));
  EXPECT_THAT(hubspot.violations(), ElementsAre("3 requests within 10 s, in place of 2"));
}

TEST_F(Model, NoticesADayThatIsTooFull) {
  ModelHubSpot hubspot = portal({.per_day = 2});
  clock.advance(1min);
  for (int order = 1; order <= 3; ++order) hubspot.start(1, request(order));
  EXPECT_THAT(hubspot.violations(), ElementsAre("3 requests on one day, in place of 2"));
}

TEST_F(Model, NoticesAKnockAtAClosedDoorAndASecondProbe) {
  ModelHubSpot hubspot = portal({.server_per_day = 1});
  hubspot.start(1, request(1));
  hubspot.start(2, request(2));
  while (hubspot.wait(1s).empty()) continue;
  while (hubspot.wait(1s).empty()) continue;
  hubspot.wait(0s);
  EXPECT_THAT(hubspot.violations(), IsEmpty());
  hubspot.start(3, request(3));
  EXPECT_THAT(hubspot.violations(), ElementsAre(HasSubstr("s before the door opens")));
  clock.advance(24h);
  hubspot.start(4, request(4));
  EXPECT_THAT(hubspot.violations(), ElementsAre(HasSubstr("s before the door opens"),
                                                "more than one request tries a door"));
}

TEST_F(Model, CountsWhatItAppliedAndWhatCameAgain) {
  ModelHubSpot hubspot = portal({});
  hubspot.start(1, request(1));
  hubspot.start(2, request(1));
  EXPECT_EQ(hubspot.applied().at(1).at(faults::CrmStep::contacts), 2);
  EXPECT_EQ(hubspot.repetitions(), 1U);
  EXPECT_EQ(hubspot.came(), 2U);
  EXPECT_EQ(hubspot.needed(), 1U);
  hubspot.expect_fresh_start();
  hubspot.start(3, request(1));
  EXPECT_EQ(hubspot.repetitions(), 1U);
}

}  // namespace
}  // namespace ordertail::simulation
