// Whose visit led to pending events.
#include "base/error.h"
#include "store/store_implementation.h"

namespace ordertail {
namespace {

constexpr const char* kAttribute = "attribute events in";

}  // namespace

// What was sent once goes again as it was.
Store::Implementation::Attributing::Attributing(Database& database)
    : open(database,
           "SELECT sequence, id, payload, staged_at FROM outbox WHERE sequence > ? AND state = 0 "
           "AND tries = 0 AND attribution <> 1 ORDER BY sequence LIMIT ?",
           "read"),
      decide(
          database,
          "UPDATE outbox SET attribution = ?, payload = CASE ?2 WHEN '' THEN payload ELSE ?2 END "
          "WHERE sequence = ? AND state = 0 AND tries = 0",
          kAttribute) {}

Visitors& Store::visitors() {
  return self_->visitors;
}

std::vector<Unattributed> Store::unattributed(std::int64_t after, std::size_t limit) const {
  std::vector<Unattributed> found;
  self_->attributing.open.with(after, limit).each([&](const SqlRow& row) {
    Unattributed& event = found.emplace_back();
    event.sequence = row.as<std::int64_t>(0);
    event.id = row.as<Hash128>(1);
    event.payload = row.as<std::string>(2);
    if (!row.is_null(3)) event.staged_at = row.as<WallTime>(3);
  });
  return found;
}

void Store::attribute(std::int64_t sequence, OutboxAttribution attribution,
                      std::string_view payload) {
  self_->require_slice();
  self_->attributing.decide.with(static_cast<int>(attribution), payload, sequence).run();
  if (self_->database.changes() != 1)
    throw Error(ExitCode::internal, "an event was attributed that is not pending, or was sent");
}

}  // namespace ordertail
