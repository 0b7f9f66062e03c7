// Deleting what is kept of a person.
#include "base/text.h"
#include "store/store_implementation.h"

namespace ordertail {
namespace {

constexpr const char* kForget = "forget people in";

}  // namespace

void Store::Implementation::forget_event(std::int64_t sequence, const Hash128& id) {
  resolving.forget_words.with(id).run();
  Statement(database, "UPDATE resolution SET order_number = '' WHERE id = ?", kForget)
      .with(id)
      .run();
  to_ledger(sequence, LedgerState::rejected);
}

std::vector<Store::Implementation::Forgettable> Store::Implementation::outbox_of(
    const Person& person) const {
  std::vector<Forgettable> events;
  Statement(database,
            "SELECT sequence, id, state, resent <> 0 OR progress <> '' FROM outbox WHERE "
            "(?1 <> '' AND lower(json_extract(payload, '$.email')) = ?1) OR "
            "(?2 <> '' AND json_extract(payload, '$.order_number') = ?2)",
            kForget)
      .with(lower(person.email), person.order_number)
      .each([&](const SqlRow& row) {
        events.push_back({row.as<std::int64_t>(0), row.as<Hash128>(1), row.as<OutboxState>(2),
                          row.as<int>(3) != 0});
      });
  return events;
}

void Store::Implementation::forget(const Person& person, bool drop_pending, Forgotten& forgotten) {
  forgotten.evidence += visitors.forget(person.order_number, person.email);
  for (const Forgettable& event : outbox_of(person)) {
    const bool rejected = event.state == OutboxState::rejected;
    const bool droppable =
        event.state == OutboxState::pending && !event.may_be_there && drop_pending;
    if (rejected || droppable) forget_event(event.sequence, event.id);
    ++(rejected ? forgotten.rejected : droppable ? forgotten.pending : forgotten.held);
  }
}

Forgotten Store::forget(std::span<const Person> people, bool drop_pending) {
  self_->require_no_slice();
  Forgotten forgotten;
  Transaction transaction(self_->database, kForget);
  // All are looked for before any is forgotten: two of them may be one.
  for (const Person& person : people) {
    forgotten.found.push_back(self_->visitors.know(person.order_number, person.email) ||
                              !self_->outbox_of(person).empty());
  }
  for (const Person& person : people) self_->forget(person, drop_pending, forgotten);
  transaction.commit();
  return forgotten;
}

Forgotten Store::forget_before(WallTime time) {
  self_->require_no_slice();
  Forgotten forgotten;
  Transaction transaction(self_->database, kForget);
  forgotten.evidence =
      self_->visitors.forget_before(std::chrono::floor<std::chrono::seconds>(time));
  std::vector<Implementation::Forgettable> rows;
  Statement(self_->database,
            "SELECT sequence, id FROM outbox o WHERE state = 3 AND "
            "(SELECT max(at) FROM problem WHERE id = o.id) < ?",
            kForget)
      .with(time)
      .each([&](const SqlRow& row) {
        rows.push_back({row.as<std::int64_t>(0), row.as<Hash128>(1), {}, false});
      });
  for (const auto& row : rows) self_->forget_event(row.sequence, row.id);
  forgotten.rejected = rows.size();
  transaction.commit();
  return forgotten;
}

}  // namespace ordertail
