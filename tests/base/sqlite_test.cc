// A scratch database: bounded memory, no file unless it needs one, nothing left behind.
#include "base/sqlite.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "expect_error.h"

namespace ordertail {
namespace {

/// More than the cache holds.
constexpr int kManyRows = 30'000;
const std::string kKilobyte(1000, 'x');

/// What is open and has no name any more.
std::vector<std::string> nameless_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code none;
    const auto target = std::filesystem::read_symlink(entry.path(), none).string();
    if (target.ends_with(" (deleted)")) files.push_back(target);
  }
  return files;
}

struct Scratch {
  Scratch() { database.execute("CREATE TABLE t (x TEXT)", "make"); }
  void add(int rows) {
    Statement insert(database, "INSERT INTO t VALUES (?)", "fill");
    for (int row = 0; row < rows; ++row) insert.with(std::string_view(kKilobyte)).run();
  }
  void add_and_commit(int rows) {
    Transaction transaction(database, "fill");
    add(rows);
    transaction.commit();
  }
  int rows() {
    int count = 0;
    Statement(database, "SELECT count(*) FROM t", "read").each([&](const SqlRow& row) {
      count = row.as<int>(0);
    });
    return count;
  }

  Database database{"the temporary table", Access::scratch};
};

TEST(ScratchDatabase, IsNobodyElses) {
  Scratch one;
  Scratch other;
  one.add_and_commit(3);
  EXPECT_EQ(one.rows(), 3);
  EXPECT_EQ(other.rows(), 0);
  EXPECT_FALSE(std::filesystem::exists("the temporary table"));
}

TEST(ScratchDatabase, OpensAFileOnlyForWhatItsCacheCannotHold) {
  const auto before = nameless_files();
  {
    Scratch scratch;
    scratch.add_and_commit(1000);
    EXPECT_EQ(nameless_files(), before);
    scratch.add_and_commit(kManyRows);
    EXPECT_EQ(nameless_files().size(), before.size() + 1);
    EXPECT_EQ(scratch.rows(), 1000 + kManyRows);
  }
  EXPECT_EQ(nameless_files(), before);
}

TEST(ScratchDatabase, RollsBackWhatHasGoneToTheFile) {
  Scratch scratch;
  scratch.add_and_commit(kManyRows);
  {
    const Transaction transaction(scratch.database, "fill");
    scratch.add(kManyRows);
    EXPECT_EQ(scratch.rows(), 2 * kManyRows);
  }
  EXPECT_EQ(scratch.rows(), kManyRows);
  scratch.add_and_commit(1);
  EXPECT_EQ(scratch.rows(), kManyRows + 1);
}

/// While it lives, no file grows beyond a mebibyte.
class SmallDisk {
 public:
  SmallDisk() {
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit small{1U << 20U, limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    std::signal(SIGXFSZ, handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit limit_{};
  void (*handler_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

TEST(ScratchDatabase, SaysWhereToMakeRoom) {
  Scratch scratch;
  const SmallDisk small;
  EXPECT_EQ(error_of(ExitCode::store, [&] { scratch.add_and_commit(kManyRows); }),
            "cannot fill the temporary table: disk I/O error (File too large). Make room where "
            "temporary files go (TMPDIR, or else /var/tmp), then run again.");
}

}  // namespace
}  // namespace ordertail
