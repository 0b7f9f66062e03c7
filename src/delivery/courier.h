// Drains the outbox: paces, sends, judges, settles.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>

#include "base/clock.h"
#include "base/zone.h"
#include "delivery/http.h"
#include "delivery/sink.h"
#include "store/store.h"

namespace ordertail {

inline constexpr std::uint64_t kNoDailyLimit = ~std::uint64_t{0};

struct Limits {
  unsigned requests_per_10s = 45;  ///< 0: no limit (benchmarks, rehearsals)
  std::uint64_t requests_per_day = 100'000;
  unsigned concurrency = 4;                     ///< requests in flight at once
  unsigned tries = 6;                           ///< per event and run
  std::chrono::milliseconds first_delay{1000};  ///< base of the full-jitter back-off
  std::chrono::milliseconds longest_delay{60'000};
  /// Through sinks that forbid bulk import; 0: no limit.
  std::uint64_t forms_per_run = 1'000;
  unsigned outbox = 10'000;  ///< staging pauses at this many events
};

/// What one drain did. The courier's own count, made from replies; the balance sheet holds it
/// against the store's.
struct Delivered {
  std::uint64_t requests = 0, submitted = 0, rejected = 0, in_doubt = 0;
  /// Why it ended: ok when the outbox is empty, or limit reached.
  ExitCode exit = ExitCode::ok;
  std::string message;  ///< why it stopped early, for people; empty otherwise
};

/// Called for what people may want to see while it happens: a rejected or doubtful event, a pause.
struct CourierObserver {
  std::function<void(const Event&, const Judgement&)> problem;  ///< rejected or in doubt
  std::function<void(std::string_view message)> pause;
};

class Courier {
 public:
  /// `sinks` by kind: which one takes registrations, which one purchases. All references outlive
  /// the courier. `interrupted` is polled; once true no request is started and drain() returns
  /// when those in flight are over (30 s at most; what is then open is in doubt).
  Courier(Store& store, HttpTransport& transport, std::map<Kind, const Sink*> sinks, Limits limits,
          TimeZone account_zone, const Clock& clock, std::uint64_t seed,
          const std::atomic<bool>& interrupted, CourierObserver observer);
  ~Courier();

  /// Sends what is pending until the outbox holds no pending event, `most` requests are made, or
  /// something stops it. Returns what this call did.
  Delivered drain(std::uint64_t most);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> self_;
};

}  // namespace ordertail
