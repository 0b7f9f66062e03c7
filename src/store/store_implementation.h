// What the sources of the store share.
//
// The states of an event and what moves it between them. Every line is one durable transaction,
// alone or with others; an event is in the outbox until it is in the ledger.
//
//        state          becomes      when                                      where
//   T0   (a row)        pending      it was read, with its file's cursor       stage()
//   T1   pending        on its way   a request for it is about to leave        begin()
//   T2   on its way     (submitted)  a whole reply names it                    settle(): submitted
//                       pending      one of its requests did, others follow    settle(): advanced
//   T3   on its way     rejected     a reply refuses it for good               settle(): rejected
//        pending        rejected     its sink refuses it, no request is made   reject()
//   T4   on its way     pending      it is proven not to have been applied     settle(): pending
//   T5   on its way     in doubt     anything else                             settle(), doubt()
//                                    the process died                          recover(), doubt()
//   T6   on its way     pending      the process died, and the sink can look   recover()
//                                    what it had done before it goes on
//        in doubt       (submitted)  the sink lists what it took, this too      settle_looked_up()
//   T7   in doubt       pending      at once, where the sink is idempotent     doubt()
//   T8   in doubt       pending      a person says: resend                     rule()
//   T9   in doubt       (submitted)  a person says: assume sent                rule()
//                       (rejected)   a person says: drop                       rule()
//        rejected       pending      a person says: retry                      rule()
//        rejected       (rejected)   a person says: drop; its order is         rule(), withdraw(),
//                                    withdrawn; its person is forgotten, or    forget(),
//                                    it was long ago                           forget_before()
//        pending        (rejected)   its person is forgotten, it was not sent  forget()
//        rejected       pending      its order has other content by now        stage()
//        pending        (gone)       its order is withdrawn, never sent        withdraw()
//
// (…): out of the outbox. tests/store/transitions_test.cc has a crash before and after each.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/sqlite.h"
#include "store/schema.h"
#include "store/store.h"

namespace ordertail {

/// Why a request that a killed process left open is in doubt.
inline constexpr const char* kCrash = "crash";
inline constexpr const char* kCrashMessage =
    "ordertail stopped after this request may have left and before its answer was recorded";

struct Store::Implementation {
  Implementation(const std::filesystem::path& path, StoreMode store_mode, const Clock& its_clock);

  /// Throws Error(internal) in observe mode.
  void require_writable() const;
  /// Throws Error(internal) in observe mode and while a slice is open.
  void require_no_slice() const;
  void require_slice() const;

  /// T5, T6 and T7, for the attempts that a killed process left open.
  void recover();
  std::int64_t begin(const Intent& intent);
  void settle(const Outcome& outcome);
  /// T5, and for an idempotent sink T7 at once: its last request may have been applied.
  void doubt(std::int64_t sequence, bool idempotent, std::string_view reason);
  /// Out of the outbox, for good.
  void to_ledger(std::int64_t sequence, LedgerState state);
  /// A rejected event whose payload is kept: pending, from its first request on.
  void requeue(const Hash128& id);
  /// The same: rejected for good.
  void forget_rejected(const Hash128& id);
  /// An event in the outbox, as far as forgetting it goes.
  struct Forgettable {
    std::int64_t sequence = 0;
    Hash128 id;
    OutboxState state{};
    bool may_be_there = false;  ///< HubSpot may have it, or a part of it
  };
  [[nodiscard]] std::vector<Forgettable> outbox_of(const Person& person) const;
  void forget(const Person& person, bool drop_pending, Forgotten& forgotten);
  /// A rejected or pending event: rejected for good, and nothing of its person is kept.
  void forget_event(std::int64_t sequence, const Hash128& id);
  void rule(Ruling ruling, const Hash128& id, std::string_view who);
  /// Decided as `first` to `last` say, newest first.
  std::vector<Resolution> decided(Ruling first, Ruling last, std::size_t limit);
  std::vector<Resolution> sent_again(Ruling ruling, std::size_t limit);
  std::vector<Held> held(OutboxState from, OutboxState to, std::size_t limit);
  /// The state of the outbox from which on an event is shown as in doubt, unless it is on its way
  /// through an idempotent sink.
  OutboxState doubtful_from() const;

  // The order is that of opening; all is closed the other way round.
  const Clock& clock;
  StoreMode mode;
  Fd lock;
  std::unique_ptr<Database> connection;
  Database& database;
  HashKey id_key;
  std::optional<Transaction> slice;
  Visitors visitors;

  /// T0.
  struct Staging {
    explicit Staging(Database& database);
    Statement find_in_outbox, find_in_ledger, add_event, replace_event, withdraw_event;
    Statement cursors, all_cursors, add_cursor, change_cursor, forget_cursor;
  } staging;

  struct Attributing {
    explicit Attributing(Database& database);
    Statement open, decide;
  } attributing;

  struct Decisions {
    explicit Decisions(Database& database);
    Statement decide, find, all;
  } decisions;

  /// T1.
  struct Sending {
    explicit Sending(Database& database);
    Statement pending, progress, begin_event, add_attempt, carry, count_request, note_resent;
  } sending;

  /// T2 to T5, T7.
  struct Settling {
    explicit Settling(Database& database);
    Statement open_attempt, forget_attempt, mark_attempt, set_state, advance, begin_again,
        send_by_itself;
    Statement record_problem, record_in_ledger, count_settled, remove_event;
  } settling;

  /// T6, where a sink lists what it took.
  struct LookingUp {
    explicit LookingUp(Database& database);
    Statement doubts, note;
  } looking_up;

  /// T8, T9.
  struct Resolving {
    explicit Resolving(Database& database);
    Statement held, find, record, send_again, forget_problem, forget_words;
    Statement resolutions, resent;
  } resolving;

  struct Quotas {
    explicit Quotas(Database& database);
    Statement requests_on, closed_until, close_until, reopen;
  } quotas;

  struct Looking {
    explicit Looking(Database& database);
    Statement begin_run, end_run, runs, settled, waiting, repeatable, resent, problems,
        last_waiting;
  } looking;
};

}  // namespace ordertail
