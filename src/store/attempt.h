// One wire request with the events that it carries, and what comes of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/hash.h"

namespace ordertail {

/// An event that waits, is on its way, or is in doubt.
struct OutboxEvent {
  std::int64_t sequence = 0;
  Hash128 id;
  std::string payload;   ///< event as JSON (event_json.h)
  std::string progress;  ///< what its sink said of requests that advanced it; empty before
  int tries = 0;         ///< requests made for it so far; grows with each Intent
};

/// How an event leaves the outbox, or does not. See the state machine in store_implementation.h.
enum class Settlement : std::uint8_t {
  submitted,  ///< T2: to the ledger
  rejected,   ///< T3: stays in the outbox for a person's retry, with a problem that says why
  pending,    ///< T4: proven not applied; stays in the outbox
  in_doubt,   ///< T5: stays in the outbox. Blind sinks: for a person. Idempotent ones: T7, pending
  advanced,   ///< T2 of a step: stays in the outbox, pending, with what its sink says of it
};

/// One event of one wire request.
struct Carried {
  std::int64_t attempt = 0;
  std::int64_t sequence = 0;
};

/// What is known of an event once its request is over.
struct Outcome {
  Carried of;
  Settlement settlement{};
  std::string reason;    ///< "http_503", "connection_lost", …; empty for submitted, advanced
  std::string message;   ///< one sentence for people; empty for submitted, advanced
  int http_status = 0;   ///< 0: none was read
  std::string progress;  ///< advanced only
};

/// One wire request about to be made.
struct Intent {
  std::vector<std::int64_t> events;  ///< sequences of pending OutboxEvents, each once
  std::string_view sink;
  Hash128 body;             ///< content hash of the request's body
  bool idempotent = false;  ///< the sink says that a repetition has the same effect
  /// The sink can look what became of it, and does before its next request for these events: when a
  /// killed process leaves it open, they are pending again (T6).
  bool verifiable = false;
};

/// An event in doubt, to be looked up where its sink lists what it took.
struct Doubt {
  Hash128 id;
  std::string payload;
  Hash128 body;                 ///< of its last request: Intent::body
  WallTime first_attempted_at;  ///< the first of its requests that may have been applied
};

/// What looking it up came to.
struct LookedUp {
  Hash128 id;  ///< of a Doubt
  bool found = false;
  std::string evidence;  ///< not found: what was looked at; for people, begins small
};

/// An event that its sink refuses before any request is made for it.
struct Refused {
  std::int64_t sequence = 0;  ///< of a pending OutboxEvent
  std::string reason, message;
};

}  // namespace ordertail
