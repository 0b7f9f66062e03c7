// Stores of earlier versions, made here as those versions made them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <csignal>

#include "store/raw.h"
#include "store/world.h"

namespace ordertail {
namespace {

constexpr const char* kVersion1 = R"sql(
PRAGMA journal_mode = WAL;
PRAGMA application_id = 1869767796;
PRAGMA user_version = 1;
CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE file(id INTEGER PRIMARY KEY, source TEXT NOT NULL, path TEXT NOT NULL, prefix_size
  INTEGER NOT NULL, prefix BLOB NOT NULL, marker_end INTEGER NOT NULL, marker BLOB NOT NULL,
  offset INTEGER NOT NULL, line INTEGER NOT NULL, seen INTEGER NOT NULL) STRICT;
CREATE INDEX file_by_source ON file(source);
CREATE TABLE outbox(sequence INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, kind
  INTEGER NOT NULL, occurred_at INTEGER, state INTEGER NOT NULL, tries INTEGER NOT NULL, file
  TEXT NOT NULL, line INTEGER NOT NULL, payload TEXT NOT NULL) STRICT;
CREATE INDEX outbox_by_state ON outbox(state, occurred_at);
CREATE TABLE attempt(id INTEGER PRIMARY KEY AUTOINCREMENT, sequence INTEGER NOT NULL REFERENCES
  outbox(sequence) ON DELETE CASCADE, sink TEXT NOT NULL, body BLOB NOT NULL, started_at INTEGER
  NOT NULL, reason TEXT, message TEXT, http_status INTEGER) STRICT;
CREATE INDEX attempt_by_event ON attempt(sequence);
CREATE TABLE ledger(id BLOB PRIMARY KEY, state INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE total(state INTEGER PRIMARY KEY, events INTEGER NOT NULL) STRICT;
INSERT INTO total VALUES (0, 0), (1, 0);
CREATE TABLE problem(number INTEGER PRIMARY KEY, id BLOB NOT NULL, kind INTEGER NOT NULL, at
  INTEGER NOT NULL, reason TEXT NOT NULL, message TEXT NOT NULL, http_status INTEGER NOT NULL,
  file TEXT NOT NULL, line INTEGER NOT NULL) STRICT;
CREATE TABLE quota(sink TEXT NOT NULL, day TEXT NOT NULL, used INTEGER NOT NULL, PRIMARY
  KEY(sink, day)) STRICT, WITHOUT ROWID;
CREATE TABLE closed(sink TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE run(id INTEGER PRIMARY KEY, started INTEGER NOT NULL, ended INTEGER, command TEXT
  NOT NULL, exit_code INTEGER, counts TEXT) STRICT;
)sql";

/// Event 1 is submitted, 2 rejected, 3 in doubt, 4 pending, 5 on its way.
std::string rows_of_version_1() {
  const auto id = [](int number) { return upper_hex(id_of(number)); };
  return fmt::format(R"sql(
INSERT INTO meta VALUES ('id_key', X'{0}');
INSERT INTO file VALUES (7, 'paypal', 'a.csv', 4096, X'{1}', 9000, X'{2}', 8990, 41, 9000);
INSERT INTO ledger VALUES (X'{1}', 0), (X'{2}', 1);
UPDATE total SET events = 1;
INSERT INTO problem VALUES (1, X'{2}', 1, 1000, 'http_400', 'Refused.', 400, 'a.csv', 2);
INSERT INTO outbox VALUES (3, X'{3}', 1, 100, 2, 1, 'a.csv', 3, '{6}'),
  (4, X'{4}', 1, 100, 0, 0, 'a.csv', 4, '{7}'), (5, X'{5}', 1, NULL, 1, 2, 'a.csv', 5, 'five');
INSERT INTO attempt VALUES (1, 3, 'leads', X'{1}', 1000, 'timeout', 'No reply.', 0),
  (2, 5, 'leads', X'{1}', 2000, NULL, NULL, NULL);
INSERT INTO quota VALUES ('leads', '2026-11-23', 6);
INSERT INTO closed VALUES ('leads', 1795399999000);
INSERT INTO run VALUES (1, 1000, 2000, 'import', 4, '{{}}');
)sql",
                     std::string(64, 'A'), id(1), id(2), id(3), id(4), id(5), payload_of(3),
                     payload_of(4));
}

/// What version 2 had more.
constexpr const char* kVersion2 = R"sql(
ALTER TABLE outbox ADD COLUMN digest INTEGER;
ALTER TABLE ledger ADD COLUMN digest INTEGER;
CREATE TABLE decision(source TEXT NOT NULL, what TEXT NOT NULL, value TEXT NOT NULL, evidence TEXT
  NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(source, what)) STRICT, WITHOUT ROWID;
PRAGMA user_version = 2;
)sql";

/// What version 3 had more.
constexpr const char* kVersion3 = R"sql(
ALTER TABLE outbox ADD COLUMN resent INTEGER NOT NULL DEFAULT 0;
CREATE INDEX problem_by_event ON problem(id);
CREATE TABLE resolution(number INTEGER PRIMARY KEY, id BLOB NOT NULL, kind INTEGER NOT NULL,
  order_number TEXT NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL, ruling INTEGER NOT NULL,
  was INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL, attempt
  INTEGER) STRICT;
CREATE INDEX resolution_by_event ON resolution(id);
PRAGMA user_version = 3;
)sql";

/// What version 4 had more.
constexpr const char* kVersion4 = R"sql(
ALTER TABLE outbox ADD COLUMN progress TEXT NOT NULL DEFAULT '';
DROP INDEX attempt_by_event;
ALTER TABLE attempt RENAME TO attempt_of_one;
CREATE TABLE attempt(id INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL, body BLOB NOT NULL,
  started_at INTEGER NOT NULL, idempotent INTEGER NOT NULL) STRICT;
CREATE TABLE carried(attempt INTEGER NOT NULL REFERENCES attempt(id), sequence INTEGER NOT NULL
  REFERENCES outbox(sequence) ON DELETE CASCADE, reason TEXT, message TEXT, http_status INTEGER,
  PRIMARY KEY(attempt, sequence)) STRICT, WITHOUT ROWID;
CREATE INDEX carried_by_event ON carried(sequence);
CREATE TRIGGER attempt_is_over AFTER DELETE ON carried
WHEN NOT EXISTS (SELECT 1 FROM carried WHERE attempt = old.attempt)
BEGIN
  DELETE FROM attempt WHERE id = old.attempt;
END;
INSERT INTO attempt SELECT id, sink, body, started_at, 0 FROM attempt_of_one;
INSERT INTO carried SELECT id, sequence, reason, message, http_status FROM attempt_of_one;
DROP TABLE attempt_of_one;
PRAGMA user_version = 4;
)sql";

/// What version 5 had more.
constexpr const char* kVersion5 = R"sql(
ALTER TABLE file ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN quiet INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN staged_at INTEGER;
ALTER TABLE outbox ADD COLUMN attribution INTEGER NOT NULL DEFAULT 0;
CREATE TABLE log_file(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE tie(value INTEGER NOT NULL, token BLOB NOT NULL, at INTEGER NOT NULL, file INTEGER NOT
  NULL, line INTEGER NOT NULL, PRIMARY KEY(value, token)) STRICT, WITHOUT ROWID;
CREATE TABLE visitor(token BLOB PRIMARY KEY, email INTEGER NOT NULL, day INTEGER NOT NULL) STRICT,
  WITHOUT ROWID;
PRAGMA user_version = 5;
)sql";

class UpgradeTest : public testing::Test {
 protected:
  UpgradeTest() { write_version_1(); }
  void write_version_1() const {
    std::filesystem::remove(path_);
    write_file(path_, "");
    raw_change(path_, kVersion1 + rows_of_version_1());
  }
  [[nodiscard]] std::string version() const { return raw(path_, "PRAGMA user_version"); }
  static std::string columns(const std::filesystem::path& file) {
    return raw(
        file,
        "SELECT group_concat(name || type || \"notnull\" || pk, '; ') || (SELECT "
        "group_concat(sql, '; ') FROM (SELECT sql FROM sqlite_schema WHERE type IN ('index', "
        "'trigger') "
        "ORDER BY name)) FROM (SELECT c.* FROM "
        "sqlite_schema s, pragma_table_info(s.name) c WHERE s.type = 'table' "
        "ORDER BY s.name, c.cid)");
  }

  TemporaryDirectory directory_;
  HandClock clock_;
  std::filesystem::path path_ = directory_.path() / "main.db";
};

void expect_all_is_kept(Store& store) {
  HashKey key;
  key.fill(0xAA);
  EXPECT_EQ(store.id_key(), key);
  const Totals totals = store.totals();
  EXPECT_EQ(totals.submitted, 1U);
  EXPECT_EQ(totals.rejected, 1U);
  EXPECT_EQ(totals.pending, 1U);
  EXPECT_EQ(totals.in_doubt, 2U) << "the one that was on its way among them";
  const std::array<Known::State, 6> states{Known::submitted, Known::rejected, Known::sent,
                                           Known::pending,   Known::sent,     Known::no};
  for (int number = 1; number <= 6; ++number) {
    const Known known = store.find(id_of(number));
    EXPECT_EQ(known.state, states[static_cast<std::size_t>(number - 1)]) << number;
    EXPECT_FALSE(known.digest) << number;
  }
  ASSERT_EQ(store.pending(10).size(), 1U);
  EXPECT_EQ(store.pending(10)[0].sequence, 4);
  EXPECT_EQ(store.pending(10)[0].payload, payload_of(4));
  ASSERT_EQ(store.cursors("paypal").size(), 1U);
  EXPECT_EQ(store.cursors("paypal")[0].id, 7);
  EXPECT_EQ(store.cursors("paypal")[0].offset, 8990U);
  EXPECT_EQ(store.cursors("paypal")[0].identity.prefix, id_of(1));
  EXPECT_EQ(store.problems(10).size(), 1U);
  EXPECT_EQ(store.runs(10).size(), 1U);
  EXPECT_EQ(store.requests_on("leads", "2026-11-23"), 6U);
  EXPECT_TRUE(store.closed_until("leads"));
  EXPECT_TRUE(store.decisions().empty());
}

TEST_F(UpgradeTest, KeepsAllThatVersion1Held) {
  {
    Store store(path_, StoreMode::write, clock_);
    expect_all_is_kept(store);
  }
  EXPECT_EQ(version(), "6");
  Store again(path_, StoreMode::write, clock_);
  expect_all_is_kept(again);
}

TEST_F(UpgradeTest, KeepsAllThatVersion2Held) {
  raw_change(path_, kVersion2);
  raw_change(path_, "UPDATE ledger SET digest = 17 WHERE state = 0");
  Store store(path_, StoreMode::write, clock_);
  EXPECT_EQ(store.find(id_of(1)).digest, EventDigest{17});
  EXPECT_EQ(store.totals().in_doubt, 2U);
  EXPECT_EQ(store.pending(10).at(0).payload, payload_of(4));
  EXPECT_EQ(store.problems(10).size(), 1U);
}

TEST_F(UpgradeTest, KeepsAllThatVersion3Held) {
  raw_change(path_, std::string(kVersion2) + kVersion3);
  raw_change(
      path_,
      "UPDATE outbox SET resent = 1 WHERE sequence = 3; INSERT INTO resolution SELECT 1, id, "
      "kind, '3', file, line, 0, 2, 'timeout', 5000, 'ann', 1 FROM outbox WHERE sequence = 3; "
      "UPDATE sqlite_sequence SET seq = 9 WHERE name = 'attempt'");
  Store store(path_, StoreMode::write, clock_);
  expect_all_is_kept(store);
  ASSERT_EQ(store.in_doubt(10).size(), 2U);
  EXPECT_TRUE(store.in_doubt(10)[0].resent);
  EXPECT_EQ(store.in_doubt(10)[0].reason, "timeout");
  EXPECT_EQ(store.in_doubt(10)[0].attempted_at, WallTime(std::chrono::milliseconds(1000)));
  EXPECT_EQ(store.in_doubt(10)[1].reason, "crash") << "it was on its way: blind, as all were then";
  EXPECT_EQ(store.resent(10).at(0).who, "ann");
  EXPECT_EQ(begin_each(store, store.pending(1)).at(0).attempt, 10) << "no number is used again";
}

TEST_F(UpgradeTest, KeepsAllThatVersion4Held) {
  raw_change(path_, std::string(kVersion2) + kVersion3 + kVersion4);
  Store store(path_, StoreMode::write, clock_);
  expect_all_is_kept(store);
  EXPECT_TRUE(store.visitors().empty());
  ASSERT_EQ(store.unattributed(0, 10).size(), 1U) << "as if it had just been staged";
  EXPECT_EQ(store.unattributed(0, 10)[0].sequence, 4);
  EXPECT_FALSE(store.unattributed(0, 10)[0].staged_at);
}

TEST_F(UpgradeTest, KeepsAllThatVersion5Held) {
  raw_change(path_, std::string(kVersion2) + kVersion3 + kVersion4 + kVersion5);
  raw_change(path_,
             fmt::format("INSERT INTO visitor VALUES (X'{}', 77, 20000)", upper_hex(id_of(9))));
  Store store(path_, StoreMode::write, clock_);
  expect_all_is_kept(store);
  EXPECT_FALSE(store.visitors().empty());
  EXPECT_TRUE(store.visitors().is_of_others(id_of(9), "ann@example.com"));
  EXPECT_FALSE(store.visitors().is_of_others(id_of(8), "ann@example.com"));
}

TEST_F(UpgradeTest, BeginsNumberingAnewOnlyWhereNothingWasEverSent) {
  raw_change(path_, std::string(kVersion2) + kVersion3 +
                        "DELETE FROM attempt; UPDATE outbox SET state = 0; "
                        "UPDATE sqlite_sequence SET seq = 7 WHERE name = 'attempt'");
  Store store(path_, StoreMode::write, clock_);
  EXPECT_EQ(begin_each(store, store.pending(1)).at(0).attempt, 8);
}

TEST_F(UpgradeTest, KeepsACopyOfWhatItWas) {
  const std::filesystem::path copy = path_.string() + ".v1.bak";
  const std::string before = read_file(path_);
  { const Store upgraded(path_, StoreMode::write, clock_); }
  EXPECT_EQ(read_file(copy), before);
  EXPECT_EQ(permissions(copy), 0600U);
  write_version_1();
  raw_change(path_, "DELETE FROM attempt; DELETE FROM outbox");
  { const Store upgraded(path_, StoreMode::write, clock_); }
  EXPECT_EQ(read_file(copy), before) << "one that is there is left alone";
  EXPECT_FALSE(std::filesystem::exists(copy.string() + ".new"));
  std::filesystem::rename(copy, path_);
  Store back(path_, StoreMode::write, clock_);
  expect_all_is_kept(back);
}

TEST_F(UpgradeTest, MakesTheTablesThatANewStoreHas) {
  const auto fresh = directory_.path() / "fresh.db";
  { const Store made(fresh, StoreMode::write, clock_); }
  for (const std::string& change :
       {std::string(), std::string(kVersion2), std::string(kVersion2) + kVersion3,
        std::string(kVersion2) + kVersion3 + kVersion4,
        std::string(kVersion2) + kVersion3 + kVersion4 + kVersion5}) {
    write_version_1();
    raw_change(path_, change);
    EXPECT_NE(columns(path_), columns(fresh));
    { const Store upgraded(path_, StoreMode::write, clock_); }
    EXPECT_EQ(columns(path_), columns(fresh));
  }
}

TEST_F(UpgradeTest, OldDoubtsCanBeDecidedAndOldRejectionsCannotBeRetried) {
  Store store(path_, StoreMode::write, clock_);
  EXPECT_TRUE(store.rejected(10).empty());
  EXPECT_FALSE(store.problems(10).at(0).kept);
  store.rule(Ruling::resend, std::array{id_of(3)}, "ann");
  settle_one(store, Settlement::submitted);
  EXPECT_EQ(store.resent(10).at(0).id, id_of(3));
}

TEST_F(UpgradeTest, WhatVersion1SettledIsKnownButNeverAChange) {
  Store store(path_, StoreMode::write, clock_);
  store.begin_slice();
  for (int number = 1; number <= 5; ++number)
    EXPECT_EQ(store.stage(event_of(number), "other", EventDigest{17}), Staged::repeated);
  EXPECT_EQ(store.withdraw(id_of(1)), Withdrawn::too_late);
  EXPECT_EQ(store.withdraw(id_of(4)), Withdrawn::taken_out);
  EXPECT_EQ(store.stage(event_of(6), "six", EventDigest{17}), Staged::added);
  store.commit_slice();
  settle_one(store, Settlement::submitted);
  EXPECT_EQ(store.find(id_of(6)).digest, EventDigest{17});
}

TEST_F(UpgradeTest, LookingSaysWhatToDoAndChangesNothing) {
  const std::string before = read_file(path_);
  EXPECT_EQ(complaint([&] { const Store store(path_, StoreMode::observe, clock_); }),
            fmt::format("8: {} was written by an earlier ordertail (version 1 of the file, now 6), "
                        "and looking at it may not change it. Run \"ordertail stage\" with this "
                        "job once: that brings the file up to date, keeps all it holds and sends "
                        "nothing. Then run this again.",
                        path_.string()));
  EXPECT_EQ(read_file(path_), before);
  { const Store upgraded(path_, StoreMode::write, clock_); }
  EXPECT_EQ(complaint([&] { const Store store(path_, StoreMode::observe, clock_); }), "");
}

/// The disk is full at every page of the copy, and then of the upgrade's log.
TEST_F(UpgradeTest, ThatIsInterruptedLeavesVersion1) {
  int copies = 0, upgrades = 0;
  const auto fill_up = [&] {
    rlim_t bytes = 1000;
    for (std::string said = "8: cannot"; !said.empty(); bytes += 4000) {
      said = in_child([&] {
        (void)std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{bytes, bytes};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        return complaint([&] { const Store store(path_, StoreMode::write, clock_); });
      });
      const bool copying = said.starts_with("8: cannot write " + path_.string() + ".v1.bak.new");
      if (!copying && !said.starts_with("8: cannot bring up to date " + path_.string())) break;
      (copying ? copies : upgrades)++;
      EXPECT_EQ(version(), "1") << bytes;
      EXPECT_EQ(raw(path_, "SELECT count(*) FROM outbox"), "3") << bytes;
      EXPECT_EQ(raw(path_, "SELECT count(*) FROM sqlite_schema WHERE name = 'decision'"), "0");
    }
  };
  fill_up();
  write_version_1();  // now that there is a copy, less room is needed
  fill_up();
  EXPECT_GT(copies, 0) << "the copy was never interrupted";
  EXPECT_GT(upgrades, 0) << "the upgrade was never interrupted";
  Store store(path_, StoreMode::write, clock_);
  expect_all_is_kept(store);
}

TEST_F(UpgradeTest, ThatIsKilledLeavesOneVersionOrTheOther) {
  Child child([&] { (void)new Store(path_, StoreMode::write, clock_); });
  child.kill();
  EXPECT_GT(std::filesystem::file_size(path_.string() + "-wal"), 0U);
  { const Store looked(path_, StoreMode::observe, clock_); }
  Store store(path_, StoreMode::write, clock_);
  expect_all_is_kept(store);
}

}  // namespace
}  // namespace ordertail
