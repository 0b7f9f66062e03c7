// Pages that are not as they were written are not believed, whatever their size on disk.
#include "base/page_checksum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "base/sqlite.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPage = 4096;

class PageChecksum : public testing::Test {
 protected:
  /// A file of a few dozen pages.
  void make() const {
    std::ofstream(path_).close();
    Database database(path_, Access::write);
    database.execute("CREATE TABLE t (x TEXT)", "make");
    Statement insert(database, "INSERT INTO t VALUES (?)", "fill");
    for (int row = 0; row < 30; ++row) insert.with(std::string(3000, 'a')).run();
  }
  /// As any other program makes one.
  void make_without() const {
    sqlite3* plain = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &plain), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(plain, "CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('a')", nullptr,
                           nullptr, nullptr),
              SQLITE_OK);
    sqlite3_close(plain);
  }
  [[nodiscard]] std::string content() const {
    std::ostringstream text;
    text << std::ifstream(path_, std::ios::binary).rdbuf();
    return text.str();
  }
  void put(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }
  /// "ok", or what reading all rows complains about.
  [[nodiscard]] std::string reading(Access access) const {
    try {
      Database database(path_, access);
      std::size_t letters = 0;
      Statement(database, "SELECT x FROM t", "read").each([&](const SqlRow& row) {
        const auto text = row.as<std::string>(0);
        letters += static_cast<std::size_t>(std::count(text.begin(), text.end(), 'a'));
      });
      return letters == 30 * 3000 || letters == 1 ? "ok" : "something else is read";
    } catch (const Error& error) {
      return error.what();
    }
  }
  void expect_refused(const std::string& damaged, const std::string& what) const {
    put(damaged);
    for (const Access access : {Access::write, Access::look})
      EXPECT_THAT(reading(access), testing::HasSubstr("database disk image is malformed")) << what;
    EXPECT_TRUE(content() == damaged) << what;
  }

  TemporaryDirectory directory_;
  const fs::path path_ = directory_.path() / "some.db";
};

TEST_F(PageChecksum, AWrongLetterIsRefused) {
  make();
  const std::string whole = content();
  for (const Access access : {Access::write, Access::look}) EXPECT_EQ(reading(access), "ok");
  std::string damaged = whole;
  damaged[damaged.find("aaaa") + 1500] = 'b';
  expect_refused(damaged, "a letter");
  damaged = whole;
  damaged[2 * kPage - 1] ^= 1;
  expect_refused(damaged, "a checksum");
}

/// Then the file's first page, which says that there are checksums, is read from the log.
TEST_F(PageChecksum, AWrongLetterIsRefusedBesideTheLogOfAKilledProcess) {
  make();
  const pid_t child = ::fork();
  if (child == 0) {
    Database database(path_, Access::write);
    database.execute("CREATE TABLE u (y TEXT)", "change");
    ::_exit(0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  ASSERT_TRUE(fs::exists(path_.string() + "-wal"));
  EXPECT_EQ(reading(Access::look_through), "ok");
  std::string damaged = content();
  damaged[damaged.find("aaaa") + 1500] = 'b';
  put(damaged);
  EXPECT_THAT(reading(Access::look_through), testing::HasSubstr("malformed"));
  EXPECT_THAT(reading(Access::write), testing::HasSubstr("malformed"));
  EXPECT_TRUE(content() == damaged);
}

/// After a kill, the sqlite3 shell folds the log in when it closes the file, even if it only read.
TEST_F(PageChecksum, WhatAnotherProgramFoldedInIsRead) {
  make();
  const pid_t child = ::fork();
  if (child == 0) {
    Database database(path_, Access::write);
    database.execute("PRAGMA wal_autocheckpoint = 0", "change");
    database.execute("UPDATE t SET x = x || 'b'", "change");
    ::_exit(0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  ASSERT_GT(fs::file_size(path_.string() + "-wal"), 20 * kPage);
  sqlite3* shell = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &shell), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(shell, "SELECT count(*) FROM t", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(shell);
  ASSERT_FALSE(fs::exists(path_.string() + "-wal"));
  for (const Access access : {Access::look, Access::write}) EXPECT_EQ(reading(access), "ok");
}

TEST_F(PageChecksum, AFileThatEndsWithinAPageIsRefused) {
  make();
  const std::string whole = content();
  for (const std::size_t lost : {1U, 8U, 100U, 4000U})
    expect_refused(whole.substr(0, whole.size() - lost), std::to_string(lost));
}

TEST_F(PageChecksum, APageInAnothersPlaceIsRefused) {
  make();
  const std::string whole = content();
  const std::string eighth = whole.substr(8 * kPage, kPage);
  std::string damaged = whole;
  damaged.replace(8 * kPage, kPage, whole, 9 * kPage, kPage);
  damaged.replace(9 * kPage, kPage, eighth);
  expect_refused(damaged, "two pages have changed places");
}

/// The byte that says that there are checksums is one that may be wrong, too.
TEST_F(PageChecksum, AFileDoesNotLoseThemByOneByte) {
  make();
  const std::string whole = content();
  ASSERT_EQ(whole[20], kChecksumSize);
  for (int bit = 0; bit < 8; ++bit) {
    std::string damaged = whole;
    damaged[20] = static_cast<char>(damaged[20] ^ (1 << bit));
    put(damaged);
    EXPECT_NE(reading(Access::write), "ok") << bit;
    EXPECT_TRUE(content() == damaged) << bit;
  }
}

TEST_F(PageChecksum, AFileWithoutThemIsReadAndWrittenAsItIs) {
  make_without();
  EXPECT_EQ(reading(Access::look), "ok");
  EXPECT_EQ(reading(Access::write), "ok");
  {
    Database database(path_, Access::write);
    database.execute("UPDATE t SET x = 'ba'", "change");
  }
  EXPECT_EQ(content()[20], 0);
  EXPECT_EQ(reading(Access::look), "ok");
}

TEST_F(PageChecksum, OtherProgramsCanReadAFileWithThem) {
  make();
  sqlite3* plain = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &plain), SQLITE_OK);
  std::string said;
  const auto take = [](void* text, int, char** values, char**) {
    *static_cast<std::string*>(text) = values[0];
    return 0;
  };
  sqlite3_exec(plain, "SELECT sum(length(x)) FROM t", take, &said, nullptr);
  EXPECT_EQ(said, "90000");
  sqlite3_exec(plain, "PRAGMA integrity_check", take, &said, nullptr);
  EXPECT_EQ(said, "ok");
  sqlite3_close(plain);
  EXPECT_EQ(reading(Access::write), "ok");
}

}  // namespace
}  // namespace ordertail
