// T8 and T9, and rejections taken back: what people decide.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "store/raw.h"
#include "store/world.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Event 1 is in doubt, 2 rejected, 3 in doubt, 4 pending.
class ResolutionTest : public testing::Test {
 protected:
  ResolutionTest() {
    stage(*store_, 1, 4);
    settle_one(*store_, Settlement::in_doubt, "timeout", "No reply came.");
    settle_one(*store_, Settlement::rejected);
    settle_one(*store_, Settlement::in_doubt, "connection_lost", "The reply broke off.");
  }
  void reopen() {
    store_.reset();
    store_.emplace(path_, StoreMode::write, clock_);
  }
  void rule(Ruling ruling, const std::vector<int>& numbers) {
    std::vector<Hash128> ids;
    ids.reserve(numbers.size());
    for (const int number : numbers) ids.push_back(id_of(number));
    store_->rule(ruling, ids, "ann");
    reopen();
  }
  std::string totals() const {
    const Totals totals = store_->totals();
    return fmt::format("{}/{}/{}/{}", totals.submitted, totals.rejected, totals.pending,
                       totals.in_doubt);
  }
  std::vector<std::string> pending() const {
    std::vector<std::string> payloads;
    for (const OutboxEvent& event : store_->pending(100)) payloads.push_back(event.payload);
    return payloads;
  }
  /// No trace of the event's data is left in the closed file.
  void expect_deleted(int number) {
    store_.reset();
    EXPECT_EQ(read_file(path_).find(payload_of(number)), std::string::npos);
    store_.emplace(path_, StoreMode::write, clock_);
  }

  TemporaryDirectory directory_;
  HandClock clock_;
  std::filesystem::path path_ = directory_.path() / "main.db";
  std::optional<Store> store_{std::in_place, path_, StoreMode::write, clock_};
};

TEST_F(ResolutionTest, T8PutsAnEventBackAndListsItOnceItIsSentAgain) {
  const WallTime decided = clock_.now += 1h;
  rule(Ruling::resend, {1});
  EXPECT_EQ(totals(), "0/1/2/1");
  EXPECT_THAT(pending(), ElementsAre(payload_of(1), payload_of(4)));
  EXPECT_EQ(store_->pending(1)[0].tries, 1);
  EXPECT_THAT(store_->resent(10), IsEmpty());
  EXPECT_EQ(store_->totals().resent, 0U);
  EXPECT_FALSE(store_->resolutions(10).at(0).sent_again);

  settle_one(*store_, Settlement::submitted);
  reopen();
  EXPECT_EQ(totals(), "1/1/1/1");
  EXPECT_EQ(store_->totals().resent, 1U);
  ASSERT_THAT(store_->resent(10), SizeIs(1));
  const Resolution sent = store_->resent(10)[0];
  EXPECT_EQ(sent.id, id_of(1));
  EXPECT_EQ(sent.kind, Kind::purchase);
  EXPECT_EQ(sent.order_number, "1");
  EXPECT_EQ(sent.file, "orders.csv");
  EXPECT_EQ(sent.line, 1U);
  EXPECT_EQ(sent.ruling, Ruling::resend);
  EXPECT_EQ(sent.was, Settlement::in_doubt);
  EXPECT_EQ(sent.reason, "timeout");
  EXPECT_EQ(sent.at, decided);
  EXPECT_EQ(sent.who, "ann");
  EXPECT_TRUE(sent.sent_again);
  EXPECT_EQ(sent.now, Settlement::submitted);
}

TEST_F(ResolutionTest, WhateverBecomesOfWhatIsSentAgainItStaysListed) {
  rule(Ruling::resend, {1});
  store_->settle_and_begin({}, intents_for(store_->pending(1)), "2026-11-23");
  EXPECT_EQ(store_->resent(10).at(0).now, Settlement::pending);
  store_.reset();
  EXPECT_EQ(Store(path_, StoreMode::observe, clock_).resent(10).at(0).now, Settlement::in_doubt);
  store_.emplace(path_, StoreMode::write, clock_);
  EXPECT_EQ(store_->resent(10).at(0).now, Settlement::in_doubt) << "the run was killed";
  ASSERT_THAT(store_->in_doubt(10), SizeIs(2));
  EXPECT_TRUE(store_->in_doubt(10)[0].resent);
  EXPECT_FALSE(store_->in_doubt(10)[1].resent);

  rule(Ruling::resend, {1});
  settle_one(*store_, Settlement::pending, "http_429");
  settle_one(*store_, Settlement::rejected);
  EXPECT_EQ(store_->totals().resent, 2U) << "it may be there three times";
  EXPECT_EQ(store_->resent(10).at(0).now, Settlement::rejected);
  rule(Ruling::drop, {1});
  EXPECT_EQ(store_->resent(10).at(1).now, Settlement::rejected);
}

TEST_F(ResolutionTest, T9CountsAnEventAsSubmitted) {
  rule(Ruling::assume_sent, {1, 3});
  EXPECT_EQ(totals(), "2/1/1/0");
  EXPECT_EQ(store_->find(id_of(1)).state, Known::submitted);
  EXPECT_THAT(pending(), ElementsAre(payload_of(4)));
  const auto made = store_->resolutions(10);
  ASSERT_THAT(made, SizeIs(2));
  EXPECT_EQ(made[0].ruling, Ruling::assume_sent);
  EXPECT_EQ(made[0].reason, "connection_lost");
  EXPECT_EQ(made[0].now, Settlement::submitted);
  EXPECT_THAT(store_->resent(10), IsEmpty());
  expect_deleted(1);
}

TEST_F(ResolutionTest, T9CountsAnEventAsRejectedAndDeletesItsData) {
  rule(Ruling::drop, {1});
  EXPECT_EQ(totals(), "0/2/1/1");
  EXPECT_EQ(store_->find(id_of(1)).state, Known::rejected);
  const Problem problem = store_->problems(1).at(0);
  EXPECT_EQ(problem.id, id_of(1));
  EXPECT_EQ(problem.reason, "dropped");
  EXPECT_EQ(problem.message, "ann dropped it, in doubt since: No reply came.");
  EXPECT_FALSE(problem.kept);
  EXPECT_EQ(store_->resolutions(10).at(0).now, Settlement::rejected);
  expect_deleted(1);
}

TEST_F(ResolutionTest, ADroppedRejectionKeepsItsReasonAndLosesItsData) {
  rule(Ruling::drop, {2});
  EXPECT_EQ(totals(), "0/1/1/2");
  EXPECT_EQ(store_->find(id_of(2)).state, Known::rejected);
  EXPECT_THAT(store_->rejected(10), IsEmpty());
  EXPECT_EQ(store_->problems(10).at(0).reason, "http_400");
  EXPECT_FALSE(store_->problems(10).at(0).kept);
  EXPECT_EQ(store_->resolutions(10).at(0).was, Settlement::rejected);
  expect_deleted(2);
}

TEST_F(ResolutionTest, ARetriedRejectionIsPendingAndNoProblemAnyMore) {
  rule(Ruling::retry, {2});
  EXPECT_EQ(totals(), "0/0/2/2");
  EXPECT_THAT(pending(), ElementsAre(payload_of(2), payload_of(4)));
  EXPECT_THAT(store_->problems(10), IsEmpty());
  EXPECT_EQ(store_->find(id_of(2)).state, Known::pending);
  EXPECT_EQ(store_->resolutions(10).at(0).reason, "http_400");
  settle_one(*store_, Settlement::rejected, "http_422");
  EXPECT_EQ(totals(), "0/1/1/2");
  ASSERT_THAT(store_->problems(10), SizeIs(1));
  EXPECT_EQ(store_->rejected(10).at(0).reason, "http_422");
  EXPECT_EQ(store_->rejected(10).at(0).tries, 2);
  EXPECT_THAT(store_->resent(10), IsEmpty()) << "HubSpot never had it";
}

TEST_F(ResolutionTest, WhatIsInDoubtShowsItsEvidence) {
  const WallTime first = clock_.now;
  rule(Ruling::resend, {1});
  clock_.now += 24h;
  settle_one(*store_, Settlement::in_doubt, "http_502", "The server failed.");
  const Held held = store_->in_doubt(10).at(0);
  EXPECT_EQ(held.id, id_of(1));
  EXPECT_EQ(held.reason, "http_502");
  EXPECT_EQ(held.message, "The server failed.");
  EXPECT_EQ(held.http_status, 400);
  EXPECT_EQ(held.tries, 2);
  EXPECT_EQ(held.first_attempted_at, first);
  EXPECT_EQ(held.attempted_at, clock_.now);
}

TEST_F(ResolutionTest, AnEventInAnotherStateLeavesEverythingAsItIs) {
  const std::map<Ruling, std::vector<int>> wrong{{Ruling::resend, {2, 4, 5}},
                                                 {Ruling::assume_sent, {2, 4, 5}},
                                                 {Ruling::drop, {4, 5}},
                                                 {Ruling::retry, {1, 3, 4, 5}},
                                                 {Ruling::by_itself, {1, 2, 3, 4, 5}}};
  for (const auto& entry : wrong) {
    const Ruling ruling = entry.first;
    const int right = ruling == Ruling::retry ? 2 : 1;
    for (const int number : entry.second) {
      EXPECT_EQ(complaint([&] {
                  rule(ruling, {right, number});
                }),
                fmt::format("1: the decision \"{}\" was about to be recorded of an event that is "
                            "not in a state for it; please report this defect",
                            name_of(ruling)));
      reopen();
      EXPECT_EQ(totals(), "0/1/1/2");
      EXPECT_THAT(store_->resolutions(10), IsEmpty());
    }
  }
}

TEST_F(ResolutionTest, AKillLeavesTheDecisionWholeOrUnmade) {
  store_.reset();
  {
    Child child([&] {
      auto* store = new Store(path_, StoreMode::write, clock_);
      store->rule(Ruling::resend, std::array{id_of(1), id_of(3)}, "ann");
    });
  }
  store_.emplace(path_, StoreMode::write, clock_);
  EXPECT_EQ(totals(), "0/1/3/0");
  EXPECT_THAT(store_->resolutions(10), SizeIs(2));
}

/// T6: what a sink lists is submitted; what it does not list keeps what was looked at.
TEST_F(ResolutionTest, WhatIsLookedUpIsSubmittedOrStaysWithTheEvidence) {
  EXPECT_THAT(store_->doubts("forms", 10), IsEmpty());
  const auto doubts = store_->doubts("leads", 10);
  ASSERT_THAT(doubts, SizeIs(2));
  EXPECT_EQ(doubts[0].id, id_of(1));
  EXPECT_EQ(doubts[1].payload, payload_of(3));
  EXPECT_EQ(doubts[1].first_attempted_at, clock_.now);

  store_->settle_looked_up(
      std::array{LookedUp{id_of(1), true, {}}, LookedUp{id_of(3), false, "no"}});
  reopen();
  EXPECT_EQ(totals(), "1/1/1/1");
  ASSERT_THAT(store_->verified(10), SizeIs(1));
  EXPECT_EQ(store_->verified(10)[0].id, id_of(1));
  EXPECT_EQ(store_->verified(10)[0].reason, "timeout");
  EXPECT_EQ(store_->verified(10)[0].now, Settlement::submitted);
  EXPECT_THAT(store_->resolutions(10), IsEmpty());
  EXPECT_EQ(store_->in_doubt(10).at(0).message, "The reply broke off.; looked up: no");
  store_->settle_looked_up(std::array{LookedUp{id_of(3), false, "not yet"}});
  EXPECT_EQ(store_->in_doubt(10).at(0).message, "The reply broke off.; looked up: not yet");

  // All at once or nothing: event 4 is not in doubt.
  EXPECT_THAT(complaint([&] {
                store_->settle_looked_up(
                    std::array{LookedUp{id_of(3), true, {}}, LookedUp{id_of(4), true, {}}});
              }),
              testing::HasSubstr("please report this defect"));
  reopen();
  EXPECT_EQ(totals(), "1/1/1/1");
}

}  // namespace
}  // namespace ordertail
