// Orders that come again with other content, or as no sales any more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "store/raw.h"
#include "store/world.h"

namespace ordertail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr EventDigest kFirst{0x17000001};
constexpr EventDigest kOther{0x17ffffff};      // of the same source
constexpr EventDigest kElsewhere{0xf0000001};  // of another one; negative as SQLite keeps it
constexpr std::string_view kDay = "2026-11-23";

class ChangesTest : public testing::Test {
 protected:
  Staged stage(int number, const std::string& payload, std::optional<EventDigest> digest) {
    store_->begin_slice();
    const Staged staged = store_->stage(event_of(number), payload, digest);
    store_->commit_slice();
    return staged;
  }
  Withdrawn withdraw(int number) {
    store_->begin_slice();
    const Withdrawn withdrawn = store_->withdraw(id_of(number));
    store_->commit_slice();
    return withdrawn;
  }
  std::vector<std::string> pending() const {
    std::vector<std::string> payloads;
    for (const OutboxEvent& event : store_->pending(100)) payloads.push_back(event.payload);
    return payloads;
  }

  TemporaryDirectory directory_;
  HandClock clock_;
  std::filesystem::path path_ = directory_.path() / "main.db";
  std::optional<Store> store_{std::in_place, path_, StoreMode::write, clock_};
};

TEST_F(ChangesTest, APendingEventTakesTheNewerContentAndKeepsItsTurn) {
  EXPECT_EQ(stage(1, "first", kFirst), Staged::added);
  EXPECT_EQ(stage(2, "second", kFirst), Staged::added);
  EXPECT_EQ(stage(1, "newer", kOther), Staged::replaced);
  EXPECT_THAT(pending(), ElementsAre("newer", "second"));
  EXPECT_EQ(stage(1, "newer again", kOther), Staged::repeated);
  EXPECT_EQ(store_->find(id_of(1)).digest, kOther);
}

TEST_F(ChangesTest, TheNewerContentBringsItsTimeAndPlace) {
  stage(1, "first", kFirst);
  stage(2, "second", kFirst);
  Event event = event_of(1, 1'800'000'000);
  event.origin = {"newer.csv", 9, 0};
  store_->begin_slice();
  store_->stage(event, "newer", kOther);
  store_->commit_slice();
  EXPECT_THAT(pending(), ElementsAre("second", "newer"));
  settle_one(*store_, Settlement::submitted);
  settle_one(*store_, Settlement::rejected);
  ASSERT_EQ(store_->problems(10).size(), 1U);
  EXPECT_EQ(store_->problems(10)[0].file, "newer.csv");
  EXPECT_EQ(store_->problems(10)[0].line, 9U);
}

TEST_F(ChangesTest, WhatIsProvenNotAppliedMayStillChange) {
  stage(1, "first", kFirst);
  settle_one(*store_, Settlement::pending, "http_429");
  EXPECT_EQ(stage(1, "newer", kOther), Staged::replaced);
  ASSERT_EQ(store_->pending(1).size(), 1U);
  EXPECT_EQ(store_->pending(1)[0].tries, 1);
  EXPECT_EQ(withdraw(1), Withdrawn::taken_out);
}

TEST_F(ChangesTest, OtherSourcesAndWhatCannotChangeAreRepetitions) {
  stage(1, "first", kFirst);
  EXPECT_EQ(stage(1, "PayPal's", kElsewhere), Staged::repeated);
  EXPECT_EQ(stage(1, "a log's", std::nullopt), Staged::repeated);
  stage(2, "a log's", std::nullopt);
  EXPECT_EQ(stage(2, "an export's", kFirst), Staged::repeated);
  EXPECT_THAT(pending(), ElementsAre("first", "a log's"));
}

TEST_F(ChangesTest, WhatWasSentStaysAsItWasSent) {
  for (const auto& [settlement, state, again] :
       {std::tuple{Settlement::submitted, Known::submitted, Staged::changed},
        {Settlement::in_doubt, Known::sent, Staged::changed}}) {
    const int number = static_cast<int>(settlement) + 1;
    stage(number, "first", kElsewhere);
    settle_one(*store_, settlement);
    store_.emplace(path_, StoreMode::write, clock_);
    EXPECT_EQ(store_->find(id_of(number)).state, state);
    EXPECT_EQ(store_->find(id_of(number)).digest, kElsewhere);
    EXPECT_EQ(stage(number, "same", kElsewhere), Staged::repeated);
    EXPECT_EQ(stage(number, "newer", EventDigest{kElsewhere.bits + 1}), again);
    EXPECT_EQ(store_->find(id_of(number)).digest, kElsewhere);
    EXPECT_THAT(pending(), IsEmpty());
  }
}

TEST_F(ChangesTest, WhatWasRejectedIsPendingWithOtherContent) {
  stage(1, "first", kFirst);
  settle_one(*store_, Settlement::rejected);
  EXPECT_EQ(store_->find(id_of(1)).state, Known::refused);
  EXPECT_EQ(stage(1, "the same", kFirst), Staged::repeated);
  EXPECT_EQ(stage(1, "PayPal's", kElsewhere), Staged::repeated);
  EXPECT_EQ(store_->totals().rejected, 1U);
  EXPECT_EQ(stage(1, "corrected", kOther), Staged::corrected);
  EXPECT_THAT(pending(), ElementsAre("corrected"));
  EXPECT_EQ(store_->totals().rejected, 0U);
  EXPECT_THAT(store_->problems(10), IsEmpty());
  EXPECT_THAT(store_->rejected(10), IsEmpty());
  settle_one(*store_, Settlement::submitted);
  EXPECT_EQ(store_->totals().submitted, 1U);
}

TEST_F(ChangesTest, WhatIsThereInPartTakesNewerContentAndBeginsAgain) {
  const auto advance = [&] {
    Outcome outcome;
    outcome.of = begin_each(*store_, store_->pending(1)).at(0);
    outcome.settlement = Settlement::advanced;
    outcome.progress = "contact 7";
    store_->settle_and_begin(std::array{outcome}, {}, kDay);
  };
  stage(1, "first", kFirst);
  advance();
  EXPECT_EQ(stage(1, "newer", kOther), Staged::replaced);
  EXPECT_EQ(store_->pending(1).at(0).progress, "");
  EXPECT_TRUE(store_->find(id_of(1)).in_part) << "the part that is there is not forgotten";
  advance();
  settle_one(*store_, Settlement::rejected);
  EXPECT_EQ(store_->find(id_of(1)).state, Known::refused);
  EXPECT_EQ(stage(1, "corrected", kFirst), Staged::corrected);
  EXPECT_EQ(store_->pending(1).at(0).progress, "");
  advance();
  EXPECT_EQ(withdraw(1), Withdrawn::cut_short) << "it is listed, and nothing more is sent";
  EXPECT_THAT(pending(), IsEmpty());
}

TEST_F(ChangesTest, WhatIsThereInPartAndRefusedIsListedWhenItIsNoSaleAnyMore) {
  stage(1, "first", kFirst);
  Outcome outcome;
  outcome.of = begin_each(*store_, store_->pending(1)).at(0);
  outcome.settlement = Settlement::advanced;
  outcome.progress = "contact 7";
  store_->settle_and_begin(std::array{outcome}, {}, kDay);
  settle_one(*store_, Settlement::rejected);
  EXPECT_EQ(withdraw(1), Withdrawn::too_late);
  EXPECT_THAT(store_->rejected(10), IsEmpty()) << "it cannot be retried any more";
}

TEST_F(ChangesTest, WhatWasDroppedStaysSo) {
  stage(1, "{}", kFirst);
  settle_one(*store_, Settlement::rejected);
  store_->rule(Ruling::drop, std::array{id_of(1)}, "ann");
  EXPECT_EQ(store_->find(id_of(1)).state, Known::rejected);
  EXPECT_EQ(stage(1, "corrected", kOther), Staged::repeated);
  EXPECT_THAT(pending(), IsEmpty());
}

TEST_F(ChangesTest, WhatIsRetriedMayChangeAgain) {
  stage(1, "{}", kFirst);
  settle_one(*store_, Settlement::rejected);
  store_->rule(Ruling::retry, std::array{id_of(1)}, "ann");
  EXPECT_EQ(stage(1, "corrected", kOther), Staged::replaced);
  EXPECT_THAT(pending(), ElementsAre("corrected"));
}

TEST_F(ChangesTest, WhatWasRejectedAndIsNoSaleAnyMoreIsNotRetried) {
  stage(1, "first", kFirst);
  settle_one(*store_, Settlement::rejected);
  EXPECT_EQ(withdraw(1), Withdrawn::not_there);
  EXPECT_THAT(store_->rejected(10), IsEmpty());
  EXPECT_EQ(store_->find(id_of(1)).state, Known::rejected);
  EXPECT_EQ(store_->totals().rejected, 1U);
  EXPECT_EQ(stage(1, "a sale after all", kOther), Staged::repeated);
  EXPECT_THAT(pending(), IsEmpty());
}

TEST_F(ChangesTest, WhatIsToBeSentAgainStaysAsItWasSent) {
  stage(1, R"({"order_number":"1"})", kFirst);
  settle_one(*store_, Settlement::in_doubt);
  store_->rule(Ruling::resend, std::array{id_of(1)}, "ann");
  const auto expect_as_sent = [&] {
    EXPECT_EQ(store_->find(id_of(1)).state, Known::sent);
    EXPECT_EQ(stage(1, "newer", kOther), Staged::changed);
    EXPECT_EQ(withdraw(1), Withdrawn::too_late);
  };
  expect_as_sent();
  EXPECT_THAT(pending(), ElementsAre(R"({"order_number":"1"})"));
  settle_one(*store_, Settlement::pending, "http_429");
  expect_as_sent();
  settle_one(*store_, Settlement::rejected);
  expect_as_sent();
  EXPECT_EQ(store_->rejected(10).at(0).payload, R"({"order_number":"1"})");
}

TEST_F(ChangesTest, AWithdrawnEventIsNeitherSentNorKnown) {
  stage(1, "first", kFirst);
  EXPECT_EQ(withdraw(1), Withdrawn::taken_out);
  EXPECT_THAT(pending(), IsEmpty());
  EXPECT_EQ(store_->totals().pending, 0U);
  EXPECT_EQ(store_->find(id_of(1)).state, Known::no);
  EXPECT_EQ(withdraw(1), Withdrawn::not_there);
  EXPECT_EQ(stage(1, "a sale after all", kOther), Staged::added);
}

TEST_F(ChangesTest, WhatMayHaveArrivedCannotBeWithdrawn) {
  stage(1, "first", kFirst);
  stage(2, "second", kFirst);
  stage(3, "third", kFirst);
  stage(4, "fourth", kFirst);
  settle_one(*store_, Settlement::submitted);
  settle_one(*store_, Settlement::in_doubt);
  settle_one(*store_, Settlement::rejected);
  store_->settle_and_begin({}, intents_for(store_->pending(1)), kDay);
  EXPECT_EQ(withdraw(1), Withdrawn::too_late);
  EXPECT_EQ(withdraw(2), Withdrawn::too_late);
  EXPECT_EQ(withdraw(3), Withdrawn::not_there) << "HubSpot refused it";
  EXPECT_EQ(withdraw(4), Withdrawn::too_late) << "on its way";
  EXPECT_EQ(store_->totals().submitted, 1U);
  EXPECT_EQ(store_->in_doubt(10).size(), 1U);
}

TEST_F(ChangesTest, ASliceThatIsNotCommittedChangesNothing) {
  stage(1, "first", kFirst);
  stage(2, "second", kFirst);
  store_->begin_slice();
  EXPECT_EQ(store_->stage(event_of(1), "newer", kOther), Staged::replaced);
  EXPECT_EQ(store_->withdraw(id_of(2)), Withdrawn::taken_out);
  store_.reset();
  store_.emplace(path_, StoreMode::write, clock_);
  EXPECT_THAT(pending(), ElementsAre("first", "second"));
  EXPECT_EQ(store_->find(id_of(1)).digest, kFirst);
}

/// Ten years of a large shop are ten million orders: 320 MB.
TEST_F(ChangesTest, ASettledEventTakes32BytesAtMost) {
  constexpr int kEvents = 100'000;
  constexpr int kSlice = 5000;
  std::vector<Outcome> outcomes;
  for (int number = 0; number < kEvents;) {
    store_->begin_slice();
    for (const int end = number + kSlice; number < end; ++number) {
      const auto bits = static_cast<std::uint32_t>(number) * 2654435761U;
      store_->stage(event_of(number), "", EventDigest{bits});
    }
    store_->commit_slice();
    outcomes.clear();
    for (const Carried event : begin_each(*store_, store_->pending(kSlice)))
      outcomes.push_back({event, Settlement::submitted, "", "", 200, {}});
    store_->settle_and_begin(outcomes, {}, kDay);
  }
  ASSERT_EQ(store_->totals().submitted, static_cast<std::uint64_t>(kEvents));
  store_.reset();
  const double bytes =
      std::stod(raw(path_, "SELECT sum(pgsize) FROM dbstat WHERE name = 'ledger'"));
  RecordProperty("bytes_per_event", std::to_string(bytes / kEvents));
  EXPECT_LE(bytes / kEvents, 32.0);
  EXPECT_GE(bytes / kEvents, 26.0) << "an id and a digest are 20, and so the figure is not true";
}

}  // namespace
}  // namespace ordertail
