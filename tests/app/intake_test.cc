#include "app/intake.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "event/event_digest.h"
#include "report/text.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

constexpr std::string_view kDay = "2026-11-23";

Hash128 id_of(int number) {
  return content_hash(fmt::format("order {}", number));
}

enum class From { cart, log };

void add_order(Findings& findings, int number, int content, std::uint64_t byte,
               From from = From::cart) {
  auto event = std::make_unique<Event>();
  event->kind = Kind::purchase;
  event->id = id_of(number);
  event->order_number = std::to_string(number);
  event->email = "ann@example.com";
  event->total_revenue = Money{content};
  event->origin = {"orders.csv", byte / 100, byte};
  event->rows = 2;
  if (from == From::cart) event->content = content_of(*event);
  findings.add(event);
}

void add_refund(Findings& findings, int number, std::uint64_t byte) {
  findings.withdrawn.push_back(
      {id_of(number), "refunded", "orders.csv", {byte / 100, byte}, 3, std::to_string(number)});
}

void add_stray(Findings& findings, int number, std::uint64_t byte) {
  findings.strays.push_back({id_of(number),
                             "when:Financial Status",
                             "orders.csv",
                             {byte / 100, byte},
                             2,
                             std::to_string(number),
                             byte + 50});
}

class IntakeTest : public testing::Test {
 protected:
  IntakeTest() {
    cart_.name = "shopify-orders";
    cart_.csv.emplace();
    log_.name = "nginx";
    log_.line.emplace();
  }

  StageCounts take(const Findings& findings, const Pattern& pattern, StageMode mode) {
    StageCounts counts;
    StageObserver observer;
    lines_.clear();
    rejects_.clear();
    observer.reject = [&](const Reject& reject) {
      rejects_.push_back(fmt::format("{}:{}: {}", reject.file, reject.at.line, reject.message));
    };
    observer.changed = [&](const ChangedOrder& order) { lines_.push_back(to_sentence(order)); };
    Store store(path_, mode == StageMode::keep ? StoreMode::write : StoreMode::observe, clock_);
    Intake intake(store, mode, observer, counts);
    if (mode == StageMode::keep) store.begin_slice();
    intake.take(findings, pattern);
    if (mode == StageMode::keep) store.commit_slice();
    return counts;
  }

  void settle_some(std::size_t most, std::mt19937& random) {
    Store store(path_, StoreMode::write, clock_);
    for (const OutboxEvent& event : store.pending(most)) {
      const Intent intent{{event.sequence}, "leads", event.id};
      const auto attempt = store.settle_and_begin({}, std::array{intent}, kDay).at(0);
      const auto settlement = static_cast<Settlement>(random() % 4);
      const Outcome outcome{{attempt, event.sequence}, settlement, "x", "x", 0, {}};
      store.settle_and_begin(std::array{outcome}, {}, kDay);
    }
  }

  [[nodiscard]] std::uint64_t pending() const {
    return Store(path_, StoreMode::observe, clock_).totals().pending;
  }

  const TemporaryDirectory directory_;
  const SystemClock clock_;
  const std::filesystem::path path_ = directory_.path() / "state" / "main.db";
  Pattern cart_, log_;
  std::vector<std::string> lines_, rejects_;
};

std::string shown(const StageCounts& counts) {
  std::string text = fmt::format("{} events of {} rows, {} withdrawn, {} changed;", counts.events,
                                 counts.event_rows, counts.withdrawn, counts.changed);
  for (const auto& [reason, rows] : counts.skipped) text += fmt::format(" {} {}", rows, reason);
  for (const auto& [reason, rows] : counts.rejected) text += fmt::format(" {} {}", rows, reason);
  return text;
}

TEST_F(IntakeTest, ADryRunCountsWhatTheRunCountsAndBothClose) {
  std::mt19937 random(7);
  const auto upto = [&](unsigned limit) { return static_cast<int>(random() % limit); };
  std::uint64_t changed = 0, withdrawn = 0, again = 0, corrected = 0;
  for (int round = 0; round < 60; ++round) {
    const From from = upto(4) == 0 ? From::log : From::cart;
    Findings findings;
    std::uint64_t rows = 0;
    for (std::uint64_t record = 1; record <= 20; ++record) {
      if (upto(4) == 0) {
        add_refund(findings, upto(40), record * 100);
        rows += 3;
      } else if (upto(8) == 0) {
        add_stray(findings, upto(40), record * 100);
        rows += 2;
      } else {
        add_order(findings, upto(40), upto(2), record * 100, from);
        rows += 2;
      }
    }
    const Pattern& pattern = from == From::log ? log_ : cart_;
    const std::uint64_t before = pending();
    const StageCounts dry = take(findings, pattern, StageMode::dry);
    const auto dry_lines = lines_;
    EXPECT_EQ(pending(), before);
    StageCounts kept = take(findings, pattern, StageMode::keep);
    EXPECT_EQ(shown(dry), shown(kept)) << "round " << round;
    EXPECT_EQ(dry_lines, lines_);
    EXPECT_EQ(pending(), before + kept.added());
    kept.rows = rows;
    EXPECT_TRUE(kept.closes()) << shown(kept);
    changed += kept.changed;
    withdrawn += kept.withdrawn;
    again += kept.rejected["order_again"];
    corrected += kept.corrected;
    settle_some(static_cast<std::size_t>(upto(5)), random);
  }
  EXPECT_GT(std::min({changed, withdrawn, again}), 10U) << "too tame a history";
  EXPECT_GT(corrected, 0U);
}

TEST_F(IntakeTest, ChangesToWhatWasSentAreListed) {
  Findings first;
  add_order(first, 1, 100, 200);
  add_order(first, 2, 100, 300);
  add_order(first, 3, 100, 400);
  take(first, cart_, StageMode::keep);
  {
    Store store(path_, StoreMode::write, clock_);
    std::vector<Outcome> outcomes;
    for (const OutboxEvent& event : store.pending(3)) {
      const Intent intent{{event.sequence}, "leads", event.id};
      const auto attempt = store.settle_and_begin({}, std::array{intent}, kDay).at(0);
      outcomes.push_back({{attempt, event.sequence}, Settlement::submitted, "", "", 200, {}});
    }
    store.settle_and_begin(outcomes, {}, kDay);
  }
  Findings second;
  add_order(second, 1, 90, 200);
  add_order(second, 2, 100, 300);
  add_refund(second, 3, 400);
  second.withdrawn.push_back({id_of(3), "cancelled", "orders.csv", {5, 500}, 1, ""});
  const StageCounts counts = take(second, cart_, StageMode::keep);
  EXPECT_EQ(shown(counts),
            "0 events of 0 rows, 0 withdrawn, 3 changed; 2 already_known 6 changed_after_submit");
  EXPECT_THAT(lines_, testing::ElementsAre("orders.csv:2: order 1 was sent with other content",
                                           "orders.csv:4: order 3 was sent and is now refunded",
                                           "orders.csv:5: an order was sent and is now cancelled"));
  EXPECT_EQ(counts.changed_examples.size(), 3U);
}

TEST_F(IntakeTest, TheOrderOfTheFileDecidesWhetherASaleWasWithdrawn) {
  Findings sale_first;
  add_order(sale_first, 1, 100, 200);
  add_refund(sale_first, 1, 300);
  EXPECT_EQ(shown(take(sale_first, cart_, StageMode::keep)),
            "1 events of 2 rows, 1 withdrawn, 0 changed; 3 refunded");
  EXPECT_EQ(pending(), 0U);
  Findings refund_first, sale_again;
  add_order(sale_again, 1, 100, 300);
  add_refund(refund_first, 1, 200);
  take(refund_first, cart_, StageMode::keep);
  EXPECT_EQ(shown(take(sale_again, cart_, StageMode::keep)),
            "1 events of 2 rows, 0 withdrawn, 0 changed;");
  EXPECT_EQ(pending(), 1U);
}

TEST_F(IntakeTest, AnOrderThatOneFileHoldsTwiceDifferentlyIsNotSent) {
  Findings twice;
  add_order(twice, 1, 100, 200);
  add_order(twice, 2, 100, 300);
  add_order(twice, 1, 100, 400);  // the same
  add_order(twice, 1, 90, 500);
  add_order(twice, 1, 100, 600);
  add_refund(twice, 3, 700);
  add_order(twice, 3, 100, 800);
  EXPECT_EQ(shown(take(twice, cart_, StageMode::keep)),
            "2 events of 4 rows, 1 withdrawn, 0 changed; 2 already_known 3 refunded 6 order_again");
  EXPECT_EQ(pending(), 1U);
  EXPECT_THAT(rejects_,
              testing::Contains(
                  "orders.csv:5: order 1 stands in this file before, and which of the two is right "
                  "the file does not tell: neither is sent. If these are rows "
                  "of one order, sort the file so that they stand together; otherwise remove the "
                  "wrong one"));
}

/// Two equal parts of an order are two items of it.
TEST_F(IntakeTest, RowsOfOneOrderThatStandApartAreNotSent) {
  MoneySpec revenue;
  revenue.over_rows = true;
  cart_.mapping(Kind::purchase).total_revenue = {revenue};
  Findings apart;
  add_order(apart, 1, 100, 200);
  add_order(apart, 2, 100, 300);
  add_order(apart, 1, 100, 400);
  EXPECT_EQ(shown(take(apart, cart_, StageMode::keep)),
            "2 events of 4 rows, 1 withdrawn, 0 changed; 2 order_again");
  EXPECT_EQ(pending(), 1U);
}

/// A part of an order that cannot be used taints its other parts, before it and behind it.
TEST_F(IntakeTest, AnOrderOfWhichAPartCannotBeUsedIsNotSent) {
  const auto part = [](int number, bool is_good) {
    Findings findings;
    if (is_good) {
      add_order(findings, number, 100, 300);
    } else {
      findings.rejects.push_back(
          {"bad_amount", "Total", "no amount", "orders.csv", {4, 400}, 1, id_of(number)});
    }
    return findings;
  };
  for (const StageMode mode : {StageMode::dry, StageMode::keep}) {
    StageCounts counts;
    StageObserver observer;
    std::vector<std::string> messages;
    observer.reject = [&](const Reject& reject) { messages.push_back(reject.message); };
    Store store(path_, mode == StageMode::keep ? StoreMode::write : StoreMode::observe, clock_);
    Intake intake(store, mode, observer, counts);
    if (mode == StageMode::keep) store.begin_slice();
    intake.take(part(1, false), cart_);
    intake.take(part(1, true), cart_);
    intake.take(part(2, true), cart_);
    intake.take(part(2, false), cart_);
    intake.take(part(3, true), cart_);
    EXPECT_EQ(shown(counts),
              "2 events of 4 rows, 1 withdrawn, 0 changed; 2 bad_amount 2 order_again");
    EXPECT_THAT(messages,
                testing::Contains("order 1 stands in this file in another place, too, where it "
                                  "cannot be used, so that this may not be all of it: neither is "
                                  "sent. Correct it there, with its rows together"));
    intake.begin_file();  // another file is not blamed
    intake.take(part(1, true), cart_);
    EXPECT_EQ(counts.events, 3U);
    if (mode == StageMode::keep) store.commit_slice();
  }
  EXPECT_EQ(pending(), 2U);
}

/// An order's later rows say only which order they are of. Where they stand apart from its first
/// one there would be no telling that the order is not whole.
TEST_F(IntakeTest, AnOrderOfWhichRowsStrayIsNotSent) {
  Findings behind, before;
  add_order(behind, 1, 100, 200);
  add_order(behind, 2, 100, 300);
  add_stray(behind, 1, 400);
  add_stray(behind, 1, 500);
  add_order(behind, 1, 100, 600);
  add_stray(before, 3, 200);
  add_order(before, 3, 100, 300);
  for (const StageMode mode : {StageMode::dry, StageMode::keep}) {
    EXPECT_EQ(shown(take(behind, cart_, mode)),
              "2 events of 4 rows, 1 withdrawn, 0 changed; 6 order_again");
    EXPECT_THAT(
        rejects_,
        testing::ElementsAre(
            "orders.csv:4: order 1 stands in this file in another place, too; these rows do not "
            "say "
            "whether it is a sale, so they may be a part of it that stands apart: neither is sent. "
            "Sort the file so that the rows of an order stand together, its first one first",
            testing::StartsWith("orders.csv:5: order 1 stands in this file in another place, too;"),
            testing::StartsWith("orders.csv:6: order 1 stands in this file in another place")));
    EXPECT_EQ(shown(take(before, cart_, mode)),
              "0 events of 0 rows, 0 withdrawn, 0 changed; 2 when:Financial Status 2 order_again");
    EXPECT_THAT(rejects_, testing::ElementsAre(
                              "orders.csv:3: order 3 has rows in this file that stand apart from "
                              "these and do not say whether it is a sale, so that this may not be "
                              "all of it: neither is sent. Sort the file so that they stand behind "
                              "these"));
  }
  EXPECT_EQ(pending(), 1U);
}

/// Rows of an order that is no sale, wherever they stand, are nothing to worry about.
TEST_F(IntakeTest, RowsThatStrayFromNoSaleAreSkipped) {
  Findings findings;
  add_stray(findings, 1, 200);
  add_refund(findings, 2, 300);
  add_stray(findings, 1, 400);
  add_stray(findings, 2, 500);
  add_order(findings, 3, 100, 600);
  add_refund(findings, 3, 700);
  add_stray(findings, 3, 800);
  for (const StageMode mode : {StageMode::dry, StageMode::keep, StageMode::extract}) {
    const auto counts = take(findings, cart_, mode);
    EXPECT_EQ(counts.rejects, 0U);
    EXPECT_EQ(counts.skipped.at("when:Financial Status"), 8U);
  }
  EXPECT_EQ(pending(), 0U);
}

TEST_F(IntakeTest, APageLoadedAgainIsNoChange) {
  Findings findings;
  add_order(findings, 1, 100, 200, From::log);
  add_order(findings, 1, 101, 300, From::log);
  EXPECT_EQ(shown(take(findings, log_, StageMode::keep)),
            "1 events of 2 rows, 0 withdrawn, 0 changed; 2 already_known");
}

TEST_F(IntakeTest, OnlyAFewChangesAreKeptAsExamples) {
  Findings first, second;
  for (int number = 1; number <= 8; ++number) {
    const auto byte = static_cast<std::uint64_t>(number) * 100;
    add_order(first, number, 1, byte);
    add_order(second, number, 2, byte);
  }
  take(first, cart_, StageMode::keep);
  {
    Store store(path_, StoreMode::write, clock_);
    for (const OutboxEvent& event : store.pending(8))
      store.settle_and_begin({}, std::array{Intent{{event.sequence}, "leads", event.id}}, kDay);
  }
  const StageCounts counts = take(second, cart_, StageMode::keep);
  EXPECT_EQ(counts.changed, 8U);
  EXPECT_EQ(counts.changed_examples.size(), StageCounts::kMostExamples);
  EXPECT_EQ(lines_.size(), 8U);
}

}  // namespace
}  // namespace ordertail
