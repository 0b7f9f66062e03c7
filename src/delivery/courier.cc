#include "delivery/courier.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "delivery/backlog.h"
#include "delivery/gate.h"
#include "delivery/retry.h"
#include "event/event_json.h"

namespace ordertail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// So many requests in a row without a clear end, and the run is over: each may leave a doubt.
constexpr unsigned kDoubtsInARow = 5;
constexpr seconds kGrace{30};             // for requests in flight after an interruption
constexpr milliseconds kLongestNap{250};  // how late an interruption may be noticed
constexpr milliseconds kLeastPause{1000};
constexpr std::size_t kTurnedAway = 256;  // events at a time
/// What the store has for a sink where there is none: no quota counts it.
constexpr std::string_view kNoSink = "none";

/// One request under way.
struct Flight {
  Parcel parcel;
  Event event;
  const Sink* sink = nullptr;
};

struct Departure {
  Flight flight;
  HttpRequest request;
};

/// An event that its sink refuses before it is sent.
struct Refusal {
  Flight flight;
  Judgement judgement;
};

struct Stop {
  ExitCode exit;
  std::string why;
};

std::set<std::string_view> names_of(const std::map<Kind, const Sink*>& sinks) {
  std::set<std::string_view> names;
  for (const auto& [kind, sink] : sinks) names.insert(sink->name());
  return names;
}

Settlement settlement_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::accepted:
      return Settlement::submitted;
    case Verdict::rejected:
      return Settlement::rejected;
    case Verdict::not_applied:
      return Settlement::pending;
    case Verdict::in_doubt:
      break;
  }
  return Settlement::in_doubt;
}

}  // namespace

struct Courier::Implementation {
  Implementation(Store& store_, HttpTransport& transport_, std::map<Kind, const Sink*> sinks_,
                 const Limits& limits_, TimeZone zone, const Clock& clock_, std::uint64_t seed,
                 const std::atomic<bool>& interrupted_, CourierObserver observer_)
      : store(store_),
        transport(transport_),
        sinks(std::move(sinks_)),
        limits(limits_),
        clock(clock_),
        interrupted(interrupted_),
        observer(std::move(observer_)),
        gate(store, names_of(sinks),
             {limits.requests_per_10s, limits.requests_per_day, limits.longest_delay},
             std::move(zone), clock),
        backlog(store),
        random(seed) {}

  Delivered drain(std::uint64_t most_requests);

  [[nodiscard]] std::size_t room() const;
  std::vector<Departure> plan();
  std::optional<Flight> board(Parcel parcel);
  [[nodiscard]] bool admit(const Sink& sink);
  void turn_away(const std::vector<Refusal>& refusals);
  void commit_and_start(std::vector<Departure> departures);
  [[nodiscard]] bool over();
  [[nodiscard]] milliseconds nap();

  void settle(const HttpReply& reply);
  void record(std::uint64_t ticket, const Flight& flight, const Judgement& judgement, int status);
  void try_again(Flight flight, const Judgement& judgement);
  void heed(const Flight& flight, const Judgement& judgement);
  void watch(const HttpReply& reply, const Judgement& judgement);
  void heed_interruption();
  void halt(ExitCode exit, std::string why);
  [[nodiscard]] std::string parting_words() const;

  Store& store;
  HttpTransport& transport;
  const std::map<Kind, const Sink*> sinks;
  const Limits limits;
  const Clock& clock;
  const std::atomic<bool>& interrupted;
  const CourierObserver observer;

  Gate gate;
  Backlog backlog;
  std::mt19937_64 random;
  std::unordered_map<std::uint64_t, Flight> flights;  // by ticket, which is the attempt's id
  std::vector<Outcome> outcomes;                      // judged, not yet durable
  std::uint64_t sent_in_bulk = 0;                     // through sinks that forbid it
  unsigned doubts_in_a_row = 0;
  bool probing = false;  // the server had closed its door: one request tries whether it is open

  // Of the drain under way.
  std::uint64_t most = 0;
  Delivered delivered;
  std::optional<Stop> stop;
  std::optional<SteadyTime> patience_ends;  // for the flights that an interruption found
};

Delivered Courier::Implementation::drain(std::uint64_t most_requests) {
  most = most_requests;
  delivered = {};
  stop.reset();
  patience_ends.reset();
  backlog.look_again();
  for (;;) {
    heed_interruption();
    commit_and_start(plan());
    if (over()) break;
    for (const HttpReply& reply : transport.wait(nap())) settle(reply);
  }
  if (stop) {
    delivered.exit = stop->exit;
    delivered.message = parting_words();
  }
  return std::exchange(delivered, {});
}

/// How many requests may be started, as far as those in flight are concerned.
std::size_t Courier::Implementation::room() const {
  if (stop) return 0;
  const std::size_t together = probing ? 1 : std::max(1U, limits.concurrency);
  if (flights.size() >= together) return 0;
  const std::uint64_t left = most - delivered.requests;
  return static_cast<std::size_t>(std::min<std::uint64_t>(together - flights.size(), left));
}

std::vector<Departure> Courier::Implementation::plan() {
  std::vector<Departure> departures;
  const SteadyTime now = clock.steady();
  const std::size_t wanted = room();
  if (wanted == 0 || backlog.next_due() > now) return departures;
  const std::size_t admitted = gate.admits(wanted);
  if (const auto why = gate.shut()) halt(ExitCode::stopped_early, *why);
  std::vector<Refusal> refusals;
  while (departures.size() < admitted && refusals.size() < kTurnedAway && !stop) {
    auto parcel = backlog.take(now);
    if (!parcel) break;
    auto flight = board(*std::move(parcel));
    if (!flight) break;
    const Sink& sink = *flight->sink;
    if (auto refusal = sink.refuse(flight->event, clock.wall())) {
      refusals.push_back({*std::move(flight), *std::move(refusal)});
    } else if (!admit(sink)) {
      backlog.done(flight->parcel);
    } else {
      HttpRequest request = sink.render(flight->event);
      departures.push_back({*std::move(flight), std::move(request)});
    }
  }
  turn_away(refusals);
  return departures;
}

std::optional<Flight> Courier::Implementation::board(Parcel parcel) {
  Flight flight;
  flight.event = parse_event_json(parcel.event.payload);
  const auto sink = sinks.find(flight.event.kind);
  if (sink == sinks.end()) {
    halt(ExitCode::usage, fmt::format("a {} is to be sent, but the job has no endpoint for it",
                                      name_of(flight.event.kind)));
    backlog.done(parcel);
    return std::nullopt;
  }
  flight.sink = sink->second;
  flight.parcel = std::move(parcel);
  return flight;
}

/// Counts one request more, or ends the run where that would be one too many.
bool Courier::Implementation::admit(const Sink& sink) {
  if (!sink.forbids_bulk() || limits.forms_per_run == 0) return true;
  if (sent_in_bulk < limits.forms_per_run) {
    ++sent_in_bulk;
    return true;
  }
  halt(ExitCode::stopped_early,
       fmt::format("the run has made as many requests through {} as forms_per_run = {} in [limits] "
                   "allows: HubSpot forbids bulk import through its Forms API, and may ignore what "
                   "a form that is abused is sent",
                   sink.name(), limits.forms_per_run));
  return false;
}

/// The store settles attempts and nothing else, so each of these events gets one, of which no byte
/// ever leaves. A crash between the two commits makes a doubt that need not be; never the reverse.
void Courier::Implementation::turn_away(const std::vector<Refusal>& refusals) {
  if (refusals.empty()) return;
  std::vector<Intent> intents;
  intents.reserve(refusals.size());
  for (const Refusal& refusal : refusals) {
    intents.push_back({refusal.flight.parcel.event.sequence, kNoSink, content_hash("")});
  }
  const std::vector<std::int64_t> attempts =
      store.settle_and_begin(outcomes, intents, gate.today());
  outcomes.clear();
  for (std::size_t i = 0; i < refusals.size(); ++i) {
    record(static_cast<std::uint64_t>(attempts[i]), refusals[i].flight, refusals[i].judgement, 0);
    backlog.done(refusals[i].flight.parcel);
  }
  store.settle_and_begin(outcomes, {}, gate.today());
  outcomes.clear();
}

/// The commit rule: what is over is settled and what begins is recorded in one durable transaction,
/// and only after that the first byte of any of these requests may leave.
void Courier::Implementation::commit_and_start(std::vector<Departure> departures) {
  if (outcomes.empty() && departures.empty()) return;
  std::vector<Intent> intents;
  intents.reserve(departures.size());
  for (const Departure& departure : departures) {
    intents.push_back({departure.flight.parcel.event.sequence, departure.flight.sink->name(),
                       content_hash(departure.request.body)});
  }
  const std::vector<std::int64_t> attempts =
      store.settle_and_begin(outcomes, intents, gate.today());
  outcomes.clear();
  gate.left(departures.size());
  delivered.requests += departures.size();
  for (std::size_t i = 0; i < departures.size(); ++i) {
    const auto ticket = static_cast<std::uint64_t>(attempts[i]);
    flights.emplace(ticket, std::move(departures[i].flight));
    transport.start(ticket, std::move(departures[i].request));
  }
}

bool Courier::Implementation::over() {
  if (!flights.empty() || !outcomes.empty()) return false;
  return stop || delivered.requests == most || backlog.next_due() == SteadyTime::max();
}

/// How long to wait for replies before something else is to be done.
milliseconds Courier::Implementation::nap() {
  if (room() == 0) return kLongestNap;
  const SteadyTime due = std::max(backlog.next_due(), gate.opens());
  const SteadyTime now = clock.steady();
  if (due <= now) return milliseconds(0);
  if (due - now > kLongestNap) return kLongestNap;
  return std::chrono::ceil<milliseconds>(due - now);
}

void Courier::Implementation::settle(const HttpReply& reply) {
  auto node = flights.extract(reply.ticket);
  if (node.empty()) return;  // given up by an earlier, interrupted drain
  Flight flight = std::move(node.mapped());
  const Judgement judgement = flight.sink->judge(reply, clock.wall());
  record(reply.ticket, flight, judgement, reply.status);
  heed(flight, judgement);
  watch(reply, judgement);
  if (judgement.verdict == Verdict::not_applied) {
    try_again(std::move(flight), judgement);
  } else {
    backlog.done(flight.parcel);
  }
}

void Courier::Implementation::record(std::uint64_t ticket, const Flight& flight,
                                     const Judgement& judgement, int status) {
  Outcome outcome;
  outcome.attempt = static_cast<std::int64_t>(ticket);
  outcome.settlement = settlement_of(judgement.verdict);
  outcome.reason = judgement.reason;
  outcome.message = judgement.message;
  outcome.http_status = status;
  outcomes.push_back(std::move(outcome));
  delivered.submitted += judgement.verdict == Verdict::accepted;
  delivered.rejected += judgement.verdict == Verdict::rejected;
  delivered.in_doubt += judgement.verdict == Verdict::in_doubt;
  const bool problem =
      judgement.verdict == Verdict::rejected || judgement.verdict == Verdict::in_doubt;
  if (problem && observer.problem) observer.problem(flight.event, judgement);
}

/// The event was not applied: it is pending again, and has its next turn after a while.
void Courier::Implementation::try_again(Flight flight, const Judgement& judgement) {
  const unsigned tries = ++flight.parcel.tries;
  if (tries >= limits.tries) {
    halt(ExitCode::stopped_early, judgement.message);
    backlog.done(flight.parcel);
    return;
  }
  // A closed gate holds back everything: the event need not wait besides.
  const auto delay = judgement.next == Next::go_on ? full_jitter(tries - 1, limits.first_delay,
                                                                 limits.longest_delay, random())
                                                   : milliseconds(0);
  backlog.put_back(std::move(flight.parcel), clock.steady() + delay);
}

/// What the reply asks of all further requests.
void Courier::Implementation::heed(const Flight& flight, const Judgement& judgement) {
  const std::string_view sink = flight.sink->name();
  switch (judgement.next) {
    case Next::go_on:
      return;
    case Next::wait: {
      const milliseconds time =
          judgement.wait_for
              ? milliseconds(*judgement.wait_for)
              : std::max(kLeastPause, full_jitter(flight.parcel.tries, limits.first_delay,
                                                  limits.longest_delay, random()));
      gate.close(sink, time, judgement.message);
      break;
    }
    case Next::next_day:
      gate.close_for_today(sink, judgement.message);
      break;
    case Next::stop:
      halt(judgement.exit, judgement.message);
      return;
  }
  if (observer.pause) observer.pause(judgement.message);
}

/// The breaker, and the probe after a pause.
void Courier::Implementation::watch(const HttpReply& reply, const Judgement& judgement) {
  const bool paused = judgement.next == Next::wait || judgement.next == Next::next_day;
  if (paused || reply.transfer == Transfer::complete) probing = paused;
  if (judgement.verdict == Verdict::in_doubt) {
    ++doubts_in_a_row;
  } else if (reply.transfer == Transfer::complete) {
    doubts_in_a_row = 0;
  }
  if (doubts_in_a_row >= kDoubtsInARow) {
    halt(ExitCode::stopped_early,
         fmt::format("{} requests in a row came to no clear end; the last: {}", doubts_in_a_row,
                     judgement.message));
  }
}

void Courier::Implementation::heed_interruption() {
  if (!interrupted) return;
  halt(ExitCode::stopped_early, "interrupted");
  if (!patience_ends) patience_ends = clock.steady() + kGrace;
  if (clock.steady() < *patience_ends) return;
  Judgement judgement;
  judgement.reason = "interrupted";
  judgement.message = "the run was interrupted before the reply came";
  for (const auto& [ticket, flight] : flights) {
    record(ticket, flight, judgement, 0);
    backlog.done(flight.parcel);
  }
  flights.clear();
}

/// The first reason to stop is the one that is told.
void Courier::Implementation::halt(ExitCode exit, std::string why) {
  if (!stop) stop = Stop{exit, std::move(why)};
}

std::string Courier::Implementation::parting_words() const {
  const std::uint64_t pending = store.totals().pending;
  std::string words = stop->why;
  if (pending > 0) {
    words +=
        fmt::format("; {} event{} pending", grouped(pending), pending == 1 ? " stays" : "s stay");
    if (stop->exit == ExitCode::stopped_early) words += "; run the command again";
  }
  return words;
}

Courier::Courier(Store& store, HttpTransport& transport, std::map<Kind, const Sink*> sinks,
                 Limits limits, TimeZone account_zone, const Clock& clock, std::uint64_t seed,
                 const std::atomic<bool>& interrupted, CourierObserver observer)
    : self_(std::make_unique<Implementation>(store, transport, std::move(sinks), limits,
                                             std::move(account_zone), clock, seed, interrupted,
                                             std::move(observer))) {}

Courier::~Courier() = default;

Delivered Courier::drain(std::uint64_t most) {
  return self_->drain(most);
}

}  // namespace ordertail
