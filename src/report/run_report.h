// What a run did: plain values, and whether they add up.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "event/attribution.h"
#include "store/store.h"

namespace ordertail {

/// Rows by reason.
using Reasons = std::map<std::string, std::uint64_t, std::less<>>;
[[nodiscard]] std::uint64_t sum(const Reasons& reasons);

/// A file that could not be read, or not to its end.
struct FileFault {
  std::string message;
};

/// An order that its export now tells otherwise than it was sent.
struct ChangedOrder {
  std::string order_number;  ///< may be empty
  std::string reason;        ///< why it is no sale any more; empty: its content is another one
  std::string file;
  std::uint64_t line = 0;
};

/// What staging (or a dry run, or extract) made of the files.
struct StageCounts {
  std::uint64_t files = 0;       ///< looked at
  std::uint64_t unchanged = 0;   ///< of those: read to their end by an earlier run
  std::uint64_t bytes = 0;       ///< of data read: headers and what earlier runs read are not in it
  std::uint64_t rows = 0;        ///< records read, by the readers' own count
  std::uint64_t events = 0;      ///< new ones
  std::uint64_t event_rows = 0;  ///< rows they were made of
  std::uint64_t purchases = 0, with_token = 0, with_ip = 0;  ///< of the new events
  /// Events that were pending, of this run or an earlier one, and are no sales any more.
  std::uint64_t withdrawn = 0;
  /// Events that HubSpot had rejected and that came with other content: they are pending again.
  std::uint64_t corrected = 0;
  std::uint64_t changed = 0;                   ///< orders; `skipped` counts their rows
  std::vector<ChangedOrder> changed_examples;  ///< the first kMostExamples
  static constexpr std::size_t kMostExamples = 5;
  Reasons skipped, rejected;
  std::uint64_t rejects = 0;  ///< rejected records and orders; `rejected` counts their rows
  Reasons remarks;            ///< things dropped from events that are fine
  std::vector<FileFault> faults;
  std::uint64_t unfinished = 0;  ///< of the files: compressed logs that are still being written
  bool stopped_at_limit = false;
  bool ids_forgotten = false;  ///< a dry run met more events than it can tell apart

  /// By how many events the outbox grew; modulo 2^64, since it may have shrunk.
  [[nodiscard]] std::uint64_t added() const { return events + corrected - withdrawn; }
  /// Every row read became part of an event, was skipped, or was rejected.
  [[nodiscard]] bool closes() const { return rows == event_rows + sum(skipped) + sum(rejected); }
};

/// An event and the visitor that is its, or that is not, since the evidence contradicts itself.
struct AttributedEvent {
  Tier tier = Tier::order_number;
  bool own = false;  ///< a conflict about the token that the event itself came with
  std::string order_number;
  std::string file;  ///< with `line`: of the event
  std::uint64_t line = 0;
  std::string evidence_file;  ///< empty: the event's own
  std::uint64_t evidence_line = 0;
};

/// Whose visit led to the events of this run (event/attribution.h).
struct AttributionCounts {
  std::uint64_t events = 0;     ///< that were looked at
  std::uint64_t before = 0;     ///< of those: came with a token
  std::uint64_t dropped = 0;    ///< of those: other people's, so that they go without
  std::uint64_t conflicts = 0;  ///< events whose evidence contradicts itself: they go without
  std::array<std::uint64_t, kTiers.size()> by_tier{};  ///< events that have a token now
  std::uint64_t waiting = 0;               ///< for a line of a log, and not to be sent yet
  std::optional<WallTime> waiting_until;   ///< at most: the last of them
  std::optional<WallTime> next_wait_ends;  ///< of the first of them
  std::uint64_t forgotten = 0;             ///< pieces of evidence that were too old
  bool bounded = false;                    ///< a dry run met more events than it attributes
  std::vector<AttributedEvent> matches, contradictions;  ///< the first kMostListed
  static constexpr std::size_t kMostListed = 1000;

  [[nodiscard]] std::uint64_t matched() const;
  [[nodiscard]] std::uint64_t after() const { return before - dropped + matched(); }
};

/// What delivery did, by the courier's own count.
struct DeliveryCounts {
  std::uint64_t requests = 0, submitted = 0, rejected = 0, in_doubt = 0;
  std::uint64_t verified = 0;  ///< were in doubt, and are submitted: HubSpot lists them
  ExitCode exit = ExitCode::ok;
  std::string message;  ///< why it stopped early
};

/// The balance sheet of one run.
struct RunReport {
  std::string command;  ///< "import", "stage", …
  std::string job;
  std::string mode = "real";  ///< or "dry run", "rehearsal"
  std::optional<StageCounts> staged;
  std::optional<AttributionCounts> attributed;  ///< of a job whose files tell of visitors
  std::optional<DeliveryCounts> delivered;
  Totals before, after;  ///< the store's own count of events
  /// What this run sent again after a doubt: because a person had decided so; by itself, as its
  /// sink is idempotent. Latest first.
  std::vector<Resolution> resent, repeated;
  std::vector<Resolution> verified;  ///< as DeliveryCounts::verified; latest first
  std::vector<std::string> files;    ///< that it finished, for HubSpot's importer: in this order
  int signal = 0;                    ///< that ended the run, or 0

  /// The rows add up, and the store's change is what staging and delivery say they did.
  [[nodiscard]] bool closes() const;
  /// The process's exit code: of all that apply, the one that needs people most. A signal, 128 and
  /// its number, needs them less than a file's fault, and more than a reject.
  [[nodiscard]] int exit_code() const;
};

}  // namespace ordertail
