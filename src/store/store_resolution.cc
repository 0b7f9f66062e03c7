// T8 and T9: what people decide about events in doubt and rejected ones; what was resent.
#include <fmt/format.h>

#include <set>

#include "base/error.h"
#include "store/store_implementation.h"

namespace ordertail {
namespace {

constexpr const char* kRead = "read";
constexpr const char* kDecide = "record a decision in";

bool is_about(Ruling ruling, OutboxState state) {
  switch (ruling) {
    case Ruling::resend:
    case Ruling::assume_sent:
    case Ruling::verify:
      return state == OutboxState::in_doubt;
    case Ruling::drop:
      return state == OutboxState::in_doubt || state == OutboxState::rejected;
    case Ruling::retry:
      return state == OutboxState::rejected;
    case Ruling::by_itself:
      break;
  }
  return false;
}

/// `doubtful_from`: as Store::Implementation has it.
Settlement settlement_of(OutboxState state, OutboxState doubtful_from) {
  if (state == OutboxState::rejected) return Settlement::rejected;
  return state >= doubtful_from ? Settlement::in_doubt : Settlement::pending;
}

// What became of it: the outbox knows, or the ledger.
constexpr const char* kResolutions =
    "SELECT r.id, r.kind, r.order_number, r.file, r.line, r.ruling, r.was, r.reason, r.at, r.who, "
    "r.attempt IS NOT NULL, o.state, l.state, EXISTS (SELECT 1 FROM carried c JOIN attempt a ON "
    "a.id = c.attempt WHERE c.sequence = o.sequence AND c.reason IS NULL AND a.idempotent) "
    "FROM resolution r LEFT JOIN outbox o ON o.id = r.id LEFT JOIN ledger l ON l.id = r.id ";

Resolution resolution_of(const SqlRow& row, OutboxState doubtful_from) {
  Resolution found;
  found.id = row.as<Hash128>(0);
  found.kind = row.as<Kind>(1);
  found.order_number = row.as<std::string>(2);
  found.file = row.as<std::string>(3);
  found.line = row.as<std::uint64_t>(4);
  found.ruling = row.as<Ruling>(5);
  found.was = settlement_of(row.as<OutboxState>(6), OutboxState::in_doubt);
  found.reason = row.as<std::string>(7);
  found.at = row.as<WallTime>(8);
  found.who = row.as<std::string>(9);
  found.sent_again = row.as<int>(10) != 0;
  if (!row.is_null(11)) {
    const bool repeatable = row.as<int>(13) != 0;
    found.now =
        settlement_of(row.as<OutboxState>(11), repeatable ? OutboxState::in_doubt : doubtful_from);
  } else if (!row.is_null(12)) {
    const bool submitted = row.as<LedgerState>(12) == LedgerState::submitted;
    found.now = submitted ? Settlement::submitted : Settlement::rejected;
  }
  return found;
}

}  // namespace

std::string_view name_of(Ruling ruling) {
  switch (ruling) {
    case Ruling::resend:
      return "resend";
    case Ruling::assume_sent:
      return "assume-sent";
    case Ruling::drop:
      return "drop";
    case Ruling::retry:
      return "retry";
    case Ruling::verify:
      return "verify";
    case Ruling::by_itself:
      break;
  }
  return "by itself";
}

Store::Implementation::Resolving::Resolving(Database& database)
    : held(database,
           "SELECT o.id, o.payload, coalesce(c.reason, ?), coalesce(c.message, ?), o.tries, "
           "a.started_at, (SELECT min(started_at) FROM attempt WHERE id IN "
           "(SELECT attempt FROM carried WHERE sequence = o.sequence)), "
           "coalesce(c.http_status, 0), o.resent = 1 FROM outbox o "
           "JOIN carried c ON c.sequence = o.sequence AND c.attempt = "
           "(SELECT max(attempt) FROM carried WHERE sequence = o.sequence) "
           "JOIN attempt a ON a.id = c.attempt WHERE o.state BETWEEN ? AND ? "
           "AND NOT (o.state = 1 AND a.idempotent) ORDER BY o.sequence LIMIT ?",
           kRead),
      find(database,
           "SELECT o.sequence, o.state, c.attempt, c.reason, c.message FROM outbox o JOIN carried "
           "c ON c.sequence = o.sequence AND c.attempt = "
           "(SELECT max(attempt) FROM carried WHERE sequence = o.sequence) WHERE o.id = ?",
           kDecide),
      record(database,
             "INSERT INTO resolution(id, kind, order_number, file, line, was, ruling, reason, at, "
             "who) SELECT id, kind, coalesce(json_extract(payload, '$.order_number'), ''), file, "
             "line, state, ?, ?, ?, ? FROM outbox WHERE sequence = ?",
             kDecide),
      send_again(database,
                 "UPDATE outbox SET state = 0, resent = 1, progress = '' WHERE sequence = ?",
                 kDecide),
      forget_problem(database, "DELETE FROM problem WHERE id = ?", kDecide),
      // A server may have repeated what it was sent.
      forget_words(
          database,
          "UPDATE problem SET message = 'it was dropped, and what HubSpot said of it is not "
          "kept (' || reason || ')' WHERE id = ?",
          kDecide),
      resolutions(database,
                  (std::string(kResolutions) +
                   "WHERE r.ruling BETWEEN ? AND ? ORDER BY r.number DESC LIMIT ?")
                      .c_str(),
                  kRead),
      resent(database,
             (std::string(kResolutions) +
              "WHERE r.ruling = ? AND r.attempt IS NOT NULL ORDER BY r.attempt DESC, r.number DESC "
              "LIMIT ?")
                 .c_str(),
             kRead) {}

std::vector<Held> Store::Implementation::held(OutboxState from, OutboxState to, std::size_t limit) {
  std::vector<Held> found;
  resolving.held.with(kCrash, kCrashMessage, static_cast<int>(from), static_cast<int>(to), limit)
      .each([&](const SqlRow& row) {
        found.push_back({row.as<Hash128>(0), row.as<std::string>(1), row.as<std::string>(2),
                         row.as<std::string>(3), row.as<int>(4), row.as<WallTime>(5),
                         row.as<WallTime>(6), row.as<int>(7), row.as<int>(8) != 0});
      });
  return found;
}

void Store::Implementation::requeue(const Hash128& id) {
  std::int64_t sequence = 0;
  std::int64_t attempt = 0;
  resolving.find.with(id).each([&](const SqlRow& row) {
    sequence = row.as<std::int64_t>(0);
    attempt = row.as<std::int64_t>(2);
  });
  resolving.forget_problem.with(id).run();
  settling.forget_attempt.with(attempt, sequence).run();
  settling.begin_again.with(sequence).run();
}

void Store::Implementation::forget_rejected(const Hash128& id) {
  std::optional<std::int64_t> sequence;
  resolving.find.with(id).each([&](const SqlRow& row) { sequence = row.as<std::int64_t>(0); });
  if (sequence) to_ledger(*sequence, LedgerState::rejected);
}

void Store::Implementation::rule(Ruling ruling, const Hash128& id, std::string_view who) {
  std::optional<OutboxState> state;
  std::int64_t sequence = 0;
  std::string reason;
  std::string message;
  resolving.find.with(id).each([&](const SqlRow& row) {
    sequence = row.as<std::int64_t>(0);
    state = row.as<OutboxState>(1);
    reason = row.as<std::string>(3);
    message = row.as<std::string>(4);
  });
  if (!state || !is_about(ruling, *state))
    throw Error(ExitCode::internal,
                fmt::format("the decision \"{}\" was about to be recorded of an event that is not "
                            "in a state for it; please report this defect",
                            name_of(ruling)));
  const WallTime now = clock.wall();
  resolving.record.with(static_cast<int>(ruling), reason, now, who, sequence).run();
  switch (ruling) {
    case Ruling::resend:
      resolving.send_again.with(sequence).run();
      break;
    case Ruling::assume_sent:
    case Ruling::verify:
      to_ledger(sequence, LedgerState::submitted);
      break;
    case Ruling::drop:
      resolving.forget_words.with(id).run();
      if (*state == OutboxState::in_doubt)
        settling.record_problem
            .with(now, "dropped", fmt::format("{} dropped it, in doubt since: {}", who, message), 0,
                  sequence)
            .run();
      to_ledger(sequence, LedgerState::rejected);
      break;
    case Ruling::retry:
      requeue(id);
      break;
    case Ruling::by_itself:  // not for people: is_about()
      break;
  }
}

void Store::rule(Ruling ruling, std::span<const Hash128> events, std::string_view who) {
  self_->require_no_slice();
  if (events.empty()) return;
  Transaction transaction(self_->database, kDecide);
  for (const Hash128& id : events) self_->rule(ruling, id, who);
  transaction.commit();
}

std::vector<Held> Store::in_doubt(std::size_t limit) const {
  return self_->held(self_->doubtful_from(), OutboxState::in_doubt, limit);
}

std::vector<Held> Store::rejected(std::size_t limit) const {
  return self_->held(OutboxState::rejected, OutboxState::rejected, limit);
}

std::vector<Resolution> Store::Implementation::decided(Ruling first, Ruling last,
                                                       std::size_t limit) {
  std::vector<Resolution> found;
  resolving.resolutions.with(static_cast<int>(first), static_cast<int>(last), limit)
      .each([&](const SqlRow& row) { found.push_back(resolution_of(row, doubtful_from())); });
  return found;
}

std::vector<Resolution> Store::resolutions(std::size_t limit) const {
  return self_->decided(Ruling::resend, Ruling::retry, limit);
}

std::vector<Resolution> Store::verified(std::size_t limit) const {
  return self_->decided(Ruling::verify, Ruling::verify, limit);
}

std::vector<Resolution> Store::Implementation::sent_again(Ruling ruling, std::size_t limit) {
  std::vector<Resolution> found;
  resolving.resent.with(static_cast<int>(ruling), limit).each([&](const SqlRow& row) {
    found.push_back(resolution_of(row, doubtful_from()));
  });
  return found;
}

std::vector<Resolution> Store::resent(std::size_t limit) const {
  return self_->sent_again(Ruling::resend, limit);
}

std::vector<Resolution> Store::repeated(std::size_t limit) const {
  return self_->sent_again(Ruling::by_itself, limit);
}

std::vector<Resolution> each_once(std::vector<Resolution> resolutions) {
  std::set<Hash128> seen;
  std::erase_if(resolutions, [&](const Resolution& each) { return !seen.insert(each.id).second; });
  return resolutions;
}

}  // namespace ordertail
