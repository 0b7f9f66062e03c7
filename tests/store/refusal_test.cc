// Files and directories that are not used, and are left as they are.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <random>

#include "store/raw.h"
#include "store/world.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

class RefusalTest : public testing::Test {
 protected:
  std::string complaint_of(StoreMode mode) const {
    return complaint([&] { const Store store(path_, mode, clock_); });
  }
  /// Refused in both modes with the same words, `said` after the path, and no byte of it changed.
  void expect_refused(const std::string& said) const {
    const std::string before = fs::is_regular_file(path_) ? read_file(path_) : "";
    for (const StoreMode mode : {StoreMode::write, StoreMode::observe})
      EXPECT_EQ(complaint_of(mode), "8: " + path_.string() + " " + said);
    EXPECT_EQ(fs::is_regular_file(path_) ? read_file(path_) : "", before);
  }
  void make_store() const {
    Store store(path_, StoreMode::write, clock_);
    stage(store, 1, 20);
    settle_one(store, Settlement::submitted);
    settle_one(store, Settlement::rejected);
    settle_one(store, Settlement::in_doubt);
  }

  TemporaryDirectory directory_;
  HandClock clock_;
  fs::path path_ = directory_.path() / "main.db";
};

constexpr const char* kLeftAsItIs =
    "It has been left as it is. Correct the path, restore the file from a backup, or move it away "
    "to start afresh, which would send everything again.";

TEST_F(RefusalTest, AnEmptyFile) {
  write_file(path_, "");
  expect_refused(
      fmt::format("is not a checkpoint file of ordertail: it is empty. {}", kLeftAsItIs));
}

TEST_F(RefusalTest, AnotherKindOfFile) {
  for (const std::string& content : {std::string("SQLite format 3"), std::string(5000, 'x')}) {
    write_file(path_, content);
    expect_refused(
        fmt::format("is not a checkpoint file of ordertail: it is not an SQLite "
                    "database. {}",
                    kLeftAsItIs));
  }
}

TEST_F(RefusalTest, AnotherProgramsDatabase) {
  write_file(path_, "");
  raw_change(path_, "CREATE TABLE bookmarks(url TEXT)");
  expect_refused(
      fmt::format("is not a checkpoint file of ordertail: it is another program's "
                  "database. {}",
                  kLeftAsItIs));
}

TEST_F(RefusalTest, ANewerVersion) {
  make_store();
  raw_change(path_, "PRAGMA user_version = 7");
  expect_refused(
      "is of version 7, which this ordertail does not know (it knows 1 to 6). It has been "
      "left as it is. Use the ordertail that wrote it.");
}

TEST_F(RefusalTest, ASymbolicLink) {
  fs::create_symlink(directory_.path() / "elsewhere.db", path_);
  expect_refused("is a symbolic link, which ordertail does not follow; name the file itself");
  EXPECT_FALSE(fs::exists(directory_.path() / "elsewhere.db"));
}

TEST_F(RefusalTest, ALockThatIsASymbolicLink) {
  write_file(directory_.path() / "precious", "keep me");
  fs::create_symlink("precious", directory_.path() / "main.db.lock");
  EXPECT_EQ(complaint_of(StoreMode::write),
            fmt::format("8: {}.lock is a symbolic link, which ordertail does not follow; name the "
                        "file itself",
                        path_.string()));
  EXPECT_EQ(read_file(directory_.path() / "precious"), "keep me");
}

TEST_F(RefusalTest, ASecondName) {
  make_store();
  fs::create_hard_link(path_, directory_.path() / "second.db");
  expect_refused("has a second name (a hard link), under which it could be changed; remove that");
}

TEST_F(RefusalTest, ADirectoryOrAPipe) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  expect_refused("is not a regular file; choose another path");
  fs::remove(path_);
  fs::create_directory(path_);
  EXPECT_EQ(complaint_of(StoreMode::observe),
            "8: " + path_.string() + " is not a regular file; choose another path");
  EXPECT_EQ(complaint_of(StoreMode::write),
            "8: cannot open " + path_.string() + ": Is a directory");
}

TEST_F(RefusalTest, AnotherUsersFileOrDirectory) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  make_store();
  ASSERT_EQ(::chown(path_.c_str(), 12345, 12345), 0);
  expect_refused("belongs to another user; run ordertail as that user or choose another path");
  ASSERT_EQ(::chown(path_.c_str(), 0, 0), 0);
  ASSERT_EQ(::chown(directory_.path().c_str(), 12345, 12345), 0);
  EXPECT_EQ(complaint_of(StoreMode::write),
            "8: " + directory_.path().string() +
                " belongs to another user, who could put another file in the place of the "
                "checkpoint file; choose a directory of your own");
}

TEST_F(RefusalTest, ADirectoryOthersMayWriteTo) {
  for (const auto& [mode, text] : {std::pair{0775U, "0775"}, {0702U, "0702"}, {01777U, "1777"}}) {
    ASSERT_EQ(::chmod(directory_.path().c_str(), mode), 0);
    EXPECT_EQ(complaint_of(StoreMode::write),
              fmt::format("8: {0} may be written to by others (mode {1}), who could put another "
                          "file in the place of the checkpoint file; run: chmod go-w {0}",
                          directory_.path().string(), text));
  }
  EXPECT_TRUE(fs::is_empty(directory_.path()));
}

TEST_F(RefusalTest, ALogWithoutItsStore) {
  write_file(path_.string() + "-wal", "orphan");
  EXPECT_EQ(complaint_of(StoreMode::write),
            fmt::format("8: {0} is missing while its log {0}-wal is there: it has been moved or "
                        "deleted without it. Put it back, or move {0}-wal away as well to start "
                        "afresh, which would send everything again",
                        path_.string()));
  EXPECT_EQ(read_file(path_.string() + "-wal"), "orphan");
}

TEST_F(RefusalTest, AStoreThatTheSqliteShellHasOpen) {
  make_store();
  const Child child([&] { raw_hold(path_); });
  EXPECT_EQ(complaint_of(StoreMode::write),
            fmt::format("8: cannot open {}: database is locked. Another program, such as the "
                        "sqlite3 shell, has the file open; close it and run again.",
                        path_.string()));
}

TEST_F(RefusalTest, AStoreThatLostItsEnd) {
  make_store();
  const std::string whole = read_file(path_);
  for (std::size_t size = 0; size < whole.size(); size += size < 8192 ? 64 : 4096) {
    write_file(path_, whole.substr(0, size));
    for (const StoreMode mode : {StoreMode::observe, StoreMode::write})
      EXPECT_THAT(complaint_of(mode), testing::StartsWith("8: ")) << size;
    EXPECT_EQ(read_file(path_), whole.substr(0, size));
  }
}

TEST_F(RefusalTest, ADamagedStoreSaysSo) {
  make_store();
  std::string damaged = read_file(path_);
  for (std::size_t at = 4096; at < damaged.size(); ++at) damaged[at] = '\x5a';
  write_file(path_, damaged);
  const std::string said = complaint_of(StoreMode::write);
  EXPECT_THAT(said, testing::StartsWith(fmt::format("8: cannot open {}: ", path_.string())));
  EXPECT_THAT(said, testing::EndsWith(". The file is damaged and has not been repaired. Restore it "
                                      "from a backup; starting afresh without it would send "
                                      "everything again."));
  EXPECT_EQ(read_file(path_), damaged);
}

/// No wrong byte passes for a right one: every page has a checksum (base/page_checksum.h).
TEST_F(RefusalTest, AWrongByteIsRefused) {
  make_store();
  const std::string whole = read_file(path_);
  std::mt19937 random(7);
  for (int i = 0; i < 200; ++i) {
    std::string damaged = whole;
    const std::size_t at = random() % whole.size();
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    write_file(path_, damaged);
    for (const StoreMode mode : {StoreMode::observe, StoreMode::write}) {
      const std::string said = complaint_of(mode);
      EXPECT_THAT(said, testing::StartsWith("8: ")) << at;
      EXPECT_THAT(said, testing::HasSubstr(path_.string())) << at;
    }
    EXPECT_EQ(read_file(path_), damaged) << at;
  }
}

/// Where the log of a killed run is wrong, SQLite takes it to end. What was committed after that
/// may be the record of a request.
TEST_F(RefusalTest, ALogThatIsDamagedBeforeItsLastCommit) {
  Child child([&] {
    static Store store(path_, StoreMode::write, clock_);
    stage(store, 1, 5);
    settle_one(store, Settlement::submitted);
    settle_one(store, Settlement::submitted);
  });
  child.kill();
  const std::string log = path_.string() + "-wal";
  const std::string whole = read_file(log);
  std::string damaged = whole;
  damaged[32 + 24 + 100] ^= 1;  // within the page of the first frame, which ends at 32 + 24 + 4096
  write_file(log, damaged);
  for (const StoreMode mode : {StoreMode::observe, StoreMode::write})
    EXPECT_EQ(complaint_of(mode),
              fmt::format(
                  "8: {0}-wal, the log of {0}, is damaged before its byte 4152: what was recorded "
                  "after that would be forgotten, and perhaps sent again. It has been left as it "
                  "is. Restore both files from a backup; starting afresh without them would send "
                  "everything again.",
                  path_.string()));
  EXPECT_EQ(read_file(log), damaged);
  // The last commit may be as a power cut leaves it: what it recorded had not been done yet.
  write_file(log, whole.substr(0, whole.size() - 1));
  EXPECT_EQ(complaint_of(StoreMode::write), "");
}

/// Two power cuts: behind the second commit that was torn shows what is left of the first.
TEST_F(RefusalTest, ALogThatPowerCutsToreTwiceIsNotDamaged) {
  const std::string log = path_.string() + "-wal";
  const auto run = [&](const std::function<void(Store&)>& action) {
    Child child([&] {
      static Store store(path_, StoreMode::write, clock_);
      action(store);
    });
    child.kill();
  };
  run([](Store& store) { stage(store, 1, 5); });
  const std::size_t committed = read_file(log).size();
  const auto tear = [&] {
    std::string torn = read_file(log);
    torn[committed + 24 + 100] ^= 1;  // in the first page after what was committed
    write_file(log, torn);
  };
  for (const auto& action :
       {std::function<void(Store&)>([](Store& store) { stage(store, 6, 400); }),
        std::function<void(Store&)>([](Store& store) {
          store.settle_and_begin({}, intents_for(store.pending(1)), "a day");
        })}) {
    run(action);
    EXPECT_GT(read_file(log).size(), committed + 80'000);
    tear();
  }
  const Store store(path_, StoreMode::write, clock_);
  EXPECT_EQ(store.totals().pending, 5);
}

TEST_F(RefusalTest, PermissionsArePrivateWhateverTheUmask) {
  for (const mode_t mask : {0000U, 0777U}) {
    const fs::path directory = directory_.path() / fmt::format("{:o}", mask) / "state";
    const fs::path path = directory / "main.db";
    const mode_t before = ::umask(mask);
    {
      Store store(path, StoreMode::write, clock_);
      stage(store, 1, 1);
      EXPECT_EQ(permissions(path.string() + "-wal"), 0600);
      EXPECT_FALSE(fs::exists(path.string() + "-shm"));
    }
    ::umask(before);
    EXPECT_EQ(permissions(directory.parent_path()), 0700);
    EXPECT_EQ(permissions(directory), 0700);
    EXPECT_EQ(permissions(path), 0600);
    EXPECT_EQ(permissions(path.string() + ".lock"), 0600);
  }
}

TEST_F(RefusalTest, AStoreThatOthersCouldReadBecomesPrivate) {
  make_store();
  fs::permissions(path_, fs::perms(0644));
  EXPECT_EQ(complaint_of(StoreMode::observe), "");
  EXPECT_EQ(permissions(path_), 0644);
  EXPECT_EQ(complaint_of(StoreMode::write), "");
  EXPECT_EQ(permissions(path_), 0600);
}

}  // namespace
}  // namespace ordertail
