// Opening, recovery after a crash, runs, and what status shows.
#include "store/store.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "store/lock.h"
#include "store/log_check.h"
#include "store/store_file.h"
#include "store/store_implementation.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRead = "read";
constexpr const char* kRecordRun = "record the run in";

// A check reads the whole file, 0.7 ms a MiB. Damage to a larger one is found where it is met.
constexpr std::uintmax_t kLargestChecked = 4U << 20U;

Fd take_lock(const fs::path& path, StoreMode mode, const Clock& clock) {
  if (mode == StoreMode::observe) return lock_for_looking(path);
  prepare_directory(path);
  return lock_for_writing(path, clock.wall());
}

/// Throws Error(store) when the file is damaged.
void check(Database& database, const fs::path& path) {
  std::error_code missing;
  if (fs::file_size(path, missing) > kLargestChecked) return;
  Statement(database, "PRAGMA quick_check(1)", "check").each([&](const SqlRow& row) {
    const auto found = row.as<std::string>(0);
    if (found != "ok") database.fail_as_damaged("use", found);
  });
}

/// Makes a store of today of an older one. The file is copied while SQLite does not have it open:
/// closing any other descriptor of it would drop SQLite's locks.
void bring_up_to_date(std::unique_ptr<Database>& database, const fs::path& path) {
  const std::uint32_t version = schema_version(*database);
  database->execute("PRAGMA wal_checkpoint(TRUNCATE)", "copy");
  database.reset();
  keep_copy(path, version);
  database = std::make_unique<Database>(path, Access::write);
  upgrade_schema(*database);
}

/// Looking may not write.
[[noreturn]] void refuse_to_look(std::uint32_t version, const fs::path& path) {
  throw Error(ExitCode::store,
              fmt::format("{} was written by an earlier ordertail (version {} of the file, now {}),"
                          " and looking at it may not change it. Run \"ordertail stage\" with this "
                          "job once: that brings the file up to date, keeps all it holds and sends "
                          "nothing. Then run this again.",
                          printable_name(path.string()), version, kSchemaVersion));
}

/// Makes what is missing. Call it under the lock.
std::unique_ptr<Database> open_database(const fs::path& path, StoreMode mode) {
  const bool there = has_store(path, mode == StoreMode::write ? O_RDWR : O_RDONLY);
  if (!there && mode == StoreMode::observe) {
    auto nothing = std::make_unique<Database>(path, Access::memory);
    create_schema(*nothing, HashKey{});
    return nothing;
  }
  if (!there) create_store(path);
  if (has_log(path)) check_log(path);
  const Access access = mode == StoreMode::write ? Access::write
                        : has_log(path)          ? Access::look_through
                                                 : Access::look;
  auto database = std::make_unique<Database>(path, access);
  if (there) {
    check(*database, path);
    const std::uint32_t version = schema_version(*database);
    if (version != kSchemaVersion && mode == StoreMode::observe) refuse_to_look(version, path);
    if (version != kSchemaVersion) bring_up_to_date(database, path);
  }
  return database;
}

HashKey read_id_key(Database& database) {
  HashKey key{};
  std::string stored;
  Statement(database, "SELECT value FROM meta WHERE key = 'id_key'", kRead)
      .each([&](const SqlRow& row) { stored = row.as<std::string>(0); });
  if (stored.size() != key.size())
    database.fail_as_damaged("use", "the key of its event ids is missing");
  std::memcpy(key.data(), stored.data(), key.size());
  return key;
}

}  // namespace

Store::Implementation::Implementation(const fs::path& path, StoreMode store_mode,
                                      const Clock& its_clock)
    : clock(its_clock),
      mode(store_mode),
      lock(take_lock(path, mode, clock)),
      connection(open_database(path, mode)),
      database(*connection),
      id_key(read_id_key(database)),
      visitors(database, id_key),
      staging(database),
      attributing(database),
      decisions(database),
      sending(database),
      settling(database),
      looking_up(database),
      resolving(database),
      quotas(database),
      looking(database) {
  if (mode == StoreMode::write) {
    note_store_made(lock, path);
    recover();
  }
}

void Store::Implementation::recover() {
  constexpr const char* kRecover = "record the interrupted requests in";
  Transaction transaction(database, kRecover);
  Statement(database,
            "UPDATE outbox SET state = 0 WHERE sequence IN (SELECT c.sequence FROM carried c JOIN "
            "attempt a ON a.id = c.attempt WHERE c.reason IS NULL AND a.idempotent = 2)",
            kRecover)
      .run();
  Statement(database,
            "DELETE FROM carried WHERE reason IS NULL AND attempt IN "
            "(SELECT id FROM attempt WHERE idempotent = 2)",
            kRecover)
      .run();
  std::vector<std::pair<std::int64_t, bool>> open;
  Statement(database,
            "SELECT c.sequence, a.idempotent FROM carried c JOIN attempt a ON a.id = c.attempt "
            "WHERE c.reason IS NULL",
            kRecover)
      .each([&](const SqlRow& row) {
        open.emplace_back(row.as<std::int64_t>(0), row.as<int>(1) != 0);
      });
  Statement(database,
            "UPDATE carried SET reason = ?, message = ?, http_status = 0 WHERE reason IS NULL",
            kRecover)
      .with(kCrash, kCrashMessage)
      .run();
  for (const auto& [sequence, idempotent] : open) doubt(sequence, idempotent, kCrash);
  transaction.commit();
}

void Store::Implementation::require_writable() const {
  if (mode == StoreMode::observe)
    throw Error(ExitCode::internal, "a store that is only looked at was about to be written to");
}

void Store::Implementation::require_no_slice() const {
  require_writable();
  if (slice)
    throw Error(ExitCode::internal, "the store was written to while a slice was being staged");
}

void Store::Implementation::require_slice() const {
  if (!slice) throw Error(ExitCode::internal, "the store was staged to outside a slice");
}

Store::Implementation::Looking::Looking(Database& database)
    : begin_run(database, "INSERT INTO run(started, command) VALUES (?, ?)", kRecordRun),
      end_run(database, "UPDATE run SET ended = ?, exit_code = ?, counts = ? WHERE id = ?",
              kRecordRun),
      runs(database,
           "SELECT id, started, ended, command, exit_code, counts FROM run "
           "ORDER BY id DESC LIMIT ?",
           kRead),
      settled(database, "SELECT state, events FROM total", kRead),
      waiting(
          database,
          "SELECT state, count(*), sum(attribution = 2 AND state = 0) FROM outbox GROUP BY state",
          kRead),
      repeatable(database,
                 "SELECT count(*) FROM carried c JOIN attempt a ON a.id = c.attempt "
                 "WHERE c.reason IS NULL AND a.idempotent",
                 kRead),
      resent(database,
             "SELECT ruling, count(*) FROM resolution WHERE attempt IS NOT NULL GROUP BY ruling",
             kRead),
      problems(database,
               "SELECT p.id, p.at, p.reason, p.message, p.http_status, p.file, p.line, o.id "
               "FROM problem p LEFT JOIN outbox o ON o.id = p.id ORDER BY p.number DESC LIMIT ?",
               kRead),
      last_waiting(database,
                   "SELECT max(staged_at) FROM outbox WHERE state = 0 AND attribution = 2", kRead) {
}

OutboxState Store::Implementation::doubtful_from() const {
  return mode == StoreMode::observe ? OutboxState::on_its_way : OutboxState::in_doubt;
}

Store::Store(const fs::path& path, StoreMode mode, const Clock& clock)
    : self_(std::make_unique<Implementation>(path, mode, clock)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;

const HashKey& Store::id_key() const {
  return self_->id_key;
}

std::int64_t Store::begin_run(std::string_view command) {
  self_->require_no_slice();
  self_->looking.begin_run.with(self_->clock.wall(), command).run();
  return self_->database.last_row_id();
}

void Store::end_run(std::int64_t run, int exit_code, std::string_view counts_json) {
  self_->require_no_slice();
  self_->looking.end_run.with(self_->clock.wall(), exit_code, counts_json, run).run();
  if (self_->database.changes() != 1)
    throw Error(ExitCode::internal, "a run was ended that the store does not hold");
}

std::vector<RunRecord> Store::runs(std::size_t limit) const {
  std::vector<RunRecord> found;
  self_->looking.runs.with(limit).each([&](const SqlRow& row) {
    RunRecord run;
    run.id = row.as<std::int64_t>(0);
    run.started = row.as<WallTime>(1);
    if (!row.is_null(2)) run.ended = row.as<WallTime>(2);
    run.command = row.as<std::string>(3);
    run.exit_code = row.as<int>(4);
    run.counts = row.as<std::string>(5);
    found.push_back(std::move(run));
  });
  return found;
}

Totals Store::totals() const {
  Totals totals;
  self_->looking.settled.each([&](const SqlRow& row) {
    const bool rejected = row.as<LedgerState>(0) == LedgerState::rejected;
    (rejected ? totals.rejected : totals.submitted) = row.as<std::uint64_t>(1);
  });
  self_->looking.waiting.each([&](const SqlRow& row) {
    const auto state = row.as<OutboxState>(0);
    auto& total = state == OutboxState::rejected    ? totals.rejected
                  : state >= self_->doubtful_from() ? totals.in_doubt
                                                    : totals.pending;
    total += row.as<std::uint64_t>(1);
    totals.waiting += row.as<std::uint64_t>(2);
  });
  if (totals.waiting > 0) {
    self_->looking.last_waiting.each([&](const SqlRow& row) {
      if (!row.is_null(0)) totals.last_waiting_since = row.as<WallTime>(0);
    });
  }
  if (self_->mode == StoreMode::observe) {
    self_->looking.repeatable.each([&](const SqlRow& row) {
      totals.in_doubt -= row.as<std::uint64_t>(0);
      totals.pending += row.as<std::uint64_t>(0);
    });
  }
  self_->looking.resent.each([&](const SqlRow& row) {
    const bool by_itself = row.as<Ruling>(0) == Ruling::by_itself;
    (by_itself ? totals.repeated : totals.resent) = row.as<std::uint64_t>(1);
  });
  return totals;
}

std::vector<Problem> Store::problems(std::size_t limit) const {
  std::vector<Problem> found;
  self_->looking.problems.with(limit).each([&](const SqlRow& row) {
    found.push_back({row.as<Hash128>(0), row.as<WallTime>(1), row.as<std::string>(2),
                     row.as<std::string>(3), row.as<int>(4), row.as<std::string>(5),
                     row.as<std::uint64_t>(6), !row.is_null(7)});
  });
  return found;
}

}  // namespace ordertail
