// The checkpoint file: what has been read, what is to be sent, what became of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/hash.h"
#include "event/event.h"
#include "store/attempt.h"
#include "store/cursor.h"
#include "store/forgotten.h"
#include "store/known.h"
#include "store/resolution.h"
#include "store/schema.h"
#include "store/visitors.h"

namespace ordertail {

/// What the files of a source proved about how it writes.
struct Decision {
  std::string source, what;  ///< "date_order", "numbers"
  std::string value;         ///< as a job would say it
  std::string evidence;      ///< a sentence for people: which cell of which file proved it
  WallTime at;
};

/// Why an event was rejected by a sink.
struct Problem {
  Hash128 id;
  WallTime at;
  std::string reason, message;
  int http_status = 0;
  std::string file;  ///< with `line`: the event's first record
  std::uint64_t line = 0;
  bool kept = false;  ///< its payload is, so that it can be retried
};

/// Events by state, over the store's whole life. Those on their way count as pending; in observe
/// mode, when nobody can be sending them, as the next run will find them: in doubt, if their sink
/// is blind.
struct Totals {
  std::uint64_t submitted = 0, rejected = 0, pending = 0, in_doubt = 0;
  /// Whatever became of them: sent again after a doubt, by a person's decision; and by themselves,
  /// once for each time.
  std::uint64_t resent = 0, repeated = 0;
  /// Of those pending: they wait for their visitor; the one staged last was staged then.
  std::uint64_t waiting = 0;
  std::optional<WallTime> last_waiting_since{};
};

/// A pending event that was never sent, and whose visitor is not decided on.
struct Unattributed {
  std::int64_t sequence = 0;
  Hash128 id;
  std::string payload;
  std::optional<WallTime> staged_at;  ///< absent: by an earlier ordertail
};

struct RunRecord {
  std::int64_t id = 0;
  WallTime started;
  std::optional<WallTime> ended;  ///< absent: still running, or killed
  std::string command;
  int exit_code = 0;
  std::string counts;  ///< JSON, as report/ writes it
};

enum class StoreMode {
  write,    ///< made when missing; locked; recovers open attempts (T5 to T7, reason "crash")
  observe,  ///< never writes, never makes anything; an empty store when there is no file
};

/// One SQLite file, WAL, synchronous=FULL, locking_mode=EXCLUSIVE, beside it `<file>.lock` under
/// flock(2) (facts: a second instance must fail at once, and a kill leaves no stale lock). Every
/// transition is one transaction; after any SQLite error an Error(store) is thrown and nothing is
/// tried again. Not for use by two threads.
class Store {
 public:
  /// Throws Error: already_running when another process holds the lock (naming its pid and since
  /// when), store when the file or directory cannot be used, is corrupt, or is of a newer version.
  /// A file of an older version is upgraded in write mode, once `<file>.v<version>.bak`, 0600, is a
  /// copy of it (one that is there is left alone); it is refused in observe mode.
  Store(const std::filesystem::path& path, StoreMode mode, const Clock& clock);
  ~Store();
  Store(Store&&) noexcept;

  /// The secret that event ids are keyed with; made with the store. In observe mode without a
  /// file: all zeros, so that looking again shows the same ids.
  [[nodiscard]] const HashKey& id_key() const;

  // --- staging (T0) ---
  [[nodiscard]] std::vector<Cursor> cursors(std::string_view source) const;
  [[nodiscard]] Known find(const Hash128& id) const;
  /// Opens the transaction that a slice of staging is. stage(), withdraw() and save() need one
  /// open.
  void begin_slice();
  /// Adds a pending event, or gives a pending one of other content this content.
  /// `payload`: the event as JSON (event_json.h). `digest`: of its content, if that can change.
  Staged stage(const Event& event, std::string_view payload,
               std::optional<EventDigest> digest = std::nullopt);
  /// Takes an event that is pending out of the outbox: it is never sent, and not known any more.
  /// A rejected one cannot be retried any more.
  Withdrawn withdraw(const Hash128& id);
  /// Sets `cursor.id` when the cursor is new.
  void save(Cursor& cursor);
  /// Needs an open slice, too: the file is not there any more.
  void forget(const Cursor& cursor);
  void commit_slice();

  // --- visitors ---
  /// To be written to within a slice only.
  [[nodiscard]] Visitors& visitors();
  /// In the order of their sequences, those behind `after`.
  [[nodiscard]] std::vector<Unattributed> unattributed(std::int64_t after, std::size_t limit) const;
  /// Within a slice: of an event that unattributed() gave. `payload`: with the token that it has
  /// now; empty: it stays as it was. While it waits, pending() does not have it.
  void attribute(std::int64_t sequence, OutboxAttribution attribution, std::string_view payload);

  // --- forgetting ---
  /// In ONE durable transaction: the evidence of their visits, and the payloads of their events
  /// that HubSpot rejected and, if so wished, of those that wait to be sent for the first time: all
  /// of these are rejected for good. Ids of settled events are kept, so that none is sent twice,
  /// and hashes of tokens, so that none goes to somebody else.
  Forgotten forget(std::span<const Person> people, bool drop_pending);
  /// The same of evidence, and of rejections, from before this time.
  Forgotten forget_before(WallTime time);

  // --- decisions ---
  /// Of several decisions on one thing the latest holds. Within a slice it is part of that slice.
  /// `source`: a key that stays the same when the source's pattern is edited.
  void decide(std::string_view source, std::string_view what, std::string_view value,
              std::string_view evidence);
  [[nodiscard]] std::optional<Decision> decision(std::string_view source,
                                                 std::string_view what) const;
  [[nodiscard]] std::vector<Decision> decisions() const;  ///< by source, then by what

  // --- delivery (T1-T5, T7) ---
  /// At most `limit` pending events that do not wait for a visitor, oldest first (occurred_at, then
  /// as staged; events without a time first).
  [[nodiscard]] std::vector<OutboxEvent> pending(std::size_t limit) const;
  /// What sinks said of requests that advanced pending events (OutboxEvent::progress), each once.
  [[nodiscard]] std::vector<std::string> progress() const;
  /// In ONE durable transaction: settles finished attempts, then records the intents of the next
  /// ones. When this returns, the returned attempt ids (one per intent, same order) are durable
  /// and their requests may leave. Each counts as one request of its sink on `day`, a label such
  /// as "2026-11-23", however many events it carries. Each event of an attempt is settled by an
  /// outcome of its own, all at once or not. An outcome for an event of an attempt that is not
  /// open, and an intent for an event that is not pending (it may have become so by an outcome of
  /// the same call), are Error(internal).
  std::vector<std::int64_t> settle_and_begin(std::span<const Outcome> outcomes,
                                             std::span<const Intent> intents, std::string_view day);
  /// T3 without a request: in ONE durable transaction, these pending events are rejected.
  void reject(std::span<const Refused> events);

  // --- looking up (T6) ---
  /// At most `limit` events in doubt whose last request was one of this sink, as staged.
  [[nodiscard]] std::vector<Doubt> doubts(std::string_view sink, std::size_t limit) const;
  /// Counts a request that carries no event.
  void count_request(std::string_view sink, std::string_view day);
  /// In ONE durable transaction: those that were found are submitted, with a record of that; of the
  /// others, Held::message ends with the evidence, in place of what an earlier look came to.
  void settle_looked_up(std::span<const LookedUp> events);
  /// Those that were found; newest first.
  [[nodiscard]] std::vector<Resolution> verified(std::size_t limit) const;

  // --- what people decide (T8, T9) ---
  /// In ONE durable transaction, with a record of who, when and why. An event that is not in a
  /// state that the ruling is about is Error(internal), and nothing has changed.
  void rule(Ruling ruling, std::span<const Hash128> events, std::string_view who);
  [[nodiscard]] std::vector<Held> in_doubt(std::size_t limit) const;  ///< as staged
  /// Those whose payload is kept, as staged.
  [[nodiscard]] std::vector<Held> rejected(std::size_t limit) const;
  /// Of people; newest first.
  [[nodiscard]] std::vector<Resolution> resolutions(std::size_t limit) const;
  /// The resends that were followed by a request, the one sent last first.
  [[nodiscard]] std::vector<Resolution> resent(std::size_t limit) const;
  /// The same of what was sent again by itself (T7), once for each time.
  [[nodiscard]] std::vector<Resolution> repeated(std::size_t limit) const;

  // --- quotas ---
  /// Requests counted against `day`.
  [[nodiscard]] std::uint64_t requests_on(std::string_view sink, std::string_view day) const;
  /// No request to the sink before this time. One that is past: nobody has found it open since.
  [[nodiscard]] std::optional<WallTime> closed_until(std::string_view sink) const;
  /// Of several times the latest holds.
  void close_until(std::string_view sink, WallTime until);
  /// A request found it open.
  void reopen(std::string_view sink);

  // --- runs and looking ---
  std::int64_t begin_run(std::string_view command);
  void end_run(std::int64_t run, int exit_code, std::string_view counts_json);
  [[nodiscard]] std::vector<RunRecord> runs(std::size_t limit) const;  ///< newest first
  [[nodiscard]] Totals totals() const;
  [[nodiscard]] std::vector<Problem> problems(std::size_t limit) const;  ///< newest first
  [[nodiscard]] std::vector<Cursor> all_cursors() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> self_;
};

}  // namespace ordertail
