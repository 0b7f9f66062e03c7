// Every order in which requests, replies, crashes and decisions can follow one another, for three
// events and two requests at once, up to a depth; against the store itself and a server that
// counts. A world is one such order. Worlds share nothing but the moments of their crashes, so all
// that crash at the same steps are played side by side in one store: three events each.
// ORDERTAIL_DEPTH: steps, 7 by default (less where sanitizers watch); one more takes five times
// as long.
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

/// What the server did with a request, and whether its reply arrived.
enum class Reply : std::uint8_t { accepted, rejected, not_applied, lost, lost_and_applied };

struct Step {
  enum Kind : std::uint8_t { begin, reply, crash, decide } kind{};
  std::uint8_t event = 0;
  std::uint8_t what = 0;  ///< a Reply, a Ruling; of a crash: bits of the events that were applied
};

/// One event as it should be, and what the server saw of it.
struct Expected {
  State state = State::pending;
  int seen = 0;
  bool resent = false, sent_again = false, by_decision = false;
};

class World {
 public:
  std::array<Expected, kEvents> events;

  [[nodiscard]] unsigned on_their_way() const {
    unsigned bits = 0;
    for (unsigned i = 0; i < kEvents; ++i)
      if (events[i].state == State::on_its_way) bits |= 1U << i;
    return bits;
  }

  [[nodiscard]] std::vector<Step> steps() const {
    std::vector<Step> found;
    const unsigned away = on_their_way();
    const auto add = [&](Step::Kind kind, unsigned event, auto what) {
      found.push_back({kind, static_cast<std::uint8_t>(event), static_cast<std::uint8_t>(what)});
    };
    bool begins = __builtin_popcount(away) < kTogether;
    for (unsigned i = 0; i < kEvents; ++i) {
      const State state = events[i].state;
      if (state == State::pending && std::exchange(begins, false)) add(Step::begin, i, 0);
      if (state == State::on_its_way)
        for (int reply = 0; reply < 5; ++reply) add(Step::reply, i, reply);
      if (away != 0) continue;  // the run holds the lock
      if (state == State::in_doubt)
        for (const Ruling ruling : {Ruling::resend, Ruling::assume_sent, Ruling::drop})
          add(Step::decide, i, ruling);
      if (state == State::refused)
        for (const Ruling ruling : {Ruling::drop, Ruling::retry}) add(Step::decide, i, ruling);
    }
    for (unsigned applied = away; away != 0; applied = (applied - 1) & away) {
      add(Step::crash, 0, applied);
      if (applied == 0) break;
    }
    return found;
  }

  void take(Step step) {
    Expected& event = events[step.event];
    switch (step.kind) {
      case Step::begin:
        event.state = State::on_its_way;
        event.sent_again = event.resent;
        break;
      case Step::reply:
        take_reply(event, static_cast<Reply>(step.what));
        break;
      case Step::crash:
        for (unsigned i = 0; i < kEvents; ++i) {
          if (events[i].state != State::on_its_way) continue;
          events[i].state = State::in_doubt;
          events[i].seen += (step.what >> i & 1U) != 0;
        }
        break;
      case Step::decide:
        take_decision(event, static_cast<Ruling>(step.what));
        break;
    }
  }

 private:
  static void take_reply(Expected& event, Reply reply) {
    event.seen += reply == Reply::accepted || reply == Reply::lost_and_applied;
    event.state = reply == Reply::accepted      ? State::submitted
                  : reply == Reply::rejected    ? State::refused
                  : reply == Reply::not_applied ? State::pending
                                                : State::in_doubt;
  }
  static void take_decision(Expected& event, Ruling ruling) {
    const bool again = ruling == Ruling::resend || ruling == Ruling::retry;
    event.state = again                           ? State::pending
                  : ruling == Ruling::assume_sent ? State::submitted
                                                  : State::dropped;
    event.resent = event.resent || ruling == Ruling::resend;
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

Outcome outcome_of(Carried of, Reply reply) {
  switch (reply) {
    case Reply::accepted:
      return {of, Settlement::submitted, "", "", 200, {}};
    case Reply::rejected:
      return {of, Settlement::rejected, "http_400", "Refused.", 400, {}};
    case Reply::not_applied:
      return {of, Settlement::pending, "http_429", "Too many.", 429, {}};
    default:
      return {of, Settlement::in_doubt, "timeout", "No reply.", 0, {}};
  }
}

/// Plays the worlds of these paths in one store.
class Play {
 public:
  explicit Play(const std::vector<Path>& paths) : paths_(paths), worlds_(paths.size()) {
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

  /// The step `at` of all worlds: replies and new requests are one transaction, as the courier's.
  void step(std::size_t at) {
    std::vector<Outcome> outcomes;
    std::vector<Intent> intents;
    std::vector<std::size_t> begun;
    std::map<Ruling, std::vector<Hash128>> decided;
    for (std::size_t i = 0; i < worlds_.size(); ++i) {
      if (at >= paths_[i].size()) continue;
      const Step step = paths_[i][at];
      const std::size_t number = i * kEvents + step.event;
      worlds_[i].take(step);
      if (step.kind == Step::begin) {
        begun.push_back(number);
        intents.push_back({{sequences_[number]}, "leads", id_at(number)});
      } else if (step.kind == Step::reply) {
        outcomes.push_back(outcome_of(attempts_.at(number), static_cast<Reply>(step.what)));
      } else if (step.kind == Step::decide) {
        decided[static_cast<Ruling>(step.what)].push_back(id_at(number));
      }
    }
    send(outcomes, intents, begun);
    for (const auto& [ruling, ids] : decided) store_->rule(ruling, ids, "ann");
  }

  void send(const std::vector<Outcome>& outcomes, const std::vector<Intent>& intents,
            const std::vector<std::size_t>& begun) {
    const auto attempts = store_->settle_and_begin(outcomes, intents, kDay);
    ASSERT_EQ(attempts.size(), begun.size());
    for (std::size_t i = 0; i < begun.size(); ++i)
      attempts_[begun[i]] = {attempts[i], sequences_[begun[i]]};
  }

  void expect_what_was_touched(std::size_t at) {
    for (std::size_t i = 0; i < worlds_.size(); ++i) {
      if (at >= paths_[i].size()) continue;
      const Step step = paths_[i][at];
      for (std::size_t event = 0; event < kEvents; ++event)
        if (step.kind == Step::crash || event == step.event) expect_event(i * kEvents + event);
    }
  }

  void expect_event(std::size_t number) {
    static const std::map<State, Known::State> kKnown{
        {State::pending, Known::pending}, {State::on_its_way, Known::sent},
        {State::in_doubt, Known::sent},   {State::submitted, Known::submitted},
        {State::refused, Known::refused}, {State::dropped, Known::rejected},
    };
    const Expected& event = expected(number);
    const Known::State known = store_->find(id_at(number)).state;
    const bool settled = event.state == State::submitted || event.state == State::dropped;
    EXPECT_EQ(known, event.resent && !settled ? Known::sent : kKnown.at(event.state)) << number;
    // I2: no loss.
    EXPECT_TRUE(known != Known::submitted || event.seen >= 1 || event.by_decision) << number;
    // I4: what the server saw was written down before, and is not forgotten.
    EXPECT_TRUE(event.seen == 0 || known == Known::sent || settled) << number;
  }

  /// What people are shown is what is there, neither more nor less.
  void expect_all() {
    std::map<State, std::uint64_t> count;
    std::set<std::size_t> in_doubt;
    std::set<std::size_t> pending;
    std::set<std::size_t> refused;
    std::set<std::size_t> resent;
    for (std::size_t number = 0; number < sequences_.size(); ++number) {
      const Expected& event = expected(number);
      ++count[event.state];
      if (event.state == State::in_doubt) in_doubt.insert(number);
      if (event.state == State::pending) pending.insert(number);
      if (event.state == State::refused) refused.insert(number);
      if (event.sent_again) resent.insert(number);
      // I3: no unreported duplicate.
      EXPECT_TRUE(event.seen < 2 || event.sent_again) << number;
    }
    EXPECT_EQ(numbers_in(store_->in_doubt(kAll)), in_doubt);
    EXPECT_EQ(numbers_in(store_->pending(kAll)), pending);
    EXPECT_EQ(numbers_in(store_->rejected(kAll)), refused);
    EXPECT_EQ(numbers_in(store_->resent(kAll)), resent);
    // I1: every event is one thing.
    const Totals totals = store_->totals();
    EXPECT_EQ(totals.submitted, count[State::submitted]);
    EXPECT_EQ(totals.rejected, count[State::refused] + count[State::dropped]);
    EXPECT_EQ(totals.pending, count[State::pending] + count[State::on_its_way]);
    EXPECT_EQ(totals.in_doubt, count[State::in_doubt]);
  }

  template <typename Events>
  [[nodiscard]] std::set<std::size_t> numbers_in(const Events& events) const {
    std::set<std::size_t> numbers;
    for (const auto& event : events) numbers.insert(number_of(event.id));
    return numbers;
  }

  /// I5: one decision about each doubt and one healthy run settle everything.
  void come_to_an_end() {
    reopen();
    for (std::size_t i = 0; i < worlds_.size(); ++i) {
      const unsigned away = worlds_[i].on_their_way();
      if (away != 0) worlds_[i].take({Step::crash, 0, static_cast<std::uint8_t>(away)});
    }
    std::map<Ruling, std::vector<Hash128>> decided;
    std::vector<Intent> intents;
    std::vector<std::size_t> begun;
    std::vector<Outcome> outcomes;
    for (std::size_t number = 0; number < sequences_.size(); ++number) {
      Expected& event = expected(number);
      const auto index = static_cast<std::uint8_t>(number % kEvents);
      World& world = worlds_[number / kEvents];
      if (event.state == State::in_doubt || event.state == State::refused) {
        const Ruling ruling = event.state == State::in_doubt ? Ruling::resend : Ruling::retry;
        decided[ruling].push_back(id_at(number));
        world.take({Step::decide, index, static_cast<std::uint8_t>(ruling)});
      }
      if (event.state != State::pending) continue;
      begun.push_back(number);
      intents.push_back({{sequences_[number]}, "leads", id_at(number)});
      world.take({Step::begin, index, 0});
      world.take({Step::reply, index, static_cast<std::uint8_t>(Reply::accepted)});
    }
    for (const auto& [ruling, ids] : decided) store_->rule(ruling, ids, "ann");
    send({}, intents, begun);
    for (const std::size_t number : begun)
      outcomes.push_back(outcome_of(attempts_.at(number), Reply::accepted));
    store_->settle_and_begin(outcomes, {}, kDay);
    EXPECT_TRUE(store_->pending(1).empty());
    expect_all();
  }

  TemporaryDirectory directory_;
  HandClock clock_;
  std::filesystem::path path_ = directory_.path() / "main.db";
  std::optional<Store> store_{std::in_place, path_, StoreMode::write, clock_};
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

TEST(InterleavingsTest, NoneLosesAnEventOrHidesADuplicate) {
  const char* asked = std::getenv("ORDERTAIL_DEPTH");
  const std::size_t depth = asked == nullptr ? kDepth : std::strtoul(asked, nullptr, 10);
  ASSERT_TRUE(depth >= 1 && depth <= 12) << "ORDERTAIL_DEPTH";
  std::map<unsigned, std::vector<Path>> paths;
  Path path;
  find_paths(World{}, path, depth, 0, paths);
  std::size_t played = 0;
  std::size_t crashed = 0;
  for (const auto& [crashes, together] : paths) {
    SCOPED_TRACE(fmt::format("crashes at steps {:b}", crashes));
    Play(together).run(crashes, depth);
    if (HasFailure()) return;
    played += together.size();
    if (crashes != 0) crashed += together.size();
  }
  fmt::print("{} interleavings of {} steps, {} of them with crashes\n", played, depth, crashed);
  EXPECT_GT(crashed, 0U);
}

}  // namespace
}  // namespace ordertail
