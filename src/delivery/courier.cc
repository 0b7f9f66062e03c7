#include "delivery/courier.h"

#include <date/date.h>
#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "delivery/courier_implementation.h"

namespace ordertail {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kGrace{30};  // for requests in flight after an interruption
constexpr milliseconds kLongestNap{250};    // how late an interruption may be noticed

/// Of the requests of these sinks.
std::size_t largest_load(const std::map<Kind, Route>& routes) {
  std::size_t largest = 1;
  for (const auto& [kind, route] : routes) {
    for (const Sink* sink : {route.first, route.otherwise}) {
      if (sink != nullptr) largest = std::max(largest, sink->capacity());
    }
  }
  return largest;
}

std::set<std::string_view> names_of(const std::map<Kind, Route>& routes) {
  std::set<std::string_view> names;
  for (const auto& [kind, route] : routes) {
    names.insert(route.first->name());
    if (route.otherwise != nullptr) names.insert(route.otherwise->name());
  }
  return names;
}

}  // namespace

Courier::Implementation::Implementation(Store& store_, HttpTransport& transport_,
                                        std::map<Kind, Route> routes_, const Limits& limits_,
                                        TimeZone zone_, const Clock& clock_, std::uint64_t seed,
                                        const std::atomic<bool>& interrupted_,
                                        CourierObserver observer_)
    : store(store_),
      transport(transport_),
      routes(std::move(routes_)),
      limits(limits_),
      zone(std::move(zone_)),
      clock(clock_),
      interrupted(interrupted_),
      observer(std::move(observer_)),
      deadline(limits.until ? std::optional(clock.steady() + (*limits.until - clock.wall()))
                            : std::nullopt),
      gate(store, names_of(routes),
           {limits.requests_per_10s, limits.requests_per_day, limits.requests_reserve,
            limits.longest_delay},
           zone, clock),
      backlog(store, largest_load(routes)),
      random(seed) {}

Delivered Courier::Implementation::drain(std::uint64_t most_requests) {
  most = most_requests;
  delivered = {};
  stop.reset();
  patience_ends.reset();
  backlog.look_again();
  look_up();
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
  const std::size_t together = gate.is_tried() ? 1 : std::max(1U, limits.concurrency);
  if (flights.size() >= together) return 0;
  const std::uint64_t left = most - delivered.requests;
  return static_cast<std::size_t>(std::min<std::uint64_t>(together - flights.size(), left));
}

std::vector<Load> Courier::Implementation::plan() {
  std::vector<Load> loads;
  const SteadyTime now = clock.steady();
  const std::size_t wanted = room();
  if (wanted == 0 || backlog.next_due() == SteadyTime::max()) return loads;
  heed_deadline();
  if (stop || backlog.next_due() > now) return loads;
  const std::size_t admitted = gate.admits(wanted);
  if (const auto why = gate.shut()) halt(ExitCode::stopped_early, *why);
  while (loads.size() < admitted && !stop) {
    Taken taken = backlog.take(now, [this](const Parcel& parcel) { return book(parcel); });
    turn_away(taken.refusals);
    if (taken.load.empty()) break;
    if (admit(taken.load)) {
      loads.push_back(std::move(taken.load));
    } else {
      backlog.landed(taken.load);
      for (const Parcel& parcel : taken.load.parcels) backlog.done(parcel);
    }
  }
  return loads;
}

Berth Courier::Implementation::book(const Parcel& parcel) {
  const auto route = routes.find(parcel.event.kind);
  if (route == routes.end()) {
    halt(ExitCode::usage, fmt::format("a {} is to be sent, but the job has no endpoint for it",
                                      name_of(parcel.event.kind)));
    return {};
  }
  const auto choice = choose(route->second, parcel.item(), clock.wall());
  if (const auto* const sink = std::get_if<const Sink*>(&choice)) return {*sink, std::nullopt};
  return {route->second.first, std::get<Judgement>(choice)};
}

/// Counts the request, or ends the run where that would be one too many.
bool Courier::Implementation::admit(const Load& load) {
  if (!load.sink->forbids_bulk() || limits.forms_per_run == 0) return true;
  if (sent_in_bulk < limits.forms_per_run) {
    ++sent_in_bulk;
    return true;
  }
  halt(ExitCode::stopped_early,
       fmt::format("the run has made as many requests through {} as forms_per_run = {} in [limits] "
                   "allows: HubSpot forbids bulk import through its Forms API, and may ignore what "
                   "a form that is abused is sent",
                   load.sink->name(), limits.forms_per_run));
  return false;
}

/// T3 without a request.
void Courier::Implementation::turn_away(const std::vector<Refusal>& refusals) {
  if (refusals.empty()) return;
  std::vector<Refused> events;
  events.reserve(refusals.size());
  for (const auto& [parcel, judgement] : refusals) {
    events.push_back({parcel.stored.sequence, judgement.reason, judgement.message});
  }
  store.reject(events);
  for (const auto& [parcel, judgement] : refusals) {
    ++delivered.rejected;
    tell(parcel.event, judgement);
    backlog.done(parcel);
  }
}

/// The commit rule: what is over is settled and what begins is recorded in one durable transaction,
/// and only after that the first byte of any of these requests may leave.
void Courier::Implementation::commit_and_start(std::vector<Load> loads) {
  if (outcomes.empty() && loads.empty()) return;
  std::vector<HttpRequest> requests;
  std::vector<Intent> intents;
  for (const Load& load : loads) {
    requests.push_back(load.sink->render(load.items()));
    Intent& intent = intents.emplace_back();
    for (const Parcel& parcel : load.parcels) intent.events.push_back(parcel.stored.sequence);
    intent.sink = load.sink->name();
    intent.body = content_hash(requests.back().body);
    intent.idempotent = load.sink->repeat() == Repeat::idempotent;
    intent.verifiable = load.sink->repeat() == Repeat::verifiable;
  }
  const std::vector<std::int64_t> attempts =
      store.settle_and_begin(outcomes, intents, gate.today());
  outcomes.clear();
  gate.left(loads.size());
  retries.requested(loads.size());
  delivered.requests += loads.size();
  for (std::size_t i = 0; i < loads.size(); ++i) {
    const auto ticket = static_cast<std::uint64_t>(attempts[i]);
    flights.emplace(ticket, std::move(loads[i]));
    transport.start(ticket, std::move(requests[i]));
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

void Courier::Implementation::heed_interruption() {
  if (!interrupted) return;
  halt(ExitCode::stopped_early, "interrupted");
  if (!patience_ends) patience_ends = clock.steady() + kGrace;
  if (clock.steady() < *patience_ends) return;
  const Judgement judgement{
      Verdict::in_doubt, "interrupted", "the run was interrupted before the reply came", {}};
  for (const auto& [ticket, load] : flights) {
    record(ticket, load, std::vector(load.parcels.size(), judgement), 0);
    backlog.landed(load);
    for (const Parcel& parcel : load.parcels) backlog.done(parcel);
  }
  flights.clear();
}

bool Courier::Implementation::is_late() const {
  return deadline && clock.steady() >= *deadline;
}

void Courier::Implementation::heed_deadline() {
  if (!is_late()) return;
  const LocalTime local = zone.to_local(std::chrono::floor<std::chrono::seconds>(*limits.until));
  halt(ExitCode::stopped_early,
       fmt::format("it is {} ({}), until when requests may be made",
                   date::format("%R", date::local_seconds(local.time_since_epoch())), zone.name()));
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

Courier::Courier(Store& store, HttpTransport& transport, std::map<Kind, Route> routes,
                 Limits limits, TimeZone account_zone, const Clock& clock, std::uint64_t seed,
                 const std::atomic<bool>& interrupted, CourierObserver observer)
    : self_(std::make_unique<Implementation>(store, transport, std::move(routes), limits,
                                             std::move(account_zone), clock, seed, interrupted,
                                             std::move(observer))) {}

Courier::~Courier() = default;

void Courier::begin_anew() {
  self_->sent_in_bulk = 0;
}

std::optional<SteadyTime> Courier::reopens() const {
  return self_->gate.shut() ? std::optional(self_->gate.opens()) : std::nullopt;
}

Delivered Courier::drain(std::uint64_t most) {
  return self_->drain(most);
}

}  // namespace ordertail
