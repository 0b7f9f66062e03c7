#include "store/schema.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "store/visitors.h"

namespace ordertail {
namespace {

constexpr std::uint32_t kApplicationId = 0x6f726474;  // "ordt"
constexpr std::uint32_t kOldestVersion = 1;

// Times are milliseconds since 1970 UTC, save outbox.occurred_at: seconds. States are those of
// schema.h. Ids and hashes are blobs of 16 bytes.
constexpr const char* kTables = R"sql(
-- 'id_key': the secret that event ids are keyed with.
CREATE TABLE meta(
  key   TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- How far a file has been read; saved in the transaction that stages what was read.
-- prefix and marker are hashes of what the file held (input/identity.h). moved, quiet: of a log, what
-- tells whether it has come to rest (store.h, Cursor).
CREATE TABLE file(
  id          INTEGER PRIMARY KEY,
  source      TEXT NOT NULL,
  path        TEXT NOT NULL,
  prefix_size INTEGER NOT NULL,
  prefix      BLOB NOT NULL,
  marker_end  INTEGER NOT NULL,
  marker      BLOB NOT NULL,
  offset      INTEGER NOT NULL,
  line        INTEGER NOT NULL,
  seen        INTEGER NOT NULL,
  moved       INTEGER NOT NULL DEFAULT 0,
  quiet       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX file_by_source ON file(source);

-- Events not settled yet, and those that a sink rejected until a person retries or drops them: the
-- only ones whose payload is kept. A sequence is never used twice.
-- tries: requests made for the event, the one on its way included. file, line: its first record.
-- digest: of its content (event/event_digest.h), if that can change.
-- resent: once it was in doubt and is to be sent again: 1 if a person has decided so, and HubSpot
-- may then have it twice; 2 if it is so by itself, as its sink is idempotent, or if a part of it is
-- there and it begins again.
-- progress: what its sink said of requests that advanced it.
-- staged_at: when it was first; attribution: whether its visitor was looked for (OutboxAttribution).
CREATE TABLE outbox(
  sequence    INTEGER PRIMARY KEY AUTOINCREMENT,
  id          BLOB NOT NULL UNIQUE,
  kind        INTEGER NOT NULL,
  occurred_at INTEGER,
  state       INTEGER NOT NULL,
  tries       INTEGER NOT NULL,
  file        TEXT NOT NULL,
  line        INTEGER NOT NULL,
  payload     TEXT NOT NULL,
  digest      INTEGER,
  resent      INTEGER NOT NULL DEFAULT 0,
  progress    TEXT NOT NULL DEFAULT '',
  staged_at   INTEGER,
  attribution INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outbox_by_state ON outbox(state, occurred_at);

-- Settled events, a rejected one once it is dropped: all that is kept of ten million of them, 30 bytes each, hence no column more.
-- digest: of what was sent, as in the outbox; NULL takes no room.
CREATE TABLE ledger(
  id     BLOB PRIMARY KEY,
  state  INTEGER NOT NULL,
  digest INTEGER
) STRICT, WITHOUT ROWID;

-- Rows of the ledger by state; counting them would take a second in a large one.
CREATE TABLE total(
  state  INTEGER PRIMARY KEY,
  events INTEGER NOT NULL
) STRICT;
INSERT INTO total VALUES (0, 0), (1, 0);

-- Why an event was rejected, and where its first record is.
CREATE TABLE problem(
  number      INTEGER PRIMARY KEY,
  id          BLOB NOT NULL,
  kind        INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  reason      TEXT NOT NULL,
  message     TEXT NOT NULL,
  http_status INTEGER NOT NULL,
  file        TEXT NOT NULL,
  line        INTEGER NOT NULL
) STRICT;

-- Requests made, by the day they count against.
CREATE TABLE quota(
  sink TEXT NOT NULL,
  day  TEXT NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY(sink, day)
) STRICT, WITHOUT ROWID;

-- Sinks that said when to come back.
CREATE TABLE closed(
  sink  TEXT PRIMARY KEY,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Without `ended` a run goes on, or was killed. counts: JSON, as report/ writes it.
CREATE TABLE run(
  id        INTEGER PRIMARY KEY,
  started   INTEGER NOT NULL,
  ended     INTEGER,
  command   TEXT NOT NULL,
  exit_code INTEGER,
  counts    TEXT
) STRICT;
)sql";

constexpr const char* kAttempts = R"sql(
-- Wire requests, each with the events that it carries; it goes with the last of them.
-- idempotent: 1 when a repetition has the same effect, so that a doubt needs no person; 2 when the
-- sink can look what became of it, so that there is no doubt.
CREATE TABLE attempt(
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  sink       TEXT NOT NULL,
  body       BLOB NOT NULL,
  started_at INTEGER NOT NULL,
  idempotent INTEGER NOT NULL
) STRICT;

-- Events of requests that may have been applied, and are not known to have been: without a reason
-- the request is on its way, or ordertail was killed while it was; with one it is, or was, in doubt.
-- The last request of a rejected event is here too, with the reason. The row goes with its event, or
-- when it is proven that the request was not applied.
CREATE TABLE carried(
  attempt     INTEGER NOT NULL REFERENCES attempt(id),
  sequence    INTEGER NOT NULL REFERENCES outbox(sequence) ON DELETE CASCADE,
  reason      TEXT,
  message     TEXT,
  http_status INTEGER,
  PRIMARY KEY(attempt, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX carried_by_event ON carried(sequence);
CREATE TRIGGER attempt_is_over AFTER DELETE ON carried
WHEN NOT EXISTS (SELECT 1 FROM carried WHERE attempt = old.attempt)
BEGIN
  DELETE FROM attempt WHERE id = old.attempt;
END;
)sql";

constexpr const char* kDecisions = R"sql(
-- What the files of a source proved about how it writes: the order of its dates, its numbers.
CREATE TABLE decision(
  source   TEXT NOT NULL,
  what     TEXT NOT NULL,
  value    TEXT NOT NULL,
  evidence TEXT NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY(source, what)
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* kResolutions = R"sql(
CREATE INDEX problem_by_event ON problem(id);

-- What was decided about events in doubt and rejected ones (store.h, Ruling); kept when the event
-- is settled, and without anything of its person. was: its state until then, reason: why.
-- attempt: of a resend, the first request since; NULL: none yet.
CREATE TABLE resolution(
  number       INTEGER PRIMARY KEY,
  id           BLOB NOT NULL,
  kind         INTEGER NOT NULL,
  order_number TEXT NOT NULL,
  file         TEXT NOT NULL,
  line         INTEGER NOT NULL,
  ruling       INTEGER NOT NULL,
  was          INTEGER NOT NULL,
  reason       TEXT NOT NULL,
  at           INTEGER NOT NULL,
  who          TEXT NOT NULL,
  attempt      INTEGER
) STRICT;
CREATE INDEX resolution_by_event ON resolution(id);
)sql";

/// From version 1. Adding a column rewrites no row, however many there are.
constexpr const char* kColumnsOfVersion2 = R"sql(
ALTER TABLE outbox ADD COLUMN digest INTEGER;
ALTER TABLE ledger ADD COLUMN digest INTEGER;
)sql";

/// From version 2.
constexpr const char* kColumnOfVersion3 =
    "ALTER TABLE outbox ADD COLUMN resent INTEGER NOT NULL DEFAULT 0";

/// From version 3, where a request carried one event. No number of an attempt is used again.
constexpr const char* kBeforeVersion4 = R"sql(
ALTER TABLE outbox ADD COLUMN progress TEXT NOT NULL DEFAULT '';
DROP INDEX attempt_by_event;
ALTER TABLE attempt RENAME TO attempt_of_one;
)sql";
constexpr const char* kRowsOfVersion4 = R"sql(
INSERT INTO attempt SELECT id, sink, body, started_at, 0 FROM attempt_of_one;
INSERT INTO carried SELECT id, sequence, reason, message, http_status FROM attempt_of_one;
DELETE FROM sqlite_sequence WHERE name = 'attempt';
UPDATE sqlite_sequence SET name = 'attempt' WHERE name = 'attempt_of_one';
DROP TABLE attempt_of_one;
)sql";

/// From version 4; create_visitor_tables() makes the rest, that of version 6 included.
constexpr const char* kColumnsOfVersion5 = R"sql(
ALTER TABLE file ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN quiet INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN staged_at INTEGER;
ALTER TABLE outbox ADD COLUMN attribution INTEGER NOT NULL DEFAULT 0;
)sql";

/// The big-endian number at `at`, as SQLite's file format has it.
std::uint32_t number_at(std::string_view header, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = at; i < at + 4; ++i)
    number = number << 8U | static_cast<unsigned char>(header[i]);
  return number;
}

[[noreturn]] void refuse(std::string_view path, std::string_view what) {
  throw Error(
      ExitCode::store,
      fmt::format("{} is not a checkpoint file of ordertail: it {}. It has been left as it "
                  "is. Correct the path, restore the file from a backup, or move it away to "
                  "start afresh, which would send everything again.",
                  printable_name(path), what));
}

void set_version(Database& database, const char* doing) {
  database.execute(fmt::format("PRAGMA user_version = {}", kSchemaVersion).c_str(), doing);
}

}  // namespace

void check_header(std::string_view path, std::string_view header) {
  using namespace std::string_view_literals;
  if (header.empty()) refuse(path, "is empty");
  if (header.size() < kHeaderSize || !header.starts_with("SQLite format 3\0"sv))
    refuse(path, "is not an SQLite database");
  // https://sqlite.org/fileformat2.html: the user version is at 60, the application id at 68.
  if (number_at(header, 68) != kApplicationId) refuse(path, "is another program's database");
  const std::uint32_t version = number_at(header, 60);
  if (version < kOldestVersion || version > kSchemaVersion)
    throw Error(
        ExitCode::store,
        fmt::format("{} is of version {}, which this ordertail does not know (it knows {} to {}). "
                    "It has been left as it is. Use the ordertail that wrote it.",
                    printable_name(path), version, kOldestVersion, kSchemaVersion));
}

void create_schema(Database& database, const HashKey& id_key) {
  constexpr const char* kCreate = "create";
  Transaction transaction(database, kCreate);
  database.execute(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str(), kCreate);
  database.execute(kTables, kCreate);
  database.execute(kAttempts, kCreate);
  database.execute(kDecisions, kCreate);
  database.execute(kResolutions, kCreate);
  create_visitor_tables(database);
  set_version(database, kCreate);
  Statement(database, "INSERT INTO meta VALUES ('id_key', ?)", kCreate).with(id_key).run();
  transaction.commit();
}

std::uint32_t schema_version(Database& database) {
  std::uint32_t version = 0;
  Statement(database, "PRAGMA user_version", "read").each([&](const SqlRow& row) {
    version = row.as<std::uint32_t>(0);
  });
  return version;
}

void upgrade_schema(Database& database) {
  constexpr const char* kUpgrade = "bring up to date";
  Transaction transaction(database, kUpgrade);
  const std::uint32_t version = schema_version(database);
  if (version < 2) {
    database.execute(kColumnsOfVersion2, kUpgrade);
    database.execute(kDecisions, kUpgrade);
  }
  if (version < 3) {
    database.execute(kColumnOfVersion3, kUpgrade);
    database.execute(kResolutions, kUpgrade);
  }
  if (version < 4) {
    database.execute(kBeforeVersion4, kUpgrade);
    database.execute(kAttempts, kUpgrade);
    database.execute(kRowsOfVersion4, kUpgrade);
  }
  if (version < 5) {
    database.execute(kColumnsOfVersion5, kUpgrade);
    create_visitor_tables(database);
  } else {
    create_spent_tokens(database);
  }
  set_version(database, kUpgrade);
  transaction.commit();
}

}  // namespace ordertail
