// T6 where a sink lists what it took: events in doubt, and what looking them up came to.
#include "store/store_implementation.h"

namespace ordertail {
namespace {

constexpr const char* kRead = "read";
constexpr const char* kRecord = "record what was looked up in";
constexpr std::string_view kOrdertail = "ordertail";
/// In a message, between why the event is in doubt and what the last look came to.
constexpr std::string_view kLookedUp = "; looked up: ";

}  // namespace

Store::Implementation::LookingUp::LookingUp(Database& database)
    : doubts(database,
             "SELECT o.id, o.payload, a.body, (SELECT min(started_at) FROM attempt "
             "WHERE id IN (SELECT attempt FROM carried WHERE sequence = o.sequence)) FROM outbox o "
             "JOIN carried c ON c.sequence = o.sequence AND c.attempt = "
             "(SELECT max(attempt) FROM carried WHERE sequence = o.sequence) "
             "JOIN attempt a ON a.id = c.attempt WHERE o.state = 2 AND a.sink = ? "
             "ORDER BY o.sequence LIMIT ?",
             kRead),
      note(database,
           "UPDATE carried SET message = CASE instr(message, ?1) WHEN 0 THEN message "
           "ELSE substr(message, 1, instr(message, ?1) - 1) END || ?1 || ?2 "
           "WHERE (attempt, sequence) = (SELECT max(c.attempt), o.sequence FROM outbox o "
           "JOIN carried c ON c.sequence = o.sequence WHERE o.id = ?3)",
           kRecord) {}

std::vector<Doubt> Store::doubts(std::string_view sink, std::size_t limit) const {
  std::vector<Doubt> found;
  self_->looking_up.doubts.with(sink, limit).each([&](const SqlRow& row) {
    found.push_back(
        {row.as<Hash128>(0), row.as<std::string>(1), row.as<Hash128>(2), row.as<WallTime>(3)});
  });
  return found;
}

void Store::count_request(std::string_view sink, std::string_view day) {
  self_->require_no_slice();
  self_->sending.count_request.with(sink, day).run();
}

void Store::settle_looked_up(std::span<const LookedUp> events) {
  self_->require_no_slice();
  if (events.empty()) return;
  Transaction transaction(self_->database, kRecord);
  for (const LookedUp& event : events) {
    if (event.found) {
      self_->rule(Ruling::verify, event.id, kOrdertail);
    } else {
      self_->looking_up.note.with(kLookedUp, event.evidence, event.id).run();
    }
  }
  transaction.commit();
}

}  // namespace ordertail
