// T0: events and the cursor of the file they were read from, in one transaction.
#include "base/error.h"
#include "store/store_implementation.h"

namespace ordertail {
namespace {

constexpr const char* kStage = "stage events in";
constexpr const char* kRead = "read";

Cursor cursor_of(const SqlRow& row) {
  Cursor cursor;
  cursor.id = row.as<std::int64_t>(0);
  cursor.source = row.as<std::string>(1);
  cursor.path = row.as<std::string>(2);
  cursor.identity.prefix_size = row.as<std::uint64_t>(3);
  cursor.identity.prefix = row.as<Hash128>(4);
  cursor.identity.marker_end = row.as<std::uint64_t>(5);
  cursor.identity.marker = row.as<Hash128>(6);
  cursor.offset = row.as<std::uint64_t>(7);
  cursor.line = row.as<std::uint64_t>(8);
  cursor.seen = row.as<std::uint64_t>(9);
  cursor.moved = row.as<int>(10) != 0;
  cursor.quiet = row.as<Quiet>(11);
  return cursor;
}

/// As the store keeps it: signed, so that SQLite never takes more than four bytes for it.
std::optional<std::int64_t> stored(std::optional<EventDigest> digest) {
  if (!digest) return std::nullopt;
  return static_cast<std::int32_t>(digest->bits);
}

std::optional<EventDigest> digest_at(const SqlRow& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return EventDigest{static_cast<std::uint32_t>(row.as<std::int32_t>(column))};
}

/// Of an event that HubSpot can have by its last request only.
Known::State known_as(OutboxState state) {
  switch (state) {
    case OutboxState::pending:
      return Known::pending;
    case OutboxState::rejected:
      return Known::refused;
    case OutboxState::on_its_way:
    case OutboxState::in_doubt:
      break;
  }
  return Known::sent;
}

}  // namespace

Store::Implementation::Staging::Staging(Database& database)
    : find_in_outbox(database,
                     "SELECT state, digest, resent = 1, resent = 2 OR progress <> '' FROM outbox "
                     "WHERE id = ?",
                     kRead),
      find_in_ledger(database, "SELECT state, digest FROM ledger WHERE id = ?", kRead),
      add_event(database,
                "INSERT INTO outbox(occurred_at, file, line, payload, digest, id, kind, staged_at, "
                "state, "
                "tries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
                kStage),
      replace_event(database,
                    "UPDATE outbox SET occurred_at = ?, file = ?, line = ?, payload = ?, "
                    "digest = ?, attribution = 0, progress = '', resent = CASE WHEN progress <> '' "
                    "AND resent = 0 THEN 2 "
                    "ELSE resent END WHERE id = ? AND state = 0",
                    kStage),
      withdraw_event(database, "DELETE FROM outbox WHERE id = ? AND state = 0", kStage),
      cursors(database, "SELECT * FROM file WHERE source = ? ORDER BY id", kRead),
      all_cursors(database, "SELECT * FROM file ORDER BY id", kRead),
      add_cursor(database, "INSERT INTO file VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                 kStage),
      change_cursor(database,
                    "UPDATE file SET source = ?, path = ?, prefix_size = ?, prefix = ?, "
                    "marker_end = ?, marker = ?, offset = ?, line = ?, seen = ?, moved = ?, quiet "
                    "= ? WHERE id = ?",
                    kStage),
      forget_cursor(database, "DELETE FROM file WHERE id = ?", kStage) {}

std::vector<Cursor> Store::cursors(std::string_view source) const {
  std::vector<Cursor> found;
  self_->staging.cursors.with(source).each(
      [&](const SqlRow& row) { found.push_back(cursor_of(row)); });
  return found;
}

std::vector<Cursor> Store::all_cursors() const {
  std::vector<Cursor> found;
  self_->staging.all_cursors.each([&](const SqlRow& row) { found.push_back(cursor_of(row)); });
  return found;
}

Known Store::find(const Hash128& id) const {
  Known known;
  self_->staging.find_in_outbox.with(id).each([&](const SqlRow& row) {
    const bool may_be_there = row.as<int>(2) != 0;
    known = {may_be_there ? Known::sent : known_as(row.as<OutboxState>(0)), digest_at(row, 1),
             row.as<int>(3) != 0};
  });
  if (known.state != Known::no) return known;
  self_->staging.find_in_ledger.with(id).each([&](const SqlRow& row) {
    const bool rejected = row.as<LedgerState>(0) == LedgerState::rejected;
    known = {rejected ? Known::rejected : Known::submitted, digest_at(row, 1), false};
  });
  return known;
}

void Store::begin_slice() {
  self_->require_no_slice();
  self_->slice.emplace(self_->database, kStage);
}

Staged Store::stage(const Event& event, std::string_view payload,
                    std::optional<EventDigest> digest) {
  self_->require_slice();
  const Staged staged = staged_as(find(event.id), digest);
  std::optional<std::int64_t> occurred_at;
  if (event.occurred_at) occurred_at = event.occurred_at->time_since_epoch().count();
  const auto write = [&](Statement& statement, const auto&... more) {
    statement
        .with(occurred_at, event.origin.file, event.origin.line, payload, stored(digest), event.id,
              more...)
        .run();
  };
  if (staged == Staged::added)
    write(self_->staging.add_event, static_cast<int>(event.kind), self_->clock.wall());
  if (staged == Staged::corrected) self_->requeue(event.id);
  if (staged == Staged::replaced || staged == Staged::corrected) {
    write(self_->staging.replace_event);
  }
  return staged;
}

Withdrawn Store::withdraw(const Hash128& id) {
  self_->require_slice();
  const Known known = find(id);
  const Withdrawn withdrawn = withdrawn_as(known);
  if (leaves_outbox(withdrawn)) self_->staging.withdraw_event.with(id).run();
  if (known.state == Known::refused) self_->forget_rejected(id);
  return withdrawn;
}

void Store::save(Cursor& cursor) {
  self_->require_slice();
  const auto values = [&](Statement& statement, auto... id) {
    const FileIdentity& identity = cursor.identity;
    statement
        .with(cursor.source, cursor.path, identity.prefix_size, identity.prefix,
              identity.marker_end, identity.marker, cursor.offset, cursor.line, cursor.seen,
              cursor.moved, static_cast<int>(cursor.quiet), id...)
        .run();
  };
  if (cursor.id == 0) {
    values(self_->staging.add_cursor);
    cursor.id = self_->database.last_row_id();
    return;
  }
  values(self_->staging.change_cursor, cursor.id);
  if (self_->database.changes() != 1)
    throw Error(ExitCode::internal, "a cursor was saved that the store does not hold");
}

void Store::forget(const Cursor& cursor) {
  self_->require_slice();
  self_->staging.forget_cursor.with(cursor.id).run();
}

void Store::commit_slice() {
  self_->require_slice();
  self_->slice->commit();
  self_->slice.reset();
}

}  // namespace ordertail
