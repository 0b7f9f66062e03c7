// T1 to T5, and T7: what is recorded before a request leaves, and once it is over.
#include <fmt/format.h>

#include "base/error.h"
#include "store/store_implementation.h"

namespace ordertail {
namespace {

constexpr const char* kRecord = "record requests in";
constexpr const char* kRead = "read";
/// What the store has for a sink where there was no request: no quota counts it.
constexpr std::string_view kNoSink = "none";
constexpr std::string_view kOrdertail = "ordertail";

}  // namespace

Store::Implementation::Sending::Sending(Database& database)
    : pending(database,
              "SELECT sequence, id, payload, progress, tries FROM outbox WHERE state = 0 "
              "AND attribution <> 2 ORDER BY occurred_at, sequence LIMIT ?",
              kRead),
      progress(database, "SELECT DISTINCT progress FROM outbox WHERE state = 0 AND progress <> ''",
               kRead),
      begin_event(database,
                  "UPDATE outbox SET state = 1, tries = tries + 1 WHERE sequence = ? AND state = 0 "
                  "RETURNING resent",
                  kRecord),
      add_attempt(database,
                  "INSERT INTO attempt(sink, body, started_at, idempotent) VALUES (?, ?, ?, ?)",
                  kRecord),
      carry(database, "INSERT INTO carried(attempt, sequence) VALUES (?, ?)", kRecord),
      count_request(database,
                    "INSERT INTO quota VALUES (?, ?, 1) "
                    "ON CONFLICT(sink, day) DO UPDATE SET used = used + 1",
                    kRecord),
      note_resent(database,
                  "UPDATE resolution SET attempt = ? WHERE id = (SELECT id FROM outbox WHERE "
                  "sequence = ?) AND ruling IN (0, 4) AND attempt IS NULL",
                  kRecord) {}

Store::Implementation::Settling::Settling(Database& database)
    : open_attempt(database,
                   "SELECT a.idempotent FROM carried c JOIN attempt a ON a.id = c.attempt "
                   "WHERE c.attempt = ? AND c.sequence = ? AND c.reason IS NULL",
                   kRecord),
      forget_attempt(database, "DELETE FROM carried WHERE attempt = ? AND sequence = ?", kRecord),
      mark_attempt(database,
                   "UPDATE carried SET reason = ?, message = ?, http_status = ? "
                   "WHERE attempt = ? AND sequence = ?",
                   kRecord),
      set_state(database, "UPDATE outbox SET state = ? WHERE sequence = ?", kRecord),
      advance(database, "UPDATE outbox SET state = 0, progress = ? WHERE sequence = ?", kRecord),
      begin_again(database,
                  "UPDATE outbox SET state = 0, progress = '', resent = CASE WHEN progress <> '' "
                  "AND resent = 0 THEN 2 ELSE resent END WHERE sequence = ?",
                  kRecord),
      send_by_itself(database,
                     "UPDATE outbox SET state = 0, resent = CASE resent WHEN 1 THEN 1 ELSE 2 END "
                     "WHERE sequence = ?",
                     kRecord),
      record_problem(database,
                     "INSERT INTO problem(id, kind, at, reason, message, http_status, file, line) "
                     "SELECT id, kind, ?, ?, ?, ?, file, line FROM outbox WHERE sequence = ?",
                     kRecord),
      record_in_ledger(database,
                       "INSERT INTO ledger SELECT id, ?, digest FROM outbox WHERE sequence = ?",
                       kRecord),
      count_settled(database, "UPDATE total SET events = events + 1 WHERE state = ?", kRecord),
      remove_event(database, "DELETE FROM outbox WHERE sequence = ?", kRecord) {}

Store::Implementation::Quotas::Quotas(Database& database)
    : requests_on(database, "SELECT used FROM quota WHERE sink = ? AND day = ?", kRead),
      closed_until(database, "SELECT until FROM closed WHERE sink = ?", kRead),
      close_until(database,
                  "INSERT INTO closed VALUES (?, ?) "
                  "ON CONFLICT(sink) DO UPDATE SET until = max(until, excluded.until)",
                  kRecord),
      reopen(database, "DELETE FROM closed WHERE sink = ?", kRecord) {}

std::int64_t Store::Implementation::begin(const Intent& intent) {
  const int after_a_crash = intent.verifiable ? 2 : intent.idempotent ? 1 : 0;
  sending.add_attempt.with(intent.sink, intent.body, clock.wall(), after_a_crash).run();
  const std::int64_t attempt = database.last_row_id();
  for (const std::int64_t sequence : intent.events) {
    std::optional<bool> resent;
    sending.begin_event.with(sequence).each(
        [&](const SqlRow& row) { resent = row.as<int>(0) != 0; });
    if (!resent)
      throw Error(ExitCode::internal,
                  fmt::format("event {} was about to be sent, but it is not pending; please report "
                              "this defect",
                              sequence));
    sending.carry.with(attempt, sequence).run();
    if (*resent) sending.note_resent.with(attempt, sequence).run();
  }
  return attempt;
}

void Store::Implementation::to_ledger(std::int64_t sequence, LedgerState state) {
  settling.record_in_ledger.with(static_cast<int>(state), sequence).run();
  settling.count_settled.with(static_cast<int>(state)).run();
  settling.remove_event.with(sequence).run();
}

void Store::Implementation::doubt(std::int64_t sequence, bool idempotent, std::string_view reason) {
  settling.set_state.with(static_cast<int>(OutboxState::in_doubt), sequence).run();
  if (!idempotent) return;
  resolving.record
      .with(static_cast<int>(Ruling::by_itself), reason, clock.wall(), kOrdertail, sequence)
      .run();
  settling.send_by_itself.with(sequence).run();
}

void Store::Implementation::settle(const Outcome& outcome) {
  const auto [attempt, sequence] = outcome.of;
  std::optional<bool> idempotent;
  settling.open_attempt.with(attempt, sequence).each([&](const SqlRow& row) {
    idempotent = row.as<int>(0) == 1;  // 2: verifiable; what it says is in doubt is held
  });
  if (!idempotent)
    throw Error(ExitCode::internal,
                fmt::format("event {} of attempt {} was about to be settled, but it is not open; "
                            "please report this defect",
                            sequence, attempt));
  const auto mark = [&, of = outcome.of] {
    settling.mark_attempt
        .with(outcome.reason, outcome.message, outcome.http_status, of.attempt, of.sequence)
        .run();
  };
  switch (outcome.settlement) {
    case Settlement::submitted:
      to_ledger(sequence, LedgerState::submitted);
      break;
    case Settlement::advanced:
      settling.forget_attempt.with(attempt, sequence).run();
      settling.advance.with(outcome.progress, sequence).run();
      break;
    case Settlement::rejected:
      settling.record_problem
          .with(clock.wall(), outcome.reason, outcome.message, outcome.http_status, sequence)
          .run();
      mark();
      settling.set_state.with(static_cast<int>(OutboxState::rejected), sequence).run();
      break;
    case Settlement::pending:
      settling.forget_attempt.with(attempt, sequence).run();
      settling.set_state.with(static_cast<int>(OutboxState::pending), sequence).run();
      break;
    case Settlement::in_doubt:
      mark();
      doubt(sequence, *idempotent, outcome.reason);
      break;
  }
}

std::vector<OutboxEvent> Store::pending(std::size_t limit) const {
  std::vector<OutboxEvent> found;
  self_->sending.pending.with(limit).each([&](const SqlRow& row) {
    found.push_back({row.as<std::int64_t>(0), row.as<Hash128>(1), row.as<std::string>(2),
                     row.as<std::string>(3), row.as<int>(4)});
  });
  return found;
}

std::vector<std::string> Store::progress() const {
  std::vector<std::string> found;
  self_->sending.progress.each([&](const SqlRow& row) { found.push_back(row.as<std::string>(0)); });
  return found;
}

std::vector<std::int64_t> Store::settle_and_begin(std::span<const Outcome> outcomes,
                                                  std::span<const Intent> intents,
                                                  std::string_view day) {
  self_->require_no_slice();
  std::vector<std::int64_t> attempts;
  if (outcomes.empty() && intents.empty()) return attempts;
  Transaction transaction(self_->database, kRecord);
  for (const Outcome& outcome : outcomes) self_->settle(outcome);
  attempts.reserve(intents.size());
  for (const Intent& intent : intents) {
    attempts.push_back(self_->begin(intent));
    self_->sending.count_request.with(intent.sink, day).run();
  }
  transaction.commit();
  return attempts;
}

void Store::reject(std::span<const Refused> events) {
  self_->require_no_slice();
  if (events.empty()) return;
  Transaction transaction(self_->database, kRecord);
  for (const Refused& event : events) {
    const std::int64_t attempt =
        self_->begin({{event.sequence}, kNoSink, content_hash(""), /*idempotent=*/false});
    self_->settle(
        {{attempt, event.sequence}, Settlement::rejected, event.reason, event.message, 0, {}});
  }
  transaction.commit();
}

std::uint64_t Store::requests_on(std::string_view sink, std::string_view day) const {
  std::uint64_t used = 0;
  self_->quotas.requests_on.with(sink, day).each(
      [&](const SqlRow& row) { used = row.as<std::uint64_t>(0); });
  return used;
}

std::optional<WallTime> Store::closed_until(std::string_view sink) const {
  std::optional<WallTime> until;
  self_->quotas.closed_until.with(sink).each(
      [&](const SqlRow& row) { until = row.as<WallTime>(0); });
  return until;
}

void Store::close_until(std::string_view sink, WallTime until) {
  self_->require_no_slice();
  self_->quotas.close_until.with(sink, until).run();
}

void Store::reopen(std::string_view sink) {
  self_->require_no_slice();
  self_->quotas.reopen.with(sink).run();
}

}  // namespace ordertail
