// A power cut at any moment leaves a store that opens and has forgotten nothing that was sent.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "faults/power/replay.h"
#include "stories/shop.h"

namespace ordertail::faults {
namespace {

constexpr bool kSanitized = stories::kSanitized;

std::string findings_of(const Replay& replay) {
  std::string all;
  for (const std::string& finding : replay.findings) all += finding + "\n";
  return all;
}

/// What the recorder saw is all there is: replayed to its end it gives the same files.
TEST(PowerLoss, TheRecordingIsWhole) {
  const Story story = record_story();
  Disk disk;
  std::size_t sends = 0, syncs = 0;
  for (const Operation& operation : story.operations) {
    disk.apply(operation);
    if (operation.kind == Operation::Kind::send) sends += orders_in(operation.bytes).size();
    syncs += operation.kind == Operation::Kind::sync;
  }
  Random random(1);
  EXPECT_TRUE(disk.after_power_cut(Survival::everything, random) == story.left);
  EXPECT_EQ(sends, story.ids.size());
  EXPECT_GE(syncs, sends);
}

class Promise : public testing::TestWithParam<bool> {};

TEST_P(Promise, NothingSentIsForgottenAndEveryStoreOpens) {
  Budget budget;
  budget.states = kSanitized ? 120 : 600;
  budget.resumed_every = kSanitized ? 60 : 75;
  const Replay result = replay(record_story(GetParam() ? folding_all_the_time() : Twist{}), budget);
  fmt::print("{} (seed {})\n", result.in_words(), budget.seed);
  EXPECT_EQ(result.broken(), 0U) << findings_of(result);
  EXPECT_EQ(result.states, budget.states);
  EXPECT_GE(result.resumed, 2U);
}

INSTANTIATE_TEST_SUITE_P(PowerLoss, Promise, testing::Bool(), [](const auto& test) {
  return test.param ? "WhereTheLogIsFoldedInAllTheTime" : "AsShipped";
});

/// Where the log is folded in all the time, the file itself is written to between the requests.
TEST(PowerLoss, FoldingHappensBetweenRequests) {
  const Story story = record_story(folding_all_the_time());
  std::set<int> files;
  std::size_t sent = 0;
  std::set<std::size_t> folded_after;  // so many requests
  for (const Operation& operation : story.operations) {
    if (operation.kind == Operation::Kind::open) {
      if (operation.path == "state/main.db") files.insert(operation.fd);
    } else if (operation.kind == Operation::Kind::close) {
      files.erase(operation.fd);
    } else if (operation.kind == Operation::Kind::write && files.count(operation.fd) == 1) {
      folded_after.insert(sent);
    }
    if (operation.kind == Operation::Kind::send) sent += orders_in(operation.bytes).size();
  }
  EXPECT_GT(folded_after.size(), 6U) << "with four runs that end, more than folding at the end";
}

/// The same program on a store that syncs less: the replay must see it, or it proves nothing.
class Weakness : public testing::TestWithParam<const char*> {};

TEST_P(Weakness, IsFound) {
  Budget budget;
  budget.states = kSanitized ? 150 : 400;
  const Replay result = replay(record_story(weakness(GetParam())), budget);
  fmt::print("{}: {} (seed {})\n", GetParam(), result.in_words(), budget.seed);
  // OFF leaves hardly a store that could forget.
  if (GetParam() != std::string_view("OFF")) {
    EXPECT_GT(result.forgotten, 0U);
  }
  EXPECT_GT(result.broken(), budget.states / 20);
}

INSTANTIATE_TEST_SUITE_P(PowerLoss, Weakness, testing::Values("NORMAL", "OFF", "no-directory-sync"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace ordertail::faults
