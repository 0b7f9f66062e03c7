// What the courier makes of replies: outcomes for the store, pauses, and what is sent again.
#include <fmt/core.h>

#include <algorithm>
#include <list>
#include <utility>

#include "base/text.h"
#include "delivery/courier_implementation.h"
#include "delivery/retry.h"

namespace ordertail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kBreak{30};  // for a server that fails: reliability D.5
constexpr milliseconds kLeastPause{1000};
constexpr unsigned kTriesTogether = 2;  // of a request whose end is unclear, before it is halved

Settlement settlement_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::accepted:
      return Settlement::submitted;
    case Verdict::advanced:
      return Settlement::advanced;
    case Verdict::rejected:
      return Settlement::rejected;
    case Verdict::not_applied:
    case Verdict::isolate:
      return Settlement::pending;
    case Verdict::in_doubt:
      break;
  }
  return Settlement::in_doubt;
}

/// The sink's, made sure of: one for each event, and an event that is alone has nobody to blame.
ReplyJudgement judge(const Load& load, const HttpReply& reply, WallTime now) {
  ReplyJudgement said = load.sink->judge(reply, load.items(), now);
  if (said.events.size() != load.parcels.size())
    throw Error(ExitCode::internal,
                fmt::format("the sink {} judged {} of {} events; please report this defect",
                            load.sink->name(), said.events.size(), load.parcels.size()));
  if (load.parcels.size() == 1 && said.events.front().verdict == Verdict::isolate)
    said.events.front().verdict = Verdict::rejected;
  return said;
}

bool is_idempotent(const Load& load) {
  return load.sink->repeat() == Repeat::idempotent;
}

/// Which event it is that cannot be sent, where others of its sink go in requests of many.
std::string blame(const Load& load, const Judgement& why) {
  if (load.sink->capacity() == 1 || load.parcels.size() > 1) return why.message;
  const Origin& origin = load.parcels.front().event.origin;
  return fmt::format("{}:{}: {}", printable_name(origin.file), origin.line, why.message);
}

}  // namespace

void Courier::Implementation::settle(const HttpReply& reply) {
  auto node = flights.extract(reply.ticket);
  if (node.empty()) return;  // given up by an earlier, interrupted drain
  Load load = std::move(node.mapped());
  const ReplyJudgement said = judge(load, reply, clock.wall());
  backlog.landed(load);
  record(reply.ticket, load, said.events, reply.status);
  heed(load, said);
  watch(load, reply, said);
  if (reply.daily_remaining) gate.heed_remaining(load.sink->name(), *reply.daily_remaining);
  send_on(std::move(load), said);
  watch_rejections(said.events);
}

void Courier::Implementation::record(std::uint64_t ticket, const Load& load,
                                     const std::vector<Judgement>& judgements, int status) {
  for (std::size_t i = 0; i < load.parcels.size(); ++i) {
    const Judgement& judgement = judgements[i];
    Outcome outcome;
    outcome.of = {static_cast<std::int64_t>(ticket), load.parcels[i].stored.sequence};
    outcome.settlement = settlement_of(judgement.verdict);
    outcome.reason = judgement.reason;
    outcome.message = judgement.message;
    outcome.http_status = status;
    if (judgement.verdict == Verdict::advanced) outcome.progress = judgement.progress;
    outcomes.push_back(std::move(outcome));
    const bool held = judgement.verdict == Verdict::in_doubt && !is_idempotent(load);
    const bool rejected = judgement.verdict == Verdict::rejected;
    delivered.submitted += judgement.verdict == Verdict::accepted;
    delivered.rejected += rejected;
    delivered.in_doubt += held;
    if (held) look_up_soon();
    if (rejected || held) tell(load.parcels[i].event, judgement);
  }
}

void Courier::Implementation::tell(const Event& event, const Judgement& judgement) {
  if (observer.problem) observer.problem(event, judgement);
}

/// What the reply asks of all further requests.
void Courier::Implementation::heed(const Load& load, const ReplyJudgement& said) {
  const std::string_view sink = load.sink->name();
  switch (said.next) {
    case Next::go_on:
      return;
    case Next::wait: {
      // A little more than the server asks for, so that not all of its clients come at once.
      const unsigned tries = load.parcels.front().tries;
      const milliseconds time =
          said.wait_for
              ? *said.wait_for + full_jitter(0, limits.first_delay, limits.longest_delay, random())
              : std::max(kLeastPause,
                         full_jitter(tries, limits.first_delay, limits.longest_delay, random()));
      gate.close(sink, time, said.message);
      break;
    }
    case Next::next_day:
      gate.close_for_today(sink, said.message);
      break;
    case Next::stop:
      halt(said.exit, said.message);
      return;
  }
  if (observer.pause) observer.pause(said.message);
}

/// The breaker. A blind sink's doubts are a person's to settle, so that many of them end the run.
void Courier::Implementation::watch(const Load& load, const HttpReply& reply,
                                    const ReplyJudgement& said) {
  Breaker& breaker = breakers[load.sink->name()];
  const bool in_doubt = std::all_of(
      said.events.begin(), said.events.end(),
      [](const Judgement& judgement) { return judgement.verdict == Verdict::in_doubt; });
  if (!in_doubt && reply.transfer == Transfer::complete) {
    breaker.succeeded();
    if (said.next != Next::wait && said.next != Next::next_day) gate.found_open();
    return;
  }
  if (!in_doubt && reply.transfer != Transfer::not_sent) return;
  breaker.failed();
  const bool held = in_doubt && !is_idempotent(load);
  if (stop || (!breaker.is_open() && (held || !gate.is_tried()))) return;
  const std::string& last = said.events.front().message;
  const bool is_first = breaker.in_a_row() == 1;
  const std::string why =
      is_first ? "the first request failed: " + last
               : fmt::format("{} requests in a row failed; the last: {}", breaker.in_a_row(), last);
  if (held) {
    gate.distrust(load.sink->name());
    return halt(ExitCode::stopped_early, why);
  }
  gate.close(load.sink->name(), kBreak, why);
  // Those that fail later, or had left together with it, say nothing new.
  if (observer.pause && (is_first || breaker.in_a_row() == Breaker::kMost)) {
    observer.pause(fmt::format("{}; no more are made for {} seconds, then one at a time is tried",
                               why, kBreak.count()));
  }
}

void Courier::Implementation::watch_rejections(const std::vector<Judgement>& judgements) {
  const Judgement* last = nullptr;
  for (const Judgement& judgement : judgements) {
    const bool rejected = judgement.verdict == Verdict::rejected;
    if (rejected) last = &judgement;
    if (rejected || judgement.verdict == Verdict::accepted) rejections.settled(rejected);
  }
  if (last == nullptr || !rejections.is_systemic()) return;
  halt(ExitCode::rejects,
       fmt::format("HubSpot rejected {} of the last {} events, so the fault is hardly theirs; the "
                   "last: {}; see `ordertail resolve JOB --list`, put right what it names in the "
                   "job or in HubSpot, then have them sent again: `ordertail retry JOB --all`",
                   rejections.rejected(), rejections.settled(), last->message));
}

/// What becomes of each event in this run.
void Courier::Implementation::send_on(Load load, const ReplyJudgement& said) {
  std::list<Parcel> further;
  Load again{load.sink, {}};
  Load apart{load.sink, {}};
  const Judgement* why = nullptr;
  for (std::size_t i = 0; i < load.parcels.size(); ++i) {
    Parcel& parcel = load.parcels[i];
    const Judgement& judgement = said.events[i];
    const bool doubt_goes_again = judgement.verdict == Verdict::in_doubt && is_idempotent(load);
    if (judgement.verdict == Verdict::not_applied || doubt_goes_again) {
      why = &judgement;
      again.parcels.push_back(std::move(parcel));
    } else if (judgement.verdict == Verdict::isolate) {
      apart.parcels.push_back(std::move(parcel));
    } else if (judgement.verdict == Verdict::advanced) {
      parcel.stored.progress = judgement.progress;
      further.push_back(std::move(parcel));
    } else {
      backlog.done(parcel);
    }
  }
  if (!further.empty()) backlog.advance(std::move(further));
  if (!again.empty()) try_again(std::move(again), *why, said.next);
  if (!apart.empty()) halve(std::move(apart));
}

/// A server that answers others but fails at these events whenever they come: one of them may be
/// why.
bool Courier::Implementation::is_ailing(const Load& load, unsigned tries, const Judgement& why) {
  return load.parcels.size() > 1 && tries >= kTriesTogether && why.verdict == Verdict::in_doubt &&
         !breakers[load.sink->name()].is_open();
}

/// Its events are pending again, and have their next turn after a while, as one request.
void Courier::Implementation::try_again(Load load, const Judgement& why, Next next) {
  unsigned tries = 0;
  for (Parcel& parcel : load.parcels) tries = std::max(tries, ++parcel.tries);
  if (is_ailing(load, tries, why)) {
    for (Parcel& parcel : load.parcels) parcel.tries = 0;
    return halve(std::move(load));
  }
  const bool used_up = tries >= limits.tries;
  if (used_up || !retries.take()) {
    gate.distrust(load.sink->name());
    halt(ExitCode::stopped_early,
         used_up ? blame(load, why)
                 : fmt::format("{} of {} requests were repetitions, which is too much; the last "
                               "because: {}",
                               retries.taken(), retries.requests(), why.message));
    for (const Parcel& parcel : load.parcels) backlog.done(parcel);
    return;
  }
  // A closed gate holds back everything: the load need not wait besides.
  const auto delay = next == Next::go_on ? full_jitter(tries - 1, limits.first_delay,
                                                       limits.longest_delay, random())
                                         : milliseconds(0);
  backlog.put_back(std::move(load), clock.steady() + delay);
}

/// Halves of halves end at the event that is to blame: at most two requests for each bit of the
/// load's size.
void Courier::Implementation::halve(Load load) {
  const auto middle = static_cast<std::ptrdiff_t>((load.parcels.size() + 1) / 2);
  Load second{load.sink,
              {std::make_move_iterator(load.parcels.begin() + middle),
               std::make_move_iterator(load.parcels.end())}};
  load.parcels.resize(static_cast<std::size_t>(middle));
  backlog.put_back(std::move(load), clock.steady());
  if (!second.empty()) backlog.put_back(std::move(second), clock.steady());
}

}  // namespace ordertail
