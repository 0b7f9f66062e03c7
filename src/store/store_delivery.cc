// T1 to T5: what is recorded before a request leaves, and once it is over.
#include <fmt/format.h>

#include "base/error.h"
#include "store/store_implementation.h"

namespace ordertail {
namespace {

constexpr const char* kRecord = "record requests in";
constexpr const char* kRead = "read";

}  // namespace

Store::Implementation::Sending::Sending(Database& database)
    : pending(database,
              "SELECT sequence, id, payload, tries FROM outbox WHERE state = 0 "
              "ORDER BY occurred_at, sequence LIMIT ?",
              kRead),
      begin_event(database,
                  "UPDATE outbox SET state = 1, tries = tries + 1 WHERE sequence = ? AND state = 0 "
                  "RETURNING resent",
                  kRecord),
      add_attempt(database,
                  "INSERT INTO attempt(sequence, sink, body, started_at) VALUES (?, ?, ?, ?)",
                  kRecord),
      count_request(database,
                    "INSERT INTO quota VALUES (?, ?, 1) "
                    "ON CONFLICT(sink, day) DO UPDATE SET used = used + 1",
                    kRecord),
      note_resent(database,
                  "UPDATE resolution SET attempt = ? WHERE id = (SELECT id FROM outbox WHERE "
                  "sequence = ?) AND ruling = 0 AND attempt IS NULL",
                  kRecord) {}

Store::Implementation::Settling::Settling(Database& database)
    : open_attempt(database, "SELECT sequence FROM attempt WHERE id = ? AND reason IS NULL",
                   kRecord),
      forget_attempt(database, "DELETE FROM attempt WHERE id = ?", kRecord),
      mark_attempt(database,
                   "UPDATE attempt SET reason = ?, message = ?, http_status = ? WHERE id = ?",
                   kRecord),
      set_state(database, "UPDATE outbox SET state = ? WHERE sequence = ?", kRecord),
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
      closed_until(database, "SELECT until FROM closed WHERE sink = ? AND until > ?", kRead),
      close_until(database,
                  "INSERT INTO closed VALUES (?, ?) "
                  "ON CONFLICT(sink) DO UPDATE SET until = max(until, excluded.until)",
                  kRecord) {}

std::int64_t Store::Implementation::begin(const Intent& intent, std::string_view day) {
  std::optional<bool> resent;
  sending.begin_event.with(intent.sequence).each([&](const SqlRow& row) {
    resent = row.as<int>(0) != 0;
  });
  if (!resent)
    throw Error(ExitCode::internal,
                fmt::format("event {} was about to be sent, but it is not pending; please report "
                            "this defect",
                            intent.sequence));
  sending.add_attempt.with(intent.sequence, intent.sink, intent.body, clock.wall()).run();
  const std::int64_t attempt = database.last_row_id();
  sending.count_request.with(intent.sink, day).run();
  if (*resent) sending.note_resent.with(attempt, intent.sequence).run();
  return attempt;
}

void Store::Implementation::to_ledger(std::int64_t sequence, LedgerState state) {
  settling.record_in_ledger.with(static_cast<int>(state), sequence).run();
  settling.count_settled.with(static_cast<int>(state)).run();
  settling.remove_event.with(sequence).run();
}

void Store::Implementation::settle(const Outcome& outcome) {
  std::optional<std::int64_t> sequence;
  settling.open_attempt.with(outcome.attempt).each([&](const SqlRow& row) {
    sequence = row.as<std::int64_t>(0);
  });
  if (!sequence)
    throw Error(ExitCode::internal,
                fmt::format("attempt {} was about to be settled, but it is not open; please report "
                            "this defect",
                            outcome.attempt));
  const auto stay = [&](OutboxState state) {
    settling.set_state.with(static_cast<int>(state), *sequence).run();
  };
  const auto mark = [&] {
    settling.mark_attempt
        .with(outcome.reason, outcome.message, outcome.http_status, outcome.attempt)
        .run();
  };
  switch (outcome.settlement) {
    case Settlement::submitted:
      to_ledger(*sequence, LedgerState::submitted);
      break;
    case Settlement::rejected:
      settling.record_problem
          .with(clock.wall(), outcome.reason, outcome.message, outcome.http_status, *sequence)
          .run();
      mark();
      stay(OutboxState::rejected);
      break;
    case Settlement::pending:
      settling.forget_attempt.with(outcome.attempt).run();
      stay(OutboxState::pending);
      break;
    case Settlement::in_doubt:
      mark();
      stay(OutboxState::in_doubt);
      break;
  }
}

std::vector<OutboxEvent> Store::pending(std::size_t limit) const {
  std::vector<OutboxEvent> found;
  self_->sending.pending.with(limit).each([&](const SqlRow& row) {
    found.push_back(
        {row.as<std::int64_t>(0), row.as<Hash128>(1), row.as<std::string>(2), row.as<int>(3)});
  });
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
  for (const Intent& intent : intents) attempts.push_back(self_->begin(intent, day));
  transaction.commit();
  return attempts;
}

std::uint64_t Store::requests_on(std::string_view sink, std::string_view day) const {
  std::uint64_t used = 0;
  self_->quotas.requests_on.with(sink, day).each(
      [&](const SqlRow& row) { used = row.as<std::uint64_t>(0); });
  return used;
}

std::optional<WallTime> Store::closed_until(std::string_view sink) const {
  std::optional<WallTime> until;
  self_->quotas.closed_until.with(sink, self_->clock.wall()).each([&](const SqlRow& row) {
    until = row.as<WallTime>(0);
  });
  return until;
}

void Store::close_until(std::string_view sink, WallTime until) {
  self_->require_no_slice();
  self_->quotas.close_until.with(sink, until).run();
}

}  // namespace ordertail
