// Every order in which requests, replies, crashes and decisions can follow one another, for three
// events and two requests at once, up to a depth, once for each sort of sink; against the store
// itself and a server that counts. A world is one such order. Worlds share nothing but the moments
// of their crashes, so all that crash at the same steps are played side by side in one store: three
// events each. ORDERTAIL_DEPTH: steps, 7 by default (less where sanitizers watch); one more takes
// five times as long.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>
#include <set>
#include <unordered_map>

#include "store/world.h"

namespace ordertail {
namespace {

constexpr int kEvents = 3;
constexpr int kTogether = 2;
constexpr std::size_t kAll = 1U << 30U;
constexpr std::string_view kDay = "2026-11-23";

enum class State : std::uint8_t { pending, on_its_way, in_doubt, submitted, refused, dropped };

/// The two sorts of sinks: one event a request, and what is in doubt is held; or two events a
/// request, each of which takes two, and what is in doubt goes again by itself.
enum class Sort : std::uint8_t { blind, idempotent };

/// What the server did with an event, and whether its reply arrived. `isolate`: refused because of
/// one of the events, whichever.
enum class Reply : std::uint8_t {
  accepted,
  rejected,
  not_applied,
  lost,
  lost_and_applied,
  isolate
};

struct Step {
  enum Kind : std::uint8_t { begin, reply, crash, decide } kind{};
  /// The event, the first one of a request; of a crash: bits of the events that were applied.
  std::uint8_t event = 0;
  std::uint8_t what = 0;    ///< a Ruling, a Reply
  std::uint8_t second = 0;  ///< a Reply for the second event of the request
};

/// One event as it should be, and what the server saw of it.
struct Expected {
  State state = State::pending;
  std::uint8_t request = 0;  ///< that it is on its way with: its first event
  int seen = 0;              ///< of the step that it is at
  bool resent = false, sent_again = false, by_decision = false;
  // Of an idempotent sink.
  bool advanced = false;  ///< its first step is done
  bool apart = false;     ///< to be sent alone
  bool doubted = false;   ///< at some time
  bool again = false;     ///< by itself, with its next request
  int repeated = 0;       ///< requests that did so
};

class World {
 public:
  explicit World(Sort its_sort = Sort::blind) : sort(its_sort) {}
  Sort sort;
  std::array<Expected, kEvents> events;

  [[nodiscard]] unsigned on_their_way() const {
    unsigned bits = 0;
    for (unsigned i = 0; i < kEvents; ++i)
      if (events[i].state == State::on_its_way) bits |= 1U << i;
    return bits;
  }
  /// The events of the request that begins with this event.
  [[nodiscard]] std::vector<std::uint8_t> members(std::uint8_t request) const {
    std::vector<std::uint8_t> found;
    for (std::uint8_t i = 0; i < kEvents; ++i)
      if (events[i].state == State::on_its_way && events[i].request == request) found.push_back(i);
    return found;
  }
  /// Those that the next request carries, as the courier has them: the oldest, and another that is
  /// at the same step; unless one has to be alone.
  [[nodiscard]] std::vector<std::uint8_t> next() const {
    std::vector<std::uint8_t> found;
    for (std::uint8_t i = 0; i < kEvents; ++i) {
      const Expected& event = events[i];
      if (event.state != State::pending) continue;
      const bool fits = found.empty() || (sort == Sort::idempotent && !event.apart &&
                                          event.advanced == events[found.front()].advanced);
      if (fits) found.push_back(i);
      if (found.size() == 2 || (found.size() == 1 && events[found.front()].apart)) break;
    }
    return found;
  }

  [[nodiscard]] std::vector<Step> steps() const {
    std::vector<Step> found;
    const auto add = [&](Step::Kind kind, unsigned event, auto what, Reply second = Reply::lost) {
      found.push_back({kind, static_cast<std::uint8_t>(event), static_cast<std::uint8_t>(what),
                       static_cast<std::uint8_t>(second)});
    };
    const unsigned away = on_their_way();
    int together = 0;
    for (std::uint8_t i = 0; i < kEvents; ++i) {
      const auto carried = members(i);
      if (carried.empty()) continue;
      ++together;
      for (int reply = 0; reply < (carried.size() == 1 ? 5 : 6); ++reply)
        add(Step::reply, i, reply, static_cast<Reply>(reply));
      if (carried.size() == 1) continue;
      add(Step::reply, i, Reply::accepted, Reply::rejected);
      add(Step::reply, i, Reply::lost_and_applied, Reply::accepted);
      add(Step::reply, i, Reply::not_applied, Reply::lost);
      add(Step::reply, i, Reply::isolate, Reply::accepted);
    }
    if (together < kTogether && !next().empty()) add(Step::begin, next().front(), 0);
    for (unsigned i = 0; i < kEvents && away == 0; ++i) {  // else the run holds the lock
      if (events[i].state == State::in_doubt)
        for (const Ruling ruling : {Ruling::resend, Ruling::assume_sent, Ruling::drop})
          add(Step::decide, i, ruling);
      if (events[i].state == State::refused)
        for (const Ruling ruling : {Ruling::drop, Ruling::retry}) add(Step::decide, i, ruling);
    }
    for (unsigned applied = away; away != 0; applied = (applied - 1) & away) {
      add(Step::crash, applied, 0);
      if (applied == 0) break;
    }
    return found;
  }

  void take(Step step) {
    switch (step.kind) {
      case Step::begin:
        for (const std::uint8_t index : next()) take_off(events[index], step.event);
        break;
      case Step::reply: {
        const auto carried = members(step.event);
        take_reply(events[carried.front()], static_cast<Reply>(step.what));
        if (carried.size() == 2) take_reply(events[carried[1]], static_cast<Reply>(step.second));
        break;
      }
      case Step::crash:
        for (unsigned i = 0; i < kEvents; ++i) {
          events[i].apart = false;  // the run's own knowledge
          if (events[i].state != State::on_its_way) continue;
          take_reply(events[i],
                     (step.event >> i & 1U) != 0 ? Reply::lost_and_applied : Reply::lost);
        }
        break;
      case Step::decide:
        take_decision(events[step.event], static_cast<Ruling>(step.what));
        break;
    }
  }

 private:
  static void take_off(Expected& event, std::uint8_t request) {
    event.state = State::on_its_way;
    event.request = request;
    event.sent_again = event.resent;
    event.repeated += event.again ? 1 : 0;
    event.again = false;
  }
  void take_reply(Expected& event, Reply reply) const {
    event.seen += reply == Reply::accepted || reply == Reply::lost_and_applied;
    switch (reply) {
      case Reply::accepted:
        event.state = State::submitted;
        if (sort == Sort::blind || event.advanced) break;
        event.state = State::pending;
        event.advanced = true;
        event.apart = false;
        event.seen = 0;
        break;
      case Reply::rejected:
        event.state = State::refused;
        break;
      case Reply::isolate:
        event.apart = true;
        [[fallthrough]];
      case Reply::not_applied:
        event.state = State::pending;
        break;
      case Reply::lost:
      case Reply::lost_and_applied:
        event.state = sort == Sort::blind ? State::in_doubt : State::pending;
        event.doubted = event.again = sort == Sort::idempotent;
        break;
    }
  }
  static void take_decision(Expected& event, Ruling ruling) {
    const bool again = ruling == Ruling::resend || ruling == Ruling::retry;
    event.state = again                           ? State::pending
                  : ruling == Ruling::assume_sent ? State::submitted
                                                  : State::dropped;
    event.resent = event.resent || ruling == Ruling::resend;
    if (ruling == Ruling::retry && event.advanced) {  // it begins again
      event.doubted = true;
      event.advanced = false;
    }
    event.by_decision = !again;
  }
};

using Path = std::vector<Step>;

/// All paths of so many steps, or to the end, by the steps at which they crash.
void find_paths(const World& world, Path& path, std::size_t depth, unsigned crashes,
                std::map<unsigned, std::vector<Path>>& found) {
  const auto steps = path.size() < depth ? world.steps() : std::vector<Step>{};
  if (steps.empty()) return found[crashes].push_back(path);
  for (const Step step : steps) {
    World next = world;
    next.take(step);
    path.push_back(step);
    const unsigned crash = step.kind == Step::crash ? 1U << (path.size() - 1) : 0;
    find_paths(next, path, depth, crashes | crash, found);
    path.pop_back();
  }
}

Outcome outcome_of(Carried of, Reply reply, bool is_last_step) {
  switch (reply) {
    case Reply::accepted:
      return is_last_step ? Outcome{of, Settlement::submitted, "", "", 200, {}}
                          : Outcome{of, Settlement::advanced, "", "", 200, "contact"};
    case Reply::rejected:
      return {of, Settlement::rejected, "http_400", "Refused.", 400, {}};
    case Reply::not_applied:
      return {of, Settlement::pending, "http_429", "Too many.", 429, {}};
    case Reply::isolate:
      return {of, Settlement::pending, "http_400", "One of them.", 400, {}};
    default:
      return {of, Settlement::in_doubt, "timeout", "No reply.", 0, {}};
  }
}

/// Plays the worlds of these paths in one store.
class Play {
 public:
  Play(Sort sort, const std::vector<Path>& paths)
      : sort_(sort), paths_(paths), worlds_(paths.size(), World(sort)) {
    ordertail::stage(*store_, 0, static_cast<int>(paths.size()) * kEvents - 1);
    sequences_.resize(paths.size() * kEvents);
    for (int number = 0; number < static_cast<int>(sequences_.size()); ++number)
      numbers_.emplace(key(id_of(number)), number);
    for (const OutboxEvent& event : store_->pending(kAll))
      sequences_[number_of(event.id)] = event.sequence;
  }

  void run(unsigned crashes, std::size_t depth) {
    for (std::size_t at = 0; at < depth && !testing::Test::HasFailure(); ++at) {
      if ((crashes >> at & 1U) != 0) reopen();
      step(at);
      expect_what_was_touched(at);
      if ((crashes >> at & 1U) != 0 || at + 1 == depth) expect_all();
    }
    come_to_an_end();
  }

 private:
  static std::string key(const Hash128& id) { return std::string(id.view()); }
  [[nodiscard]] std::size_t number_of(const Hash128& id) const {
    return static_cast<std::size_t>(numbers_.at(key(id)));
  }
  [[nodiscard]] static Hash128 id_at(std::size_t number) { return id_of(static_cast<int>(number)); }
  Expected& expected(std::size_t number) {
    return worlds_[number / kEvents].events[number % kEvents];
  }

  void reopen() {
    store_.reset();
    store_.emplace(path_, StoreMode::write, clock_);
    attempts_.clear();
  }

  [[nodiscard]] std::size_t number_in(std::size_t world, std::uint8_t event) const {
    return world * kEvents + event;
  }

  /// The step `at` of all worlds: replies and new requests are one transaction, as the courier's.
  void step(std::size_t at) {
    Batch batch;
    std::map<Ruling, std::vector<Hash128>> decided;
    for (std::size_t i = 0; i < worlds_.size(); ++i) {
      if (at >= paths_[i].size()) continue;
      const Step step = paths_[i][at];
      if (step.kind == Step::begin) begin(i, batch);
      if (step.kind == Step::reply) reply(i, step, batch);
      if (step.kind == Step::decide)
        decided[static_cast<Ruling>(step.what)].push_back(id_at(number_in(i, step.event)));
      worlds_[i].take(step);
    }
    send(batch);
    for (const auto& [ruling, ids] : decided) store_->rule(ruling, ids, "ann");
  }

  struct Batch {
    std::vector<Outcome> outcomes;
    std::vector<Intent> intents;
    std::vector<std::vector<std::size_t>> begun;  ///< numbers, by intent
  };
  void begin(std::size_t world, Batch& batch) {
    Intent& intent = batch.intents.emplace_back();
    intent.sink = sort_ == Sort::blind ? "leads" : "crm";
    intent.idempotent = sort_ == Sort::idempotent;
    auto& numbers = batch.begun.emplace_back();
    for (const std::uint8_t event : worlds_[world].next()) {
      numbers.push_back(number_in(world, event));
      intent.events.push_back(sequences_[numbers.back()]);
    }
  }
  void reply(std::size_t world, Step step, Batch& batch) {
    std::uint8_t what = step.what;
    for (const std::uint8_t event : worlds_[world].members(step.event)) {
      const bool is_last = sort_ == Sort::blind || worlds_[world].events[event].advanced;
      batch.outcomes.push_back(
          outcome_of(attempts_.at(number_in(world, event)), static_cast<Reply>(what), is_last));
      what = step.second;
    }
  }
  void send(const Batch& batch) {
    const auto attempts = store_->settle_and_begin(batch.outcomes, batch.intents, kDay);
    ASSERT_EQ(attempts.size(), batch.begun.size());
    requests_ += attempts.size();
    for (std::size_t i = 0; i < attempts.size(); ++i)
      for (const std::size_t number : batch.begun[i])
        attempts_[number] = {attempts[i], sequences_[number]};
  }

  void expect_what_was_touched(std::size_t at) {
    for (std::size_t i = 0; i < worlds_.size(); ++i) {
      if (at >= paths_[i].size()) continue;
      for (std::size_t event = 0; event < kEvents; ++event) expect_event(i * kEvents + event);
    }
  }

  void expect_event(std::size_t number) {
    static const std::map<State, Known::State> kKnown{
        {State::pending, Known::pending}, {State::on_its_way, Known::sent},
        {State::in_doubt, Known::sent},   {State::submitted, Known::submitted},
        {State::refused, Known::refused}, {State::dropped, Known::rejected},
    };
    const Expected& event = expected(number);
    const auto [known, digest, in_part] = store_->find(id_at(number));
    const bool settled = event.state == State::submitted || event.state == State::dropped;
    EXPECT_EQ(known, event.resent && !settled ? Known::sent : kKnown.at(event.state)) << number;
    EXPECT_EQ(in_part, !settled && (event.doubted || event.advanced)) << number;
    // I2: no loss.
    EXPECT_TRUE(known != Known::submitted || event.seen >= 1 || event.by_decision) << number;
    // I4: what the server saw was written down before, and is not forgotten.
    EXPECT_TRUE(event.seen == 0 || known == Known::sent || in_part || settled) << number;
  }

  /// What people are shown is what is there, neither more nor less.
  void expect_all() {
    std::map<State, std::uint64_t> count;
    std::set<std::size_t> in_doubt;
    std::set<std::size_t> pending;
    std::set<std::size_t> refused;
    std::set<std::size_t> resent;
    std::set<std::size_t> advanced;
    std::multiset<std::size_t> repeated;
    for (std::size_t number = 0; number < sequences_.size(); ++number) {
      const Expected& event = expected(number);
      ++count[event.state];
      if (event.state == State::in_doubt) in_doubt.insert(number);
      if (event.state == State::pending) pending.insert(number);
      if (event.state == State::refused) refused.insert(number);
      if (event.state == State::pending && event.advanced) advanced.insert(number);
      if (event.sent_again) resent.insert(number);
      for (int i = 0; i < event.repeated; ++i) repeated.insert(number);
      // I3: no unreported duplicate.
      EXPECT_TRUE(event.seen < 2 || event.sent_again || event.repeated > 0) << number;
    }
    EXPECT_EQ(numbers_in(store_->in_doubt(kAll)), in_doubt);
    const auto waiting = store_->pending(kAll);
    EXPECT_EQ(numbers_in(waiting), pending);
    for (const OutboxEvent& event : waiting)
      EXPECT_EQ(event.progress, advanced.contains(number_of(event.id)) ? "contact" : "");
    EXPECT_EQ(numbers_in(store_->rejected(kAll)), refused);
    EXPECT_EQ(numbers_in(store_->resent(kAll)), resent);
    std::multiset<std::size_t> listed;
    for (const Resolution& event : store_->repeated(kAll)) listed.insert(number_of(event.id));
    EXPECT_EQ(listed, repeated);
    // I1: every event is one thing.
    const Totals totals = store_->totals();
    EXPECT_EQ(totals.submitted, count[State::submitted]);
    EXPECT_EQ(totals.rejected, count[State::refused] + count[State::dropped]);
    EXPECT_EQ(totals.pending, count[State::pending] + count[State::on_its_way]);
    EXPECT_EQ(totals.in_doubt, count[State::in_doubt]);
    EXPECT_EQ(totals.repeated, repeated.size());
    EXPECT_EQ(store_->requests_on(sort_ == Sort::blind ? "leads" : "crm", kDay), requests_);
  }

  template <typename Events>
  [[nodiscard]] std::set<std::size_t> numbers_in(const Events& events) const {
    std::set<std::size_t> numbers;
    for (const auto& event : events) numbers.insert(number_of(event.id));
    return numbers;
  }

  /// I5: one decision about each doubt of a blind sink, and each rejection, and one healthy run
  /// settle everything.
  void come_to_an_end() {
    reopen();
    std::map<Ruling, std::vector<Hash128>> decided;
    for (std::size_t i = 0; i < worlds_.size(); ++i) {
      const unsigned away = worlds_[i].on_their_way();
      if (away != 0) worlds_[i].take({Step::crash, static_cast<std::uint8_t>(away), 0, 0});
      for (std::uint8_t event = 0; event < kEvents; ++event) {
        const State state = worlds_[i].events[event].state;
        EXPECT_TRUE(state != State::in_doubt || sort_ == Sort::blind);
        if (state != State::in_doubt && state != State::refused) continue;
        const Ruling ruling = state == State::in_doubt ? Ruling::resend : Ruling::retry;
        decided[ruling].push_back(id_at(number_in(i, event)));
        worlds_[i].take({Step::decide, event, static_cast<std::uint8_t>(ruling), 0});
      }
    }
    for (const auto& [ruling, ids] : decided) store_->rule(ruling, ids, "ann");
    for (int round = 0; round < 2 * kEvents; ++round) run_healthily();
    EXPECT_TRUE(store_->pending(1).empty());
    expect_all();
  }

  /// A request of each world that has something to send, and its reply.
  void run_healthily() {
    Batch begun;
    Batch over;
    std::vector<std::pair<std::size_t, std::uint8_t>> requests;
    for (std::size_t i = 0; i < worlds_.size(); ++i) {
      const auto next = worlds_[i].next();
      if (next.empty()) continue;
      begin(i, begun);
      worlds_[i].take({Step::begin, next.front(), 0, 0});
      requests.emplace_back(i, next.front());
    }
    send(begun);
    for (const auto& [world, first] : requests) {
      const auto accepted = static_cast<std::uint8_t>(Reply::accepted);
      const Step step{Step::reply, first, accepted, accepted};
      reply(world, step, over);
      worlds_[world].take(step);
    }
    send(over);
  }

  TemporaryDirectory directory_;
  HandClock clock_;
  std::filesystem::path path_ = directory_.path() / "main.db";
  std::optional<Store> store_{std::in_place, path_, StoreMode::write, clock_};
  Sort sort_;
  std::uint64_t requests_ = 0;
  const std::vector<Path>& paths_;
  std::vector<World> worlds_;
  std::vector<std::int64_t> sequences_;                ///< by number
  std::unordered_map<std::string, int> numbers_;       ///< by id
  std::unordered_map<std::size_t, Carried> attempts_;  ///< on their way, by number
};

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kDepth = 5;
#else
constexpr std::size_t kDepth = 7;
#endif

void play_all(Sort sort, std::size_t depth) {
  std::map<unsigned, std::vector<Path>> paths;
  Path path;
  find_paths(World(sort), path, depth, 0, paths);
  std::size_t played = 0;
  std::size_t crashed = 0;
  for (const auto& [crashes, together] : paths) {
    SCOPED_TRACE(fmt::format("crashes at steps {:b}", crashes));
    Play(sort, together).run(crashes, depth);
    if (testing::Test::HasFailure()) return;
    played += together.size();
    if (crashes != 0) crashed += together.size();
  }
  fmt::print("{} interleavings of {} steps, {} of them with crashes\n", played, depth, crashed);
  EXPECT_GT(crashed, 0U);
}

std::size_t depth_asked_for() {
  const char* asked = std::getenv("ORDERTAIL_DEPTH");
  return asked == nullptr ? kDepth : std::strtoul(asked, nullptr, 10);
}

TEST(InterleavingsTest, NoneLosesAnEventOrHidesADuplicate) {
  const std::size_t depth = depth_asked_for();
  ASSERT_TRUE(depth >= 1 && depth <= 12) << "ORDERTAIL_DEPTH";
  play_all(Sort::blind, depth);
}

/// Their steps branch more, so there is one less of them.
TEST(InterleavingsTest, NorDoesOneOfRequestsThatMayBeRepeated) {
  const std::size_t depth = depth_asked_for();
  ASSERT_TRUE(depth >= 2 && depth <= 12) << "ORDERTAIL_DEPTH";
  play_all(Sort::idempotent, depth - 1);
}

}  // namespace
}  // namespace ordertail
