// Random histories, with closing and reopening in between, against a map that cannot crash.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "store/world.h"

namespace ordertail {
namespace {

constexpr std::string_view kDay = "2026-11-23";
constexpr int kNumbers = 60;

struct Expected {
  enum State { pending, on_its_way, in_doubt, submitted, refused, rejected } state = pending;
  bool resent = false, sent_again = false;
  bool idempotent = false;  ///< the sink that it is on its way through
  bool doubted = false;     ///< at an idempotent sink, once
  bool again = false;       ///< by itself, with its next request
  int repeated = 0;         ///< requests that did so
  bool advanced = false;
  int content = 0;
  int place = 0;  ///< in the order of staging
  int tries = 0;
};

class History {
 public:
  explicit History(std::uint32_t seed) : random_(seed) {}

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      switch (upto(7)) {
        case 0:
          stage_some(upto(3) > 0);
          break;
        case 1:
          withdraw_some();
          break;
        case 2:
          reopen();
          break;
        case 3:
          decide_some();
          break;
        default:
          settle_and_begin_some();
      }
      compare(*store_, false);
      if (testing::Test::HasFailure()) return;
    }
    store_.reset();
    compare(Store(path_, StoreMode::observe, clock_), true);
  }

 private:
  int upto(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

  /// Repeats among the times, and events without one.
  static std::optional<int> time_of(int number) {
    return number % 7 == 0 ? std::nullopt : std::optional(number * 37 % 11);
  }

  void stage_some(bool commit) {
    std::map<int, Expected> staged = model_;
    int place = staged_;
    store_->begin_slice();
    for (int i = upto(12); i > 0; --i) {
      const int number = upto(kNumbers);
      const int content = upto(4) == 0 ? 1 : 0;
      const Staged expected = expect_staged(staged, number, content, place);
      EXPECT_EQ(store_->stage(event_of(number, time_of(number)), payload(number, content),
                              EventDigest{static_cast<std::uint32_t>(content)}),
                expected);
    }
    Cursor cursor;
    cursor.source = "s";
    cursor.offset = static_cast<std::uint64_t>(place);
    store_->save(cursor);
    if (!commit) return reopen();
    store_->commit_slice();
    model_ = staged;
    staged_ = place;
    ++cursors_;
  }

  static std::string payload(int number, int content) {
    return payload_of(number) + (content == 0 ? "" : " ");
  }

  /// What staging this content makes of the model.
  static Staged expect_staged(std::map<int, Expected>& staged, int number, int content,
                              int& place) {
    const auto [found, is_new] = staged.try_emplace(number);
    Expected& event = found->second;
    if (is_new) {
      event.content = content;
      event.place = ++place;
      return Staged::added;
    }
    if (event.content == content || event.state == Expected::rejected) return Staged::repeated;
    if (!may_change(event)) return Staged::changed;
    const bool refused = event.state == Expected::refused;
    event.state = Expected::pending;
    event.content = content;
    begin_again(event);
    return refused ? Staged::corrected : Staged::replaced;
  }

  /// An idempotent sink may have it, or a part of it.
  static bool is_in_part(const Expected& event) { return event.doubted || event.advanced; }

  static void begin_again(Expected& event) {
    event.doubted = is_in_part(event);
    event.advanced = false;
  }

  /// Nothing that HubSpot may have would be there twice.
  static bool may_change(const Expected& event) {
    return !event.resent && (event.state == Expected::pending || event.state == Expected::refused);
  }

  void withdraw_some() {
    store_->begin_slice();
    for (int i = upto(4); i > 0; --i) {
      const int number = upto(kNumbers);
      const auto found = model_.find(number);
      const Withdrawn withdrawn = store_->withdraw(id_of(number));
      if (found == model_.end() || found->second.state == Expected::rejected) {
        EXPECT_EQ(withdrawn, Withdrawn::not_there);
      } else if (found->second.state == Expected::refused && may_change(found->second)) {
        EXPECT_EQ(withdrawn,
                  is_in_part(found->second) ? Withdrawn::too_late : Withdrawn::not_there);
        found->second.state = Expected::rejected;
      } else if (may_change(found->second)) {
        EXPECT_EQ(withdrawn,
                  is_in_part(found->second) ? Withdrawn::cut_short : Withdrawn::taken_out);
        model_.erase(found);
      } else {
        EXPECT_EQ(withdrawn, Withdrawn::too_late);
      }
    }
    store_->commit_slice();
  }

  void decide_some() {
    const auto ruling = static_cast<Ruling>(upto(4));
    std::vector<Hash128> ids;
    for (auto& [number, event] : model_) {
      const bool doubtful = event.state == Expected::in_doubt;
      const bool refused = event.state == Expected::refused;
      const bool is_meant = ruling == Ruling::drop    ? doubtful || refused
                            : ruling == Ruling::retry ? refused
                                                      : doubtful;
      if (!is_meant || upto(3) == 0) continue;
      ids.push_back(id_of(number));
      decide(event, ruling);
      ++decided_;
    }
    store_->rule(ruling, ids, "ann");
  }

  static void decide(Expected& event, Ruling ruling) {
    switch (ruling) {
      case Ruling::resend:
        event.resent = true;
        event.advanced = false;
        event.state = Expected::pending;
        break;
      case Ruling::retry:
        event.state = Expected::pending;
        begin_again(event);
        break;
      case Ruling::assume_sent:
        event.state = Expected::submitted;
        break;
      case Ruling::drop:
        event.state = Expected::rejected;
        break;
      case Ruling::by_itself:  // this and the next are never a person's
      case Ruling::verify:
        break;
    }
  }

  void reopen() {
    store_.reset();
    if (upto(2) == 0) compare(Store(path_, StoreMode::observe, clock_), true);
    store_.emplace(path_, StoreMode::write, clock_);
    for (auto& [number, expected] : model_)
      if (expected.state == Expected::on_its_way) doubt(expected);
    open_.clear();
  }

  static void doubt(Expected& event) {
    event.state = event.idempotent ? Expected::pending : Expected::in_doubt;
    if (event.idempotent) event.doubted = event.again = true;
  }

  void settle_and_begin_some() {
    std::vector<Outcome> outcomes;
    for (auto attempt = open_.begin(); attempt != open_.end();) {
      if (upto(2) == 0) {
        ++attempt;
        continue;
      }
      outcomes.push_back(outcome_of(attempt->second, model_.at(attempt->first)));
      attempt = open_.erase(attempt);
    }
    const auto events = store_->pending(static_cast<std::size_t>(upto(7)));
    std::vector<Intent> intents;
    for (const OutboxEvent& event : events) {
      if (intents.empty() || upto(2) == 0) {
        intents.push_back({{}, "leads", content_hash("body"), /*idempotent=*/upto(2) == 0});
      }
      intents.back().events.push_back(event.sequence);
    }
    const auto attempts = store_->settle_and_begin(outcomes, intents, kDay);
    ASSERT_EQ(attempts.size(), intents.size());
    auto next = events.begin();
    for (std::size_t i = 0; i < intents.size(); ++i) {
      EXPECT_TRUE(ever_.insert(attempts[i]).second) << "an attempt id came twice";
      for (const std::int64_t sequence : intents[i].events)
        take_off(number_of((next++)->id), {attempts[i], sequence}, intents[i].idempotent);
    }
    requests_ += attempts.size();
  }

  void take_off(int number, Carried of, bool idempotent) {
    Expected& event = model_.at(number);
    event.state = Expected::on_its_way;
    event.idempotent = idempotent;
    ++event.tries;
    event.sent_again = event.resent;
    event.repeated += event.again ? 1 : 0;
    event.again = false;
    EXPECT_TRUE(open_.emplace(number, of).second);
  }

  Outcome outcome_of(Carried of, Expected& event) {
    switch (upto(5)) {
      case 0:
        event.state = Expected::submitted;
        return {of, Settlement::submitted, "", "", 200, {}};
      case 1:
        event.state = Expected::refused;
        return {of, Settlement::rejected, "http_400", "Refused.", 400, {}};
      case 2:
        doubt(event);
        return {of, Settlement::in_doubt, "timeout", "No reply.", 0, {}};
      case 3:
        event.state = Expected::pending;
        event.advanced = true;
        return {of, Settlement::advanced, "", "", 200, "contact 7"};
      default:
        event.state = Expected::pending;
        return {of, Settlement::pending, "http_429", "Too many.", 429, {}};
    }
  }

  static int number_of(const Hash128& id) {
    for (int number = 0; number < kNumbers; ++number)
      if (id_of(number) == id) return number;
    throw std::logic_error("an event that nobody staged");
  }

  void compare(const Store& store, bool observed) const {
    const auto count = [&](auto... states) {
      return static_cast<std::uint64_t>(std::ranges::count_if(
          model_, [&](const auto& entry) { return ((entry.second.state == states) || ...); }));
    };
    const Totals totals = store.totals();
    EXPECT_EQ(totals.submitted, count(Expected::submitted));
    EXPECT_EQ(totals.rejected, count(Expected::refused, Expected::rejected));
    EXPECT_EQ(store.rejected(1000).size(), count(Expected::refused));
    std::set<int> sent_again;
    for (const Resolution& event : store.resent(1000)) sent_again.insert(number_of(event.id));
    std::map<int, int> repeated;
    for (const Resolution& event : store.repeated(1000)) ++repeated[number_of(event.id)];
    for (const auto& [number, event] : model_) {
      EXPECT_EQ(sent_again.contains(number), event.sent_again) << number;
      EXPECT_EQ(repeated[number], event.repeated) << number;
    }
    EXPECT_EQ(store.resolutions(10'000).size(), decided_);
    EXPECT_EQ(store.problems(1000).size(), totals.rejected);
    // Whoever only looks knows that nobody is sending.
    const auto lost =
        static_cast<std::uint64_t>(std::ranges::count_if(model_, [&](const auto& entry) {
          return observed && entry.second.state == Expected::on_its_way && !entry.second.idempotent;
        }));
    EXPECT_EQ(totals.pending, count(Expected::pending, Expected::on_its_way) - lost);
    EXPECT_EQ(totals.in_doubt, count(Expected::in_doubt) + lost);
    EXPECT_EQ(store.in_doubt(1000).size(), totals.in_doubt);
    EXPECT_EQ(store.requests_on("leads", kDay), requests_);
    EXPECT_EQ(store.all_cursors().size(), cursors_);
    for (int number = 0; number < kNumbers; ++number)
      expect_known(store.find(id_of(number)), number);
    compare_pending(store);
  }

  void expect_known(const Known& known, int number) const {
    const auto found = model_.find(number);
    EXPECT_EQ(known.digest.has_value(), found != model_.end()) << number;
    if (found == model_.end()) {
      EXPECT_EQ(known.state, Known::no) << number;
      return;
    }
    const Expected& event = found->second;
    const bool settled = event.state == Expected::submitted || event.state == Expected::rejected;
    if (event.resent && !settled) {
      EXPECT_EQ(known.state, Known::sent) << number;
      return;
    }
    EXPECT_EQ(known.in_part, !settled && is_in_part(event)) << number;
    static const std::map<Expected::State, Known::State> kShown{
        {Expected::pending, Known::pending}, {Expected::on_its_way, Known::sent},
        {Expected::in_doubt, Known::sent},   {Expected::submitted, Known::submitted},
        {Expected::refused, Known::refused}, {Expected::rejected, Known::rejected},
    };
    EXPECT_EQ(known.state, kShown.at(found->second.state)) << number;
    EXPECT_EQ(known.digest->bits, static_cast<std::uint32_t>(found->second.content)) << number;
  }

  void compare_pending(const Store& store) const {
    using Entry = std::tuple<std::optional<int>, int, std::string, int, std::string>;
    std::vector<Entry> expected;
    for (const auto& [number, event] : model_)
      if (event.state == Expected::pending)
        expected.emplace_back(time_of(number), event.place, payload(number, event.content),
                              event.tries, event.advanced ? "contact 7" : "");
    std::ranges::sort(expected);
    const auto found = store.pending(1000);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].payload, std::get<2>(expected[i]));
      EXPECT_EQ(found[i].tries, std::get<3>(expected[i]));
      EXPECT_EQ(found[i].progress, std::get<4>(expected[i]));
    }
  }

  TemporaryDirectory directory_;
  HandClock clock_;
  std::filesystem::path path_ = directory_.path() / "main.db";
  std::optional<Store> store_{std::in_place, path_, StoreMode::write, clock_};
  std::mt19937 random_;
  std::map<int, Expected> model_;  ///< by number
  std::map<int, Carried> open_;    ///< on their way, by number
  std::set<std::int64_t> ever_;    ///< all attempt ids
  int staged_ = 0;
  std::uint64_t requests_ = 0, decided_ = 0;
  std::size_t cursors_ = 0;
};

TEST(StoreModelTest, RandomHistoriesEndAsTheModelDoes) {
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    History(seed).run(80);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace ordertail
