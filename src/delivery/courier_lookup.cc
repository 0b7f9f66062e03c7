// T6: before the courier sends, it looks up what is in doubt, where HubSpot lists what it took.
//
// What is found is submitted. What is not found stays in doubt, with what was looked at as evidence
// for a person: nobody has published how late a submission comes into the listing, so its absence
// proves nothing. And no reply about the listing, whatever it says, ends the run or changes what an
// event is.
#include <date/date.h>
#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "base/text.h"
#include "delivery/courier_implementation.h"
#include "delivery/forms_listing.h"
#include "event/event_json.h"

namespace ordertail {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::hours kLongestPause{24};
constexpr std::chrono::minutes kClocksDiffer{10};  // this machine's and HubSpot's, at most
constexpr std::size_t kMostDoubts = 10'000;        // looked up together: it bounds the memory
constexpr std::size_t kMostPages = 200;            // of a listing, at one look
constexpr milliseconds kLongestNap{250};           // how late an interruption may be noticed
constexpr std::chrono::seconds kLeastPause{1};
constexpr std::uint64_t kLastTicket = std::numeric_limits<std::uint64_t>::max();

std::string utc(WallTime time) {
  return date::format("%F %R UTC", std::chrono::floor<std::chrono::minutes>(time));
}

struct Wanted {
  Hash128 id;
  bool sent_with_id;  ///< its last request was what would be sent today
};

/// Events in doubt of one form, and how far its listing was read for them.
struct Search {
  std::map<std::string, Wanted, std::less<>> wanted;  ///< not found yet; by what the field holds
  WallTime since = WallTime::max();                   ///< none of them can be listed before
  std::vector<LookedUp> results;
  std::optional<WallTime> reached;    ///< the oldest submission that was listed
  std::string next;                   ///< the page to be read; empty: the first
  std::set<std::string> pages{next};  ///< those read, and that one

  bool take(const ListingPage& page);
  void conclude(WallTime now);
  void give_up(WallTime now, std::string_view why);
};

/// What the sink's events of this kind that are in doubt ask for.
Search search_for(const std::vector<Doubt>& doubts, Kind kind, const Sink& sink) {
  Search search;
  for (const Doubt& doubt : doubts) {
    const Event event = parse_event_json(doubt.payload);
    if (event.kind != kind) continue;
    const Item item{event, {}};
    const bool same = content_hash(sink.render(std::span(&item, 1)).body) == doubt.body;
    search.wanted.emplace(to_hex(doubt.id.view()), Wanted{doubt.id, same});
    search.since = std::min(search.since, doubt.first_attempted_at - kClocksDiffer);
    // A submission is listed by the time that it was sent with: the event's own.
    if (event.occurred_at) search.since = std::min(search.since, WallTime(*event.occurred_at));
  }
  return search;
}

/// Returns whether there is more to be read.
bool Search::take(const ListingPage& page) {
  for (const std::string& id : page.ids) {
    const auto found = wanted.find(id);
    if (found == wanted.end()) continue;
    results.push_back({found->second.id, true, {}});
    wanted.erase(found);
  }
  if (page.oldest) reached = std::min(reached.value_or(*page.oldest), *page.oldest);
  if (wanted.empty() || page.next.empty() || page.newest.value_or(since) < since) return false;
  next = page.next;
  const bool goes_in_circles = !pages.insert(next).second;
  return !goes_in_circles && pages.size() <= kMostPages;
}

void Search::conclude(WallTime now) {
  const std::string how_far =
      reached ? fmt::format("which was read back to {}", utc(*reached)) : "which is empty";
  for (const auto& [text, event] : wanted) {
    std::string evidence =
        fmt::format("it is not in the form's listing as of {}, {}", utc(now), how_far);
    if (!event.sent_with_id) {
      evidence += "; but the job has changed since it was sent, and it may be there without its id";
    }
    results.push_back({event.id, false, std::move(evidence)});
  }
}

void Search::give_up(WallTime now, std::string_view why) {
  for (const auto& [text, event] : wanted) {
    results.push_back(
        {event.id, false,
         fmt::format("the form's listing could not be read at {}: {}", utc(now), why)});
  }
}

}  // namespace

/// Less and less often, as long as there is no new doubt: what was not there for hours hardly
/// comes.
void Courier::Implementation::look_up() {
  if (clock.steady() < next_lookup) return;
  next_lookup = clock.steady() + lookup_pause;
  lookup_pause = std::min<std::chrono::minutes>(2 * lookup_pause, kLongestPause);
  for (const auto& [kind, route] : routes) {
    if (route.first->listing() != nullptr) look_up(kind, *route.first);
  }
}

/// There is a new doubt.
void Courier::Implementation::look_up_soon() {
  lookup_pause = kLookAgain;
  next_lookup = std::min(next_lookup, clock.steady() + lookup_pause);
}

void Courier::Implementation::look_up(Kind kind, const Sink& sink) {
  Search search = search_for(store.doubts(sink.name(), kMostDoubts), kind, sink);
  // Half of what the run may request is left for its deliveries.
  const auto may_ask = [this] { return delivered.requests < most / 2; };
  bool more = !search.wanted.empty() && may_ask();
  while (more) {
    const auto reply = ask(sink, sink.listing()->request(search.next));
    if (!reply) break;
    const auto read = sink.listing()->read(*reply, clock.wall());
    if (const auto* const page = std::get_if<ListingPage>(&read)) {
      gate.found_open();
      more = search.take(*page) && may_ask();
      if (!more) search.conclude(clock.wall());
    } else {
      more = false;
      const auto& refusal = std::get<ReplyJudgement>(read);
      search.give_up(clock.wall(), refusal.events.front().message);
      heed_listing(sink, refusal, search.wanted.size());
    }
    if (reply->daily_remaining) gate.heed_remaining(sink.name(), *reply->daily_remaining);
  }
  store.settle_looked_up(search.results);
  delivered.verified += static_cast<std::uint64_t>(std::count_if(
      search.results.begin(), search.results.end(), [](auto& each) { return each.found; }));
}

/// What a listing that cannot be read asks of all further requests.
void Courier::Implementation::heed_listing(const Sink& sink, const ReplyJudgement& said,
                                           std::size_t doubts) {
  const std::string why =
      fmt::format("{} in doubt {} not looked up in the form's listing: {}",
                  doubts == 1 ? std::string("1 event") : grouped(doubts) + " events",
                  doubts == 1 ? "was" : "were", said.events.front().message);
  if (said.next == Next::wait) {
    gate.close(sink.name(), said.wait_for.value_or(kLeastPause), said.message);
  } else if (said.next == Next::next_day) {
    gate.close_for_today(sink.name(), said.message);
  }
  if (observer.pause) observer.pause(why);
}

/// The reply to a request that carries no event, made while no other is under way; nullopt when it
/// must not be made now, or the run is to end.
std::optional<HttpReply> Courier::Implementation::ask(const Sink& sink, HttpRequest request) {
  const auto is_to_end = [this] { return interrupted || is_late() || delivered.requests >= most; };
  while (!is_to_end() && gate.admits(1) == 0) {
    if (gate.shut()) return std::nullopt;
    const auto closed = std::chrono::ceil<milliseconds>(gate.opens() - clock.steady());
    transport.wait(std::clamp(closed, milliseconds(0), kLongestNap));
  }
  if (is_to_end()) return std::nullopt;
  store.count_request(sink.name(), gate.today());
  gate.left(1);
  ++delivered.requests;
  const std::uint64_t ticket = kLastTicket - lookups++;
  transport.start(ticket, std::move(request));
  while (!interrupted) {
    for (HttpReply& reply : transport.wait(kLongestNap)) {
      if (reply.ticket == ticket) return std::move(reply);
    }
  }
  return std::nullopt;
}

}  // namespace ordertail
