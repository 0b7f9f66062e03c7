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
  return cursor;
}

}  // namespace

Store::Implementation::Staging::Staging(Database& database)
    : find_in_outbox(database, "SELECT 1 FROM outbox WHERE id = ?", kRead),
      find_in_ledger(database, "SELECT state FROM ledger WHERE id = ?", kRead),
      add_event(database,
                "INSERT INTO outbox(id, kind, occurred_at, state, tries, file, line, payload) "
                "VALUES (?, ?, ?, 0, 0, ?, ?, ?)",
                kStage),
      cursors(database, "SELECT * FROM file WHERE source = ? ORDER BY id", kRead),
      all_cursors(database, "SELECT * FROM file ORDER BY id", kRead),
      add_cursor(database, "INSERT INTO file VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", kStage),
      change_cursor(database,
                    "UPDATE file SET source = ?, path = ?, prefix_size = ?, prefix = ?, "
                    "marker_end = ?, marker = ?, offset = ?, line = ?, seen = ? WHERE id = ?",
                    kStage) {}

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

Store::Known Store::find(const Hash128& id) const {
  Known known = Known::no;
  self_->staging.find_in_outbox.with(id).each([&](const SqlRow&) { known = Known::in_outbox; });
  if (known != Known::no) return known;
  self_->staging.find_in_ledger.with(id).each([&](const SqlRow& row) {
    known = row.as<LedgerState>(0) == LedgerState::rejected ? Known::rejected : Known::submitted;
  });
  return known;
}

void Store::begin_slice() {
  self_->require_no_slice();
  self_->slice.emplace(self_->database, kStage);
}

Store::Known Store::stage(const Event& event, std::string_view payload) {
  self_->require_slice();
  const Known known = find(event.id);
  if (known != Known::no) return known;
  std::optional<std::int64_t> occurred_at;
  if (event.occurred_at) occurred_at = event.occurred_at->time_since_epoch().count();
  self_->staging.add_event
      .with(event.id, static_cast<int>(event.kind), occurred_at, event.origin.file,
            event.origin.line, payload)
      .run();
  return Known::no;
}

void Store::save(Cursor& cursor) {
  self_->require_slice();
  const auto values = [&](Statement& statement, auto... id) {
    const FileIdentity& identity = cursor.identity;
    statement
        .with(cursor.source, cursor.path, identity.prefix_size, identity.prefix,
              identity.marker_end, identity.marker, cursor.offset, cursor.line, cursor.seen, id...)
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

void Store::commit_slice() {
  self_->require_slice();
  self_->slice->commit();
  self_->slice.reset();
}

}  // namespace ordertail
