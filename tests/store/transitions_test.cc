// Every transition of store_implementation.h's table, with a crash while it is being committed and
// a crash right after. The log of a store is cut short at several places of the transition's own
// commit, as a crash leaves it, and what recovery makes of it must be what was before.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "store/raw.h"
#include "store/world.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;
using Act = std::function<void(Store&)>;

constexpr std::string_view kDay = "2026-11-23";
constexpr EventDigest kContent{0x17000001};
constexpr EventDigest kOtherContent{0x17ffffff};  // of the same source

class TransitionsTest : public testing::Test {
 protected:
  TransitionsTest() {
    store_->begin_slice();
    for (const int number : {1, 2}) store_->stage(event_of(number), payload_of(number), kContent);
    store_->commit_slice();
    for (const OutboxEvent& event : store_->pending(2)) sequences_.push_back(event.sequence);
  }

  /// What is known of events 1 and 2 after a crash during `act`, and after one that follows it.
  void expect(const Act& act, const std::string& before, const std::string& after) {
    const auto committed = fs::file_size(log());
    act(*store_);
    const auto whole = fs::file_size(log());
    ASSERT_GT(whole, committed) << "nothing was committed";
    for (const auto size : {committed, committed + 1, (committed + whole) / 2, whole - 1})
      EXPECT_EQ(after_crash(size), before) << "cut at " << size << " of " << whole;
    EXPECT_EQ(after_crash(whole), after);
  }

  /// The same of the recovery that a start makes of what a killed process left: crashed itself, it
  /// leaves what the next one makes.
  void expect_of_recovery(const std::string& after) {
    const TemporaryDirectory other;
    const fs::path path = other.path() / "main.db";
    const fs::path its_log = path.string() + "-wal";
    fs::copy_file(path_, path);
    fs::copy_file(log(), its_log);
    const auto left = fs::file_size(its_log);
    const Store recovered(path, StoreMode::write, clock_);
    const std::string whole = read_file(its_log);
    ASSERT_GT(whole.size(), left) << "nothing was recovered";
    for (const auto size : {left, left + 1, (left + whole.size()) / 2, whole.size() - 1})
      EXPECT_EQ(after_crash(path, whole.substr(0, size)), after) << "cut at " << size;
    EXPECT_EQ(after_crash(path, whole), after);
  }

  void begin(bool idempotent) { begin(intent(idempotent)); }
  void begin(const Intent& request) {
    attempt_ = store_->settle_and_begin({}, std::array{request}, kDay).at(0);
  }
  /// One request for both events.
  [[nodiscard]] Intent intent(bool idempotent) const {
    return {sequences_, idempotent ? "crm" : "leads", content_hash("body"), idempotent};
  }
  [[nodiscard]] Act settle(Settlement first, Settlement second) const {
    return [this, first, second](Store& store) {
      store.settle_and_begin(std::array{outcome(0, first), outcome(1, second)}, {}, kDay);
    };
  }
  [[nodiscard]] Act settle_one(std::size_t index, Settlement settlement) const {
    return [this, index, settlement](Store& store) {
      store.settle_and_begin(std::array{outcome(index, settlement)}, {}, kDay);
    };
  }
  [[nodiscard]] static Act rule(Ruling ruling) {
    return [ruling](Store& store) { store.rule(ruling, std::array{id_of(1)}, "ann"); };
  }
  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] Outcome outcome(std::size_t index, Settlement settlement) const {
    Outcome outcome;
    outcome.of = {attempt_, sequences_[index]};
    outcome.settlement = settlement;
    if (settlement == Settlement::advanced) outcome.progress = "contact 7";
    if (settlement == Settlement::submitted || settlement == Settlement::advanced) return outcome;
    outcome.reason = "http_503";
    outcome.message = "The server failed.";
    return outcome;
  }

 private:
  [[nodiscard]] fs::path log() const { return path_.string() + "-wal"; }

  std::string after_crash(std::uintmax_t log_size) {
    return after_crash(path_, read_file(log()).substr(0, log_size));
  }
  std::string after_crash(const fs::path& store, const std::string& its_log) {
    const TemporaryDirectory other;
    const fs::path path = other.path() / "main.db";
    fs::copy_file(store, path);
    write_file(path.string() + "-wal", its_log);
    std::string words;
    {
      const Store opened(path, StoreMode::write, clock_);
      words = state_of(opened, 1) + "; " + state_of(opened, 2);
    }
    const std::string resent =
        raw(path, "SELECT group_concat(reason) FROM resolution WHERE ruling = 4");
    return resent == "NULL" ? words : words + "; by itself: " + resent;
  }

  static std::string state_of(const Store& store, int number) {
    for (const OutboxEvent& event : store.pending(10)) {
      if (event.id != id_of(number)) continue;
      return event.progress.empty() ? "pending" : "pending with " + event.progress;
    }
    for (const Held& held : store.in_doubt(10))
      if (held.id == id_of(number)) return "in doubt: " + held.reason;
    for (const Held& held : store.rejected(10))
      if (held.id == id_of(number)) return "rejected: " + held.reason;
    const Known::State known = store.find(id_of(number)).state;
    return known == Known::submitted  ? "submitted"
           : known == Known::rejected ? "gone"
                                      : "not known";
  }

  TemporaryDirectory directory_;
  HandClock clock_;
  fs::path path_ = directory_.path() / "main.db";
  std::optional<Store> store_{std::in_place, path_, StoreMode::write, clock_};
  std::vector<std::int64_t> sequences_;
  std::int64_t attempt_ = 0;
};

/// What the sink can look at is pending again, with the progress that it had; no doubt is recorded.
TEST_F(TransitionsTest, T6LeftToTheSinkToLook) {
  Intent looked_up = intent(false);
  looked_up.verifiable = true;
  begin(looked_up);
  store().settle_and_begin(std::array{outcome(0, Settlement::advanced)}, {}, kDay);
  expect(settle_one(1, Settlement::advanced), "pending with contact 7; pending",
         "pending with contact 7; pending with contact 7");
}

TEST_F(TransitionsTest, T0Staged) {
  expect(
      [](Store& store) {
        store.begin_slice();
        store.withdraw(id_of(2));
        store.stage(event_of(3), payload_of(3));
        store.commit_slice();
      },
      "pending; pending", "pending; not known");
}

TEST_F(TransitionsTest, T0WithdrawnUnsent) {
  expect(
      [](Store& store) {
        store.begin_slice();
        store.withdraw(id_of(1));
        store.commit_slice();
      },
      "pending; pending", "not known; pending");
}

TEST_F(TransitionsTest, T1OnItsWayThroughABlindSink) {
  expect([this](Store&) { begin(false); }, "pending; pending", "in doubt: crash; in doubt: crash");
}

TEST_F(TransitionsTest, T1OnItsWayThroughAnIdempotentSink) {
  expect([this](Store&) { begin(true); }, "pending; pending",
         "pending; pending; by itself: crash,crash");
}

TEST_F(TransitionsTest, T2Submitted) {
  begin(false);
  expect(settle(Settlement::submitted, Settlement::submitted), "in doubt: crash; in doubt: crash",
         "submitted; submitted");
}

TEST_F(TransitionsTest, T2SubmittedThroughAnIdempotentSink) {
  begin(true);
  expect(settle(Settlement::submitted, Settlement::submitted),
         "pending; pending; by itself: crash,crash", "submitted; submitted");
}

TEST_F(TransitionsTest, T2Advanced) {
  begin(true);
  expect(settle(Settlement::advanced, Settlement::submitted),
         "pending; pending; by itself: crash,crash", "pending with contact 7; submitted");
}

TEST_F(TransitionsTest, T3Rejected) {
  begin(false);
  expect(settle(Settlement::rejected, Settlement::submitted), "in doubt: crash; in doubt: crash",
         "rejected: http_503; submitted");
}

TEST_F(TransitionsTest, T3RejectedUnsent) {
  expect(
      [this](Store& store) {
        store.reject(std::array{Refused{intent(false).events[0], "too_old", "It is too old."}});
      },
      "pending; pending", "rejected: too_old; pending");
}

TEST_F(TransitionsTest, T4ProvenNotApplied) {
  begin(false);
  expect(settle(Settlement::pending, Settlement::submitted), "in doubt: crash; in doubt: crash",
         "pending; submitted");
}

TEST_F(TransitionsTest, T5InDoubt) {
  begin(false);
  expect(settle(Settlement::in_doubt, Settlement::submitted), "in doubt: crash; in doubt: crash",
         "in doubt: http_503; submitted");
}

TEST_F(TransitionsTest, T5FoundOpenAtTheStart) {
  begin(false);
  expect_of_recovery("in doubt: crash; in doubt: crash");
}

TEST_F(TransitionsTest, T6FoundOpenAtTheStart) {
  Intent looked_up = intent(false);
  looked_up.verifiable = true;
  begin(looked_up);
  expect_of_recovery("pending; pending");
}

TEST_F(TransitionsTest, T7FoundOpenAtTheStart) {
  begin(true);
  expect_of_recovery("pending; pending; by itself: crash,crash");
}

TEST_F(TransitionsTest, T7AgainByItself) {
  begin(true);
  expect(settle(Settlement::in_doubt, Settlement::submitted),
         "pending; pending; by itself: crash,crash", "pending; submitted; by itself: http_503");
}

TEST_F(TransitionsTest, T8ResentByDecision) {
  begin(false);
  settle(Settlement::in_doubt, Settlement::in_doubt)(store());
  expect(rule(Ruling::resend), "in doubt: http_503; in doubt: http_503",
         "pending; in doubt: http_503");
}

TEST_F(TransitionsTest, T9AssumedSent) {
  begin(false);
  settle(Settlement::in_doubt, Settlement::in_doubt)(store());
  expect(rule(Ruling::assume_sent), "in doubt: http_503; in doubt: http_503",
         "submitted; in doubt: http_503");
}

TEST_F(TransitionsTest, T9Dropped) {
  begin(false);
  settle(Settlement::in_doubt, Settlement::in_doubt)(store());
  expect(rule(Ruling::drop), "in doubt: http_503; in doubt: http_503", "gone; in doubt: http_503");
}

TEST_F(TransitionsTest, T9RejectedAndDropped) {
  begin(false);
  settle(Settlement::rejected, Settlement::rejected)(store());
  expect(rule(Ruling::drop), "rejected: http_503; rejected: http_503", "gone; rejected: http_503");
}

TEST_F(TransitionsTest, T9RejectedAndRetried) {
  begin(false);
  settle(Settlement::rejected, Settlement::rejected)(store());
  expect(rule(Ruling::retry), "rejected: http_503; rejected: http_503",
         "pending; rejected: http_503");
}

TEST_F(TransitionsTest, T9RejectedAndWithdrawn) {
  begin(false);
  settle(Settlement::rejected, Settlement::rejected)(store());
  expect(
      [](Store& store) {
        store.begin_slice();
        store.withdraw(id_of(1));
        store.commit_slice();
      },
      "rejected: http_503; rejected: http_503", "gone; rejected: http_503");
}

TEST_F(TransitionsTest, T9RejectedAndItsPersonForgotten) {
  begin(false);
  settle(Settlement::rejected, Settlement::rejected)(store());
  expect(
      [](Store& store) {
        store.forget(std::array{Person{"", "1"}}, false);
      },
      "rejected: http_503; rejected: http_503", "gone; rejected: http_503");
}

TEST_F(TransitionsTest, T9UnsentAndItsPersonForgotten) {
  expect(
      [](Store& store) {
        store.forget(std::array{Person{"", "1"}}, true);
      },
      "pending; pending", "gone; pending");
}

TEST_F(TransitionsTest, T9RejectedLongAgo) {
  begin(false);
  settle_one(0, Settlement::rejected)(store());
  expect([](Store& store) { store.forget_before(WallTime::max()); },
         "rejected: http_503; in doubt: crash", "gone; in doubt: crash");
}

TEST_F(TransitionsTest, T9RejectedAndCorrected) {
  begin(false);
  settle(Settlement::rejected, Settlement::rejected)(store());
  expect(
      [](Store& store) {
        store.begin_slice();
        store.stage(event_of(1), payload_of(1), kOtherContent);
        store.commit_slice();
      },
      "rejected: http_503; rejected: http_503", "pending; rejected: http_503");
}

TEST_F(TransitionsTest, OutcomesAndTheNextRequestAreOneTransaction) {
  begin(true);
  expect(
      [this](Store& store) {
        store.settle_and_begin(
            std::array{outcome(0, Settlement::pending), outcome(1, Settlement::submitted)},
            std::array{Intent{{intent(false).events[0]}, "leads", content_hash("body")}}, kDay);
      },
      "pending; pending; by itself: crash,crash", "in doubt: crash; submitted");
}

}  // namespace
}  // namespace ordertail
