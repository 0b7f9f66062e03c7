// One ordertail at a time.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>

#include "store/world.h"

namespace ordertail {
namespace {

class LockTest : public testing::Test {
 protected:
  std::string complaint_of(StoreMode mode) const {
    return complaint([&] { const Store store(path_, mode, clock_); });
  }
  /// Opens the store and never closes it.
  void hold(StoreMode mode) const { new Store(path_, mode, clock_); }

  TemporaryDirectory directory_;
  HandClock clock_;
  std::filesystem::path path_ = directory_.path() / "main.db";
};

TEST_F(LockTest, ASecondOneIsToldWhoIsWorkingSinceWhen) {
  Child child([&] { hold(StoreMode::write); });
  for (const StoreMode mode : {StoreMode::write, StoreMode::observe})
    EXPECT_EQ(complaint_of(mode),
              fmt::format("9: another ordertail (process {}, since 2026-11-23 02:00:05 UTC) is "
                          "working on {}; wait for it to finish",
                          child.pid(), path_.string()));
  child.kill();
  EXPECT_EQ(complaint_of(StoreMode::observe), "");
  EXPECT_EQ(complaint_of(StoreMode::write), "");
}

TEST_F(LockTest, AStoreThatIsGoneIsNotTakenForANewOne) {
  EXPECT_EQ(complaint_of(StoreMode::write), "");
  std::filesystem::remove(path_);
  const std::string path = path_.string();
  const std::string gone = fmt::format(
      "8: {0} is gone, though {0}.lock says that it was there. Without it everything would be sent "
      "again. Restore it from a backup; or, if sending everything again is what you want, delete "
      "{0}.lock",
      path);
  EXPECT_EQ(complaint_of(StoreMode::write), gone);
  EXPECT_EQ(complaint_of(StoreMode::write), gone);  // still
  EXPECT_EQ(complaint_of(StoreMode::observe), gone) << "no look may call it empty";
  std::filesystem::remove(path + ".lock");
  EXPECT_EQ(complaint_of(StoreMode::write), "");
}

TEST_F(LockTest, ALockThatAKillLeftBeforeTheStoreWasMadeIsNoStore) {
  write_file(path_.string() + ".lock", "process 1, since 2026-11-23 02:00:05 UTC\n");
  EXPECT_EQ(complaint_of(StoreMode::write), "");
}

TEST_F(LockTest, NoKillOfTheHolderEverLeavesItLocked) {
  for (int i = 0; i < 20; ++i) {
    Child child([&] { hold(StoreMode::write); });
    child.kill();
    EXPECT_EQ(complaint_of(StoreMode::write), "");
  }
}

TEST_F(LockTest, ALockWithoutANoteStillHolds) {
  const Child child([&] { hold(StoreMode::write); });
  write_file(path_.string() + ".lock", "");
  EXPECT_EQ(
      complaint_of(StoreMode::write),
      fmt::format("9: another ordertail is working on {}; wait for it to finish", path_.string()));
}

TEST_F(LockTest, LookersShareAndKeepWritersAway) {
  EXPECT_EQ(complaint_of(StoreMode::write), "");
  const Child child([&] { hold(StoreMode::observe); });
  EXPECT_EQ(complaint_of(StoreMode::observe), "");
  EXPECT_EQ(
      complaint_of(StoreMode::write),
      fmt::format("9: another ordertail is reading {} (a status or a dry run); wait for it to "
                  "finish",
                  path_.string()));
}

TEST_F(LockTest, TheLockIsKeptFromProgramsThatAreStarted) {
  const Store store(path_, StoreMode::write, clock_);
  // A new program has its own descriptors only; the store's files are not among them.
  const std::string open_files =
      fmt::format("for f in /proc/self/fd/*; do readlink $f; done | grep -q '{}'", path_.string());
  EXPECT_NE(std::system(open_files.c_str()), 0);  // NOLINT(cert-env33-c): fixed words
}

TEST_F(LockTest, OfManyThatStartAtOnceOneWorks) {
  constexpr int kStarters = 8;
  for (int round = 0; round < 5; ++round) {
    std::array<int, 2> start{};
    std::array<int, 2> result{};
    ASSERT_EQ(::pipe(start.data()), 0);
    ASSERT_EQ(::pipe(result.data()), 0);
    std::vector<pid_t> children;
    for (int i = 0; i < kStarters; ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        ::close(start[1]);
        char none = 0;
        (void)!::read(start[0], &none, 1);  // until the parent closes it
        const std::string said = complaint([&] { hold(StoreMode::write); });
        const char code = said.empty() ? '0' : said[0];
        if (::write(result[1], &code, 1) != 1) ::_exit(1);
        while (true) ::pause();
      }
      children.push_back(child);
    }
    ::close(start[0]);
    ::close(start[1]);
    ::close(result[1]);
    std::string codes;
    char code = 0;
    while (codes.size() < kStarters && ::read(result[0], &code, 1) == 1) codes += code;
    for (const pid_t child : children) ::kill(child, SIGKILL);
    for (const pid_t child : children) ::waitpid(child, nullptr, 0);
    ::close(result[0]);
    EXPECT_EQ(std::count(codes.begin(), codes.end(), '0'), 1) << codes;
    EXPECT_EQ(std::count(codes.begin(), codes.end(), '9'), kStarters - 1) << codes;
  }
}

}  // namespace
}  // namespace ordertail
