// Killed processes and full disks: what was said to be durable is, and what is open is in doubt.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "base/fd.h"
#include "store/world.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

constexpr std::string_view kDay = "2026-11-23";

class CrashTest : public testing::Test {
 protected:
  Store open() { return {path_, StoreMode::write, clock_}; }

  TemporaryDirectory directory_;
  HandClock clock_;
  std::filesystem::path path_ = directory_.path() / "main.db";
};

void begin(Store& store, std::size_t count) {
  store.settle_and_begin({}, intents_for(store.pending(count)), kDay);
}

void expect_two_in_doubt_by_crash(const Store& store, WallTime attempted_at) {
  const auto doubts = store.in_doubt(10);
  ASSERT_EQ(doubts.size(), 2);
  for (const Held& doubt : doubts) {
    EXPECT_EQ(doubt.reason, "crash");
    EXPECT_EQ(doubt.message,
              "ordertail stopped after this request may have left and before its answer was "
              "recorded");
    EXPECT_EQ(doubt.tries, 1);
    EXPECT_EQ(doubt.attempted_at, attempted_at);
  }
  EXPECT_EQ(store.totals().in_doubt, 2);
  EXPECT_EQ(store.totals().pending, 3);
  ASSERT_EQ(store.pending(10).size(), 3);
  EXPECT_EQ(store.pending(10)[0].id, id_of(3));
}

TEST_F(CrashTest, AnAttemptLeftOpenIsInDoubtAtTheNextOpen) {
  {
    Store store = open();
    stage(store, 1, 5);
    begin(store, 2);
  }
  const WallTime attempted_at = clock_.now;
  clock_.now += 24h;
  expect_two_in_doubt_by_crash(open(), attempted_at);
  expect_two_in_doubt_by_crash(open(), attempted_at);
}

TEST_F(CrashTest, AKillLeavesWhatWasCommittedAndNothingElse) {
  Child child([&] {
    static Store store = open();
    stage(store, 1, 5);
    begin(store, 2);
    store.begin_run("import shop.toml");
    store.begin_slice();
    Cursor cursor;
    store.save(cursor);
    store.stage(event_of(6), payload_of(6));
  });
  child.kill();
  const Store store = open();
  expect_two_in_doubt_by_crash(store, clock_.now);
  EXPECT_THAT(store.all_cursors(), IsEmpty());
  EXPECT_EQ(store.find(id_of(6)).state, Known::no);
  ASSERT_EQ(store.runs(10).size(), 1);
  EXPECT_EQ(store.runs(10)[0].ended, std::nullopt);
}

TEST_F(CrashTest, AKillWhileTheStoreIsMadeLeavesNone) {
  const auto fresh = directory_.path() / "main.db.new";
  write_file(fresh, "half a database");
  write_file(fresh.string() + "-wal", "half a log");
  write_file(fresh.string() + "-journal", "half a journal");
  open();
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path()))
    names.push_back(entry.path().filename());
  EXPECT_THAT(names, testing::UnorderedElementsAre("main.db", "main.db.lock"));
}

/// Sends and settles event after event, saying 'b' once an intent is durable and 's' once its
/// outcome is.
void deliver_aloud(Store& store, int out) {
  while (true) {
    const auto begun = begin_each(store, store.pending(1));
    if (begun.empty()) return;
    if (write_all(out, "b") != 0) return;
    store.settle_and_begin(std::array{Outcome{begun[0], Settlement::submitted, "", "", 200, {}}},
                           {}, kDay);
    if (write_all(out, "s") != 0) return;
  }
}

/// What a child said before it was killed on hearing its word number `words`.
std::string heard_before_kill(const std::function<void(int)>& speaker, std::size_t words) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) throw std::runtime_error("pipe failed");
  const Fd in(pipe[0]);
  const pid_t child = ::fork();
  if (child == 0) {
    speaker(pipe[1]);
    ::_exit(0);
  }
  ::close(pipe[1]);
  std::string heard;
  char word = 0;
  while (heard.size() < words && ::read(in.get(), &word, 1) == 1) heard += word;
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  while (::read(in.get(), &word, 1) == 1) heard += word;
  return heard;
}

TEST_F(CrashTest, WhateverTheMomentOfAKillNothingSaidToBeDurableIsForgotten) {
  constexpr std::size_t kEvents = 40;
  for (std::size_t words = 1; words < 2 * kEvents; words += 3) {
    const auto path = directory_.path() / fmt::format("{}.db", words);
    {
      Store store(path, StoreMode::write, clock_);
      stage(store, 1, kEvents);
    }
    const std::string heard = heard_before_kill(
        [&](int out) {
          Store store(path, StoreMode::write, clock_);
          deliver_aloud(store, out);
        },
        words);
    const auto begun = static_cast<std::uint64_t>(std::ranges::count(heard, 'b'));
    const auto settled = static_cast<std::uint64_t>(std::ranges::count(heard, 's'));
    ASSERT_GE(heard.size(), words);

    const Store store(path, StoreMode::write, clock_);
    const Totals totals = store.totals();
    const std::uint64_t requests = store.requests_on("leads", kDay);
    EXPECT_TRUE(requests == begun || requests == begun + 1) << heard;
    EXPECT_TRUE(totals.submitted == settled || totals.submitted == settled + 1) << heard;
    EXPECT_EQ(totals.in_doubt, requests - totals.submitted);
    EXPECT_LE(totals.in_doubt, 1);
    EXPECT_EQ(totals.submitted + totals.in_doubt + totals.pending, kEvents);
  }
}

/// No file may grow beyond `bytes` from here on.
void limit_file_size(rlim_t bytes) {
  (void)std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{bytes, bytes};
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

constexpr const char* kNoRoom =
    "disk I/O error (File too large). Make sure that its disk is sound and has room, then run "
    "again: all that was committed before is kept, and a request whose answer could not be "
    "recorded will be listed as in doubt.";

TEST_F(CrashTest, AFullDiskStopsStagingAndKeepsWhatWasCommitted) {
  const std::string said = in_child([&] {
    Store store = open();
    stage(store, 1, 100);
    limit_file_size(300'000);
    std::string first;
    for (int number = 101; first.empty(); number += 100)
      first = complaint([&] { stage(store, number, number + 99); });
    const std::string second = complaint([&] { (void)store.pending(1); });
    return first + (second == first ? " And so it says from then on." : second);
  });
  EXPECT_EQ(said, fmt::format("8: cannot stage events in {}: {} And so it says from then on.",
                              path_.string(), kNoRoom));
  const Store store = open();
  EXPECT_GE(store.totals().pending, 100);
  EXPECT_EQ(store.totals().pending % 100, 0);
}

TEST_F(CrashTest, AFullDiskLetsNoRequestLeave) {
  {
    Store store = open();
    stage(store, 1, 2000);
  }
  const std::string said = in_child([&] {
    Store store = open();
    limit_file_size(50'000);
    return complaint([&] { begin(store, 2000); });
  });
  EXPECT_EQ(said, fmt::format("8: cannot record requests in {}: {}", path_.string(), kNoRoom));
  EXPECT_EQ(open().totals().pending, 2000);
}

TEST_F(CrashTest, AFullDiskMakesNoStore) {
  for (const rlim_t bytes : {0U, 20U, 1000U, 5000U, 20'000U, 40'000U, 60'000U}) {
    const std::string said = in_child([&] {
      limit_file_size(bytes);
      return complaint([&] { open(); });
    });
    EXPECT_THAT(said, testing::StartsWith("8: cannot ")) << bytes;
    EXPECT_FALSE(std::filesystem::exists(path_)) << bytes;
  }
  EXPECT_EQ(complaint([&] { open(); }), "");
}

}  // namespace
}  // namespace ordertail
