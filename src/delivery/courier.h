// Drains the outbox: paces, sends, judges, settles.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/zone.h"
#include "delivery/http.h"
#include "delivery/route.h"
#include "delivery/sink.h"
#include "store/store.h"

namespace ordertail {

inline constexpr std::uint64_t kNoDailyLimit = ~std::uint64_t{0};

struct Limits {
  unsigned requests_per_10s = 45;  ///< 0: no limit (benchmarks, rehearsals)
  std::uint64_t requests_per_day = 100'000;
  /// So many requests of the account's day are left to others, as far as HubSpot says how many
  /// there are.
  std::uint64_t requests_reserve = 0;
  unsigned concurrency = 4;                     ///< requests in flight at once
  unsigned tries = 6;                           ///< of a request, in a run
  std::chrono::milliseconds first_delay{1000};  ///< base of the full-jitter back-off
  std::chrono::milliseconds longest_delay{60'000};
  /// Through sinks that forbid bulk import; 0: no limit.
  std::uint64_t forms_per_run = 1'000;
  unsigned outbox = 10'000;  ///< staging pauses at this many events
  /// No request is begun after this time; those in flight then may end.
  std::optional<WallTime> until;
};

/// What one drain did. The courier's own count, made from replies; the balance sheet holds it
/// against the store's.
struct Delivered {
  std::uint64_t requests = 0, submitted = 0, rejected = 0;
  std::uint64_t in_doubt = 0;  ///< held for a person; not those that are sent again by themselves
  std::uint64_t verified = 0;  ///< were in doubt, and are submitted: their sink lists them
  /// Why it ended: ok when the outbox is empty, or limit reached.
  ExitCode exit = ExitCode::ok;
  std::string message;  ///< why it stopped early, for people; empty otherwise
};

/// Called for what people may want to see while it happens: a rejected or doubtful event, a pause.
struct CourierObserver {
  std::function<void(const Event&, const Judgement&)> problem;  ///< rejected, or held in doubt
  std::function<void(std::string_view message)> pause;
};

class Courier {
 public:
  /// `routes` by kind: where registrations go, where purchases. All references outlive the courier.
  /// `limits.until` is turned into steady time here, so that setting the clock does not move it.
  /// `interrupted` is polled; once true no request is started and drain() returns when those in
  /// flight are over (30 s at most; what is then open is in doubt).
  Courier(Store& store, HttpTransport& transport, std::map<Kind, Route> routes, Limits limits,
          TimeZone account_zone, const Clock& clock, std::uint64_t seed,
          const std::atomic<bool>& interrupted, CourierObserver observer);
  ~Courier();

  /// First looks up what is in doubt, where HubSpot lists what it took (Sink::listing): by the
  /// first call, and again ten minutes after a new doubt; else after ever longer pauses. Then sends
  /// what is pending until the outbox holds no pending event, `most` requests are made, or
  /// something stops it. Returns what this call did.
  Delivered drain(std::uint64_t most);

  /// What is counted by the run begins anew: for one that goes on for days.
  void begin_anew();
  /// When a door that drain() found shut opens; nullopt: none is.
  [[nodiscard]] std::optional<SteadyTime> reopens() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> self_;
};

}  // namespace ordertail
