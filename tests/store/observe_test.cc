// Looking at a store changes nothing: not a byte, not a time, not a directory entry.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "store/world.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

class ObserveTest : public testing::Test {
 protected:
  /// Looks at all there is, and expects the directory to be as it was.
  Totals look() {
    make_old(directory_.path());
    const auto before = snapshot(directory_.path());
    Totals totals;
    {
      const Store store(path_, StoreMode::observe, clock_);
      (void)store.pending(100);
      (void)store.in_doubt(100);
      (void)store.problems(100);
      (void)store.runs(100);
      (void)store.all_cursors();
      (void)store.cursors("paypal-activity");
      (void)store.closed_until("leads");
      (void)store.requests_on("leads", "2026-11-23");
      (void)store.find(id_of(1));
      totals = store.totals();
      EXPECT_EQ(snapshot(directory_.path()), before) << "while looking";
    }
    EXPECT_EQ(snapshot(directory_.path()), before) << "after looking";
    return totals;
  }

  TemporaryDirectory directory_;
  HandClock clock_;
  fs::path path_ = directory_.path() / "main.db";
};

TEST_F(ObserveTest, WithoutAFileThereIsAnEmptyStore) {
  const Totals totals = look();
  EXPECT_EQ(totals.submitted + totals.rejected + totals.pending + totals.in_doubt, 0);
  path_ = directory_.path() / "none" / "main.db";
  look();
  const Store first(path_, StoreMode::observe, clock_);
  const Store second(path_, StoreMode::observe, clock_);
  EXPECT_EQ(first.id_key(), HashKey{});
  EXPECT_EQ(second.id_key(), HashKey{});
}

TEST_F(ObserveTest, AClosedStore) {
  HashKey key;
  {
    Store store(path_, StoreMode::write, clock_);
    key = store.id_key();
    stage(store, 1, 5);
    settle_one(store, Settlement::submitted);
    settle_one(store, Settlement::rejected);
  }
  const Totals totals = look();
  EXPECT_EQ(totals.submitted, 1);
  EXPECT_EQ(totals.rejected, 1);
  EXPECT_EQ(totals.pending, 3);
  EXPECT_EQ(Store(path_, StoreMode::observe, clock_).id_key(), key);
  write_file(path_.string() + "-wal", "");
  EXPECT_EQ(look().pending, 3) << "with an empty log";
  fs::remove(path_.string() + "-wal");
  fs::remove(path_.string() + ".lock");
  EXPECT_EQ(look().pending, 3) << "a copy, without a lock file";
}

TEST_F(ObserveTest, AStoreWithAnOddName) {
  path_ = directory_.path() / "100% a?b#c 'd'.db";
  {
    Store store(path_, StoreMode::write, clock_);
    stage(store, 1, 2);
  }
  EXPECT_EQ(look().pending, 2);
}

TEST_F(ObserveTest, AfterAKillTheLogIsReadAndKept) {
  Child child([&] {
    auto* store = new Store(path_, StoreMode::write, clock_);
    stage(*store, 1, 5);
    settle_one(*store, Settlement::submitted);
    settle_one(*store, Settlement::in_doubt, "timeout", "No reply came.");
    store->settle_and_begin({}, intents_for(store->pending(2)), "2026-11-23");
  });
  child.kill();
  ASSERT_GT(fs::file_size(path_.string() + "-wal"), 0);
  for (int i = 0; i < 2; ++i) {
    const Totals totals = look();
    EXPECT_EQ(totals.submitted, 1);
    EXPECT_EQ(totals.pending, 1);
    EXPECT_EQ(totals.in_doubt, 3);
  }
  std::vector<std::string> seen;
  const auto list = [&](StoreMode mode) {
    std::vector<std::string> doubts;
    for (const Held& doubt : Store(path_, mode, clock_).in_doubt(10))
      doubts.push_back(doubt.payload + doubt.reason + ": " + doubt.message);
    return doubts;
  };
  const auto observed = list(StoreMode::observe);
  const std::string crash =
      "crash: ordertail stopped after this request may have left and before its answer was "
      "recorded";
  EXPECT_THAT(observed, testing::ElementsAre(payload_of(2) + "timeout: No reply came.",
                                             payload_of(3) + crash, payload_of(4) + crash));
  EXPECT_EQ(list(StoreMode::write), observed) << "what is shown is what recovery makes of it";
}

TEST_F(ObserveTest, NothingCanBeWritten) {
  const std::string refusal = "1: a store that is only looked at was about to be written to";
  for (const bool there : {false, true}) {
    if (there) const Store made(path_, StoreMode::write, clock_);
    Store store(path_, StoreMode::observe, clock_);
    EXPECT_EQ(complaint([&] { store.begin_slice(); }), refusal);
    EXPECT_EQ(complaint([&] { store.begin_run("import"); }), refusal);
    EXPECT_EQ(complaint([&] { store.end_run(1, 0, ""); }), refusal);
    EXPECT_EQ(complaint([&] { store.close_until("leads", clock_.now); }), refusal);
    EXPECT_EQ(complaint([&] { store.decide("shop", "date_order", "mdy", "x"); }), refusal);
    EXPECT_EQ(complaint([&] { store.settle_and_begin({}, {}, ""); }), refusal);
  }
}

}  // namespace
}  // namespace ordertail
