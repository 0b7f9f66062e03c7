// T1 to T5, quotas, runs.
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

constexpr std::string_view kDay = "2026-11-23";

class DeliveryTest : public testing::Test {
 protected:
  DeliveryTest() { stage(*store_, 1, 3); }
  void reopen() {
    store_.reset();
    store_.emplace(path_, StoreMode::write, clock_);
  }
  std::vector<Carried> begin(std::size_t count) {
    return begin_each(*store_, store_->pending(count));
  }
  void settle(const Outcome& outcome) { store_->settle_and_begin(std::array{outcome}, {}, kDay); }
  std::string totals() const {
    const Totals totals = store_->totals();
    return fmt::format("{} submitted, {} rejected, {} pending, {} in doubt", totals.submitted,
                       totals.rejected, totals.pending, totals.in_doubt);
  }
  std::vector<Hash128> pending_ids() const {
    std::vector<Hash128> ids;
    for (const OutboxEvent& event : store_->pending(100)) ids.push_back(event.id);
    return ids;
  }

  TemporaryDirectory directory_;
  HandClock clock_;
  std::filesystem::path path_ = directory_.path() / "main.db";
  std::optional<Store> store_{std::in_place, path_, StoreMode::write, clock_};
};

TEST_F(DeliveryTest, T1TakesAnEventOutOfThePendingOnes) {
  const auto attempts = begin(2);
  ASSERT_EQ(attempts.size(), 2);
  EXPECT_NE(attempts[0].attempt, attempts[1].attempt);
  EXPECT_THAT(pending_ids(), ElementsAre(id_of(3)));
  EXPECT_EQ(totals(), "0 submitted, 0 rejected, 3 pending, 0 in doubt");
  EXPECT_EQ(store_->find(id_of(1)).state, Known::sent);
}

TEST_F(DeliveryTest, T2MovesTheEventToTheLedger) {
  settle({begin(1)[0], Settlement::submitted, "", "", 200, {}});
  EXPECT_EQ(store_->find(id_of(1)).state, Known::submitted);
  EXPECT_THAT(pending_ids(), ElementsAre(id_of(2), id_of(3)));
  EXPECT_EQ(totals(), "1 submitted, 0 rejected, 2 pending, 0 in doubt");
  store_.reset();
  EXPECT_EQ(raw(path_, "SELECT count(*) FROM attempt"), "0");
  EXPECT_EQ(raw(path_, "SELECT count(*) FROM outbox"), "2");
}

TEST_F(DeliveryTest, T3KeepsTheEventAndSaysWhy) {
  const auto attempt = begin(1)[0];
  clock_.now += 1s;
  settle(
      {attempt, Settlement::rejected, "http_400", "HubSpot refused the e-mail address.", 400, {}});
  reopen();
  EXPECT_EQ(store_->find(id_of(1)).state, Known::refused);
  EXPECT_THAT(pending_ids(), ElementsAre(id_of(2), id_of(3)));
  EXPECT_EQ(totals(), "0 submitted, 1 rejected, 2 pending, 0 in doubt");
  const auto problems = store_->problems(10);
  ASSERT_EQ(problems.size(), 1);
  EXPECT_EQ(problems[0].id, id_of(1));
  EXPECT_EQ(problems[0].at, clock_.now);
  EXPECT_EQ(problems[0].reason, "http_400");
  EXPECT_EQ(problems[0].message, "HubSpot refused the e-mail address.");
  EXPECT_EQ(problems[0].http_status, 400);
  EXPECT_EQ(problems[0].file, "orders.csv");
  EXPECT_EQ(problems[0].line, 1);
  EXPECT_TRUE(problems[0].kept);
  const auto kept = store_->rejected(10);
  ASSERT_EQ(kept.size(), 1);
  EXPECT_EQ(kept[0].payload, payload_of(1));
  EXPECT_EQ(kept[0].http_status, 400);
  EXPECT_TRUE(store_->in_doubt(10).empty());
  settle_one(*store_, Settlement::rejected, "http_422");
  ASSERT_EQ(store_->problems(1).size(), 1);
  EXPECT_EQ(store_->problems(1)[0].reason, "http_422");
}

TEST_F(DeliveryTest, T4PutsTheEventBackWithItsTriesCounted) {
  settle({begin(1)[0], Settlement::pending, "http_429", "Too many requests.", 429, {}});
  EXPECT_THAT(pending_ids(), ElementsAre(id_of(1), id_of(2), id_of(3)));
  EXPECT_EQ(store_->pending(1)[0].tries, 1);
  settle({begin(1)[0], Settlement::pending, "not_sent", "Nothing was sent.", 0, {}});
  reopen();
  EXPECT_EQ(store_->pending(1)[0].tries, 2);
  EXPECT_EQ(store_->pending(2)[1].tries, 0);
  store_.reset();
  EXPECT_EQ(raw(path_, "SELECT count(*) FROM attempt"), "0");
}

TEST_F(DeliveryTest, T5KeepsTheEventAndNeverOffersItAgain) {
  const WallTime sent = clock_.now;
  const auto attempt = begin(1)[0];
  clock_.now += 30s;
  settle({attempt, Settlement::in_doubt, "connection_lost", "The reply broke off.", 201, {}});
  reopen();
  EXPECT_THAT(pending_ids(), ElementsAre(id_of(2), id_of(3)));
  EXPECT_EQ(totals(), "0 submitted, 0 rejected, 2 pending, 1 in doubt");
  const auto doubts = store_->in_doubt(10);
  ASSERT_EQ(doubts.size(), 1);
  EXPECT_EQ(doubts[0].id, id_of(1));
  EXPECT_EQ(doubts[0].payload, payload_of(1));
  EXPECT_EQ(doubts[0].reason, "connection_lost");
  EXPECT_EQ(doubts[0].message, "The reply broke off.");
  EXPECT_EQ(doubts[0].tries, 1);
  EXPECT_EQ(doubts[0].attempted_at, sent);
  settle_one(*store_, Settlement::in_doubt);
  EXPECT_EQ(store_->in_doubt(1).size(), 1);
  store_.reset();
  EXPECT_EQ(
      raw(path_,
          "SELECT sink || ' ' || http_status || ' ' || hex(body) FROM attempt JOIN carried ON "
          "attempt = id LIMIT 1"),
      "leads 201 " + upper_hex(content_hash(payload_of(1))));
}

TEST_F(DeliveryTest, OutcomesComeBeforeIntentsInOneTransaction) {
  const auto first = begin(1);
  const auto sequence = [&] {
    store_->settle_and_begin(
        std::array{Outcome{first[0], Settlement::pending, "http_429", "", 429, {}}}, {}, kDay);
    return store_->pending(1)[0].sequence;
  }();
  const auto second = begin(1);
  const Outcome again{second[0], Settlement::pending, "http_429", "", 429, {}};
  const Intent intent{{sequence}, "leads", content_hash("body")};
  EXPECT_EQ(store_->settle_and_begin(std::array{again}, std::array{intent}, kDay).size(), 1);
  EXPECT_THAT(pending_ids(), ElementsAre(id_of(2), id_of(3)));
  EXPECT_EQ(store_->requests_on("leads", kDay), 3);
}

TEST_F(DeliveryTest, ARequestOfSeveralEventsIsOneAttemptAndCountsOnce) {
  const auto events = store_->pending(3);
  const std::vector<std::int64_t> all{events[0].sequence, events[1].sequence, events[2].sequence};
  const Intent intent{all, "crm", content_hash("body"), /*idempotent=*/true};
  const auto attempts = store_->settle_and_begin({}, std::array{intent}, kDay);
  ASSERT_EQ(attempts.size(), 1U);
  EXPECT_EQ(store_->requests_on("crm", kDay), 1U);
  EXPECT_TRUE(store_->pending(1).empty());
  store_->settle_and_begin(
      std::array{Outcome{{attempts[0], all[0]}, Settlement::submitted, "", "", 200, {}},
                 Outcome{{attempts[0], all[2]}, Settlement::advanced, "", "", 200, "contact 7"}},
      {}, kDay);
  EXPECT_EQ(totals(), "1 submitted, 0 rejected, 2 pending, 0 in doubt");
  EXPECT_THAT(pending_ids(), ElementsAre(id_of(3))) << "the second is still on its way";
  EXPECT_EQ(store_->pending(1)[0].progress, "contact 7");
  EXPECT_EQ(store_->find(id_of(3)).state, Known::pending);
  EXPECT_TRUE(store_->find(id_of(3)).in_part) << "HubSpot has a part of it";
  settle({{attempts[0], all[1]}, Settlement::rejected, "http_400", "Refused.", 400, {}});
  EXPECT_EQ(totals(), "1 submitted, 1 rejected, 1 pending, 0 in doubt");
  store_->settle_and_begin({}, std::array{Intent{{all[2]}, "crm", {}, true}}, kDay);
  reopen();
  EXPECT_EQ(store_->pending(1).at(0).progress, "contact 7")
      << "whatever became of its next request";
  store_.reset();
  EXPECT_EQ(raw(path_, "SELECT group_concat(attempt || ' ' || sequence) FROM carried"), "1 2,2 3");
  EXPECT_EQ(raw(path_, "SELECT group_concat(id) FROM attempt"), "1,2");
}

TEST_F(DeliveryTest, AnAttemptGoesWithTheLastOfItsEvents) {
  const auto events = store_->pending(2);
  const std::vector<std::int64_t> both{events[0].sequence, events[1].sequence};
  const auto attempts =
      store_->settle_and_begin({}, std::array{Intent{both, "leads", content_hash("body")}}, kDay);
  settle({{attempts[0], both[0]}, Settlement::submitted, "", "", 200, {}});
  reopen();
  EXPECT_EQ(store_->in_doubt(10).size(), 1U);
  store_->rule(Ruling::assume_sent, std::array{id_of(2)}, "ann");
  store_.reset();
  EXPECT_EQ(raw(path_, "SELECT count(*) FROM carried"), "0");
  EXPECT_EQ(raw(path_, "SELECT count(*) FROM attempt"), "0");
}

TEST_F(DeliveryTest, NoEventIsOnItsWayTwice) {
  const auto sequence = store_->pending(1)[0].sequence;
  const std::string complaint_of_r2 =
      "1: event 1 was about to be sent, but it is not pending; please report this defect";
  EXPECT_EQ(complaint([&] {
              store_->settle_and_begin(
                  {}, std::array{Intent{{sequence, sequence}, "crm", {}, true}}, kDay);
            }),
            complaint_of_r2);
  EXPECT_EQ(complaint([&] {
              store_->settle_and_begin({},
                                       std::array{Intent{{sequence}, "crm", {}, true},
                                                  Intent{{sequence}, "crm", {}, true}},
                                       kDay);
            }),
            complaint_of_r2);
  EXPECT_EQ(totals(), "0 submitted, 0 rejected, 3 pending, 0 in doubt");
  EXPECT_EQ(store_->requests_on("crm", kDay), 0U);
}

TEST_F(DeliveryTest, WhatIsRejectedUnsentIsKeptForARetryAndCountsNowhere) {
  const auto sequence = store_->pending(1)[0].sequence;
  store_->reject(std::array{Refused{sequence, "too_old", "It is too old."}});
  EXPECT_EQ(totals(), "0 submitted, 1 rejected, 2 pending, 0 in doubt");
  ASSERT_EQ(store_->rejected(10).size(), 1U);
  EXPECT_EQ(store_->rejected(10)[0].message, "It is too old.");
  EXPECT_EQ(store_->problems(10).at(0).reason, "too_old");
  EXPECT_EQ(store_->requests_on("none", kDay), 0U);
  store_->rule(Ruling::retry, std::array{id_of(1)}, "ann");
  EXPECT_EQ(store_->pending(1)[0].sequence, sequence);
  EXPECT_EQ(complaint([&] {
              store_->reject(std::array{Refused{sequence, "a", "A."}, Refused{99, "b", "B."}});
            }),
            "1: event 99 was about to be sent, but it is not pending; please report this defect");
  EXPECT_EQ(store_->pending(1)[0].sequence, sequence);
}

TEST_F(DeliveryTest, AWrongCallChangesNothing) {
  const auto events = store_->pending(2);
  const auto attempts = begin(1);
  const auto both = intents_for(events);
  EXPECT_EQ(complaint([&] {
              store_->settle_and_begin(
                  std::array{Outcome{attempts[0], Settlement::submitted, "", "", 200, {}}}, both,
                  kDay);
            }),
            "1: event 1 was about to be sent, but it is not pending; please report this defect");
  EXPECT_EQ(complaint([&] {
              settle({{99, 1}, Settlement::submitted, "", "", 200, {}});
            }),
            "1: event 1 of attempt 99 was about to be settled, but it is not open; please report "
            "this defect");
  EXPECT_EQ(totals(), "0 submitted, 0 rejected, 3 pending, 0 in doubt");
  EXPECT_EQ(store_->requests_on("leads", kDay), 1);
  settle({attempts[0], Settlement::in_doubt, "timeout", "No reply came.", 0, {}});
  EXPECT_EQ(complaint([&] {
              settle({attempts[0], Settlement::submitted, "", "", 200, {}});
            }),
            "1: event 1 of attempt 1 was about to be settled, but it is not open; please report "
            "this defect");
  EXPECT_EQ(totals(), "0 submitted, 0 rejected, 2 pending, 1 in doubt");
}

TEST_F(DeliveryTest, IdsOfAttemptsAndEventsAreNeverUsedTwice) {
  settle({begin(1)[0], Settlement::submitted, "", "", 200, {}});
  settle({begin(1)[0], Settlement::submitted, "", "", 200, {}});
  settle({begin(1)[0], Settlement::submitted, "", "", 200, {}});
  reopen();
  stage(*store_, 4, 4);
  EXPECT_EQ(store_->pending(1)[0].sequence, 4);
  EXPECT_EQ(begin(1).at(0).attempt, 4);
}

TEST_F(DeliveryTest, RequestsAreCountedBySinkAndDay) {
  begin(2);
  const auto rest = store_->pending(1);
  store_->settle_and_begin({}, std::array{Intent{{rest[0].sequence}, "crm", {}}}, "2026-11-24");
  reopen();
  EXPECT_EQ(store_->requests_on("leads", "2026-11-23"), 2);
  EXPECT_EQ(store_->requests_on("leads", "2026-11-24"), 0);
  EXPECT_EQ(store_->requests_on("crm", "2026-11-24"), 1);
}

TEST_F(DeliveryTest, AClosedSinkIsRememberedUntilSomebodyFindsItOpen) {
  EXPECT_EQ(store_->closed_until("leads"), std::nullopt);
  const WallTime until = clock_.now + 1h;
  store_->close_until("leads", until);
  store_->close_until("leads", until - 30min);
  reopen();
  EXPECT_EQ(store_->closed_until("leads"), until);
  EXPECT_EQ(store_->closed_until("crm"), std::nullopt);
  clock_.now = until + 1h;
  EXPECT_EQ(store_->closed_until("leads"), until) << "nobody has tried";
  store_->reopen("crm");
  EXPECT_EQ(store_->closed_until("leads"), until);
  store_->reopen("leads");
  reopen();
  EXPECT_EQ(store_->closed_until("leads"), std::nullopt);
}

TEST_F(DeliveryTest, RunsAreKeptNewestFirst) {
  const auto started = clock_.now;
  const std::int64_t first = store_->begin_run("import shop.toml");
  clock_.now += 90s;
  store_->end_run(first, 3, R"({"rejected":2})");
  store_->begin_run("submit shop.toml");
  reopen();
  const auto runs = store_->runs(10);
  ASSERT_EQ(runs.size(), 2);
  EXPECT_EQ(runs[0].command, "submit shop.toml");
  EXPECT_EQ(runs[0].ended, std::nullopt);
  EXPECT_EQ(runs[1].id, first);
  EXPECT_EQ(runs[1].started, started);
  EXPECT_EQ(runs[1].ended, started + 90s);
  EXPECT_EQ(runs[1].exit_code, 3);
  EXPECT_EQ(runs[1].counts, R"({"rejected":2})");
  EXPECT_EQ(store_->runs(1).size(), 1);
  EXPECT_EQ(complaint([&] { store_->end_run(17, 0, ""); }),
            "1: a run was ended that the store does not hold");
}

TEST_F(DeliveryTest, TheOldestAreFoundWithoutSorting) {
  store_.reset();
  const std::string plan = raw(path_,
                               "EXPLAIN QUERY PLAN SELECT sequence, id, payload, tries FROM outbox "
                               "WHERE state = 0 ORDER BY occurred_at, sequence LIMIT 8",
                               3);
  EXPECT_EQ(plan, "SEARCH outbox USING INDEX outbox_by_state (state=?)");
}

// The promise of at most 32 bytes for a settled event, over twenty thousand of them.
TEST_F(DeliveryTest, ASettledEventIsSmallAndLeavesNothingOfItsPayload) {
  constexpr int kEvents = 20'000;
  stage(*store_, 4, kEvents);
  std::vector<Outcome> outcomes;
  for (auto next = store_->pending(1000); !next.empty(); next = store_->pending(1000)) {
    outcomes.clear();
    for (const Carried event : begin_each(*store_, next))
      outcomes.push_back({event, Settlement::submitted, "", "", 200, {}});
    store_->settle_and_begin(outcomes, {}, kDay);
  }
  EXPECT_EQ(totals(), "20000 submitted, 0 rejected, 0 pending, 0 in doubt");
  store_.reset();
  const int bytes = std::stoi(raw(path_, "SELECT sum(pgsize) FROM dbstat WHERE name = 'ledger'"));
  EXPECT_LE(bytes, 32 * kEvents);
  RecordProperty("ledger_bytes_per_event", fmt::format("{:.1f}", 1.0 * bytes / kEvents));
  EXPECT_EQ(read_file(path_).find("ann@example.com"), std::string::npos);
  EXPECT_THAT(snapshot(directory_.path()), testing::SizeIs(3))
      << "the directory, main.db, its lock";
}

}  // namespace
}  // namespace ordertail
