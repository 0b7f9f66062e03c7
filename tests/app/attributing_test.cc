// Tokens for events that came without, over small worlds that are tried out against the rule as one
// would explain it to a person.
#include "app/attributing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "event/event_id.h"
#include "event/event_json.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

using testing::ElementsAre;

class HandClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return {}; }
  [[nodiscard]] WallTime wall() const override { return now; }
  WallTime now{std::chrono::hours(24 * 20'000)};
};

Instant at_second(int second) {
  return Instant(std::chrono::hours(24 * 19'990) + std::chrono::seconds(second));
}

std::string token_of(int number) {
  return std::string(31, 'a') + std::to_string(number);
}

Sighting sighting(int token, const std::string& order, const std::string& email, int second) {
  return {token_bytes(token_of(token)), order, email, "", "", at_second(second), "shop.log", 1};
}

Event order(const std::string& number, const std::string& email, const std::string& utk,
            int second) {
  Event event;
  event.kind = Kind::purchase;
  event.shop = "main";
  event.order_number = number;
  event.email = email;
  event.utk = utk;
  event.occurred_at = at_second(second);
  event.origin.file = "orders.csv";
  return event;
}

struct World {
  std::vector<Sighting> sightings;
  std::vector<Event> orders;
};

/// Order number and token, of those that have one.
using Tokens = std::map<std::string, std::string>;

/// A store and what is to be done with it.
class Shop {
 public:
  Shop() { job.attribution.keep = std::chrono::hours(24 * 36'500); }

  void take(const World& world) {
    Attributing attributing(job, store, StageMode::keep, clock);
    store.begin_slice();
    for (const Sighting& each : world.sightings) attributing.see(each);
    for (Event event : world.orders) {
      event.id = event_id(store.id_key(), event);
      std::string payload;
      append_json(event, payload);
      (void)store.stage(event, payload);
    }
    store.commit_slice();
  }
  /// Decides, and returns what can be sent now.
  Tokens decide() {
    Attributing attributing(job, store, StageMode::keep, clock);
    attributing.decide(Attributing::Then::keep);
    counts = attributing.counts();
    Tokens tokens;
    for (const OutboxEvent& stored : store.pending(1000)) {
      const Event event = parse_event_json(stored.payload);
      tokens[event.order_number] = event.utk;
    }
    return tokens;
  }
  AttributionCounts foretell(const World& world) const {
    Store nothing(directory_.path() / "nothing.db", StoreMode::observe, clock);
    return foretell(world, nothing);
  }
  /// Beside what `known` holds of visitors.
  AttributionCounts foretell(const World& world, Store& known) const {
    Attributing attributing(job, known, StageMode::dry, clock);
    for (const Sighting& each : world.sightings) attributing.see(each);
    for (Event event : world.orders) {
      event.id = event_id(known.id_key(), event);
      attributing.note(event);
    }
    attributing.decide(Attributing::Then::look);
    return attributing.counts();
  }

  Job job;
  HandClock clock;
  AttributionCounts counts;

 private:
  TemporaryDirectory directory_;

 public:
  Store store{directory_.path() / "main.db", StoreMode::write, clock};
};

/// The rule, without any regard to time or room.
Tokens as_explained(const World& world) {
  std::map<std::string, std::set<std::string>> people;  // known of a token
  const auto text = [](const Sighting& seen) { return token_text(*seen.token); };
  for (const Sighting& seen : world.sightings) {
    if (!seen.email.empty()) people[text(seen)].insert(seen.email);
    for (const Event& event : world.orders) {
      if (seen.order_number == event.order_number) people[text(seen)].insert(event.email);
    }
  }
  for (const Event& event : world.orders) {
    if (!event.utk.empty()) people[event.utk].insert(event.email);
  }
  Tokens tokens;
  for (const Event& event : world.orders) {
    const auto only_his = [&](const std::string& token) {
      return people[token] == std::set<std::string>{event.email};
    };
    std::string& token = tokens[event.order_number];
    if (!event.utk.empty()) {
      if (only_his(event.utk)) token = event.utk;
      continue;
    }
    std::set<std::string> by_order;
    std::map<std::string, Instant> by_email;  // the latest visit of each
    for (const Sighting& seen : world.sightings) {
      if (seen.order_number == event.order_number) by_order.insert(text(seen));
      if (seen.email == event.email) {
        Instant& latest = by_email[text(seen)];
        latest = std::max(latest, seen.at);
      }
    }
    if (!by_order.empty()) {
      if (by_order.size() == 1 && only_his(*by_order.begin())) token = *by_order.begin();
      continue;
    }
    std::optional<Instant> best;
    for (const auto& [each, at] : by_email) {
      if (!only_his(each)) continue;
      const bool before = at <= *event.occurred_at;
      const bool best_before = best && *best <= *event.occurred_at;
      const bool better =
          !best || (before ? !best_before || at > *best : !best_before && at < *best);
      if (!better) continue;
      best = at;
      token = each;
    }
  }
  return tokens;
}

World random_world(std::mt19937& dice) {
  const auto any = [&](int below) {
    return static_cast<int>(dice() % static_cast<unsigned>(below));
  };
  const auto email = [&] {
    return std::string(1, static_cast<char>('a' + any(4))) + "@example.com";
  };
  World world;
  for (int i = any(7); i > 0; --i) {
    const std::string number = any(2) == 0 ? std::to_string(1 + any(4)) : "";
    const bool with_email = number.empty() || any(4) == 0;
    // No two at one time: which is nearer is then beyond doubt.
    world.sightings.push_back(
        sighting(any(4), number, with_email ? email() : "", 10 * i + any(10)));
  }
  for (int i = 1 + any(4); i > 0; --i) {
    world.orders.push_back(
        order(std::to_string(i), email(), any(5) == 0 ? token_of(any(4)) : "", any(80)));
  }
  return world;
}

TEST(AttributingTest, GivesTokensAsTheRuleIsExplainedWhateverCameFirst) {
  std::mt19937 dice(5);
  int given = 0;
  for (int round = 0; round < 40; ++round) {
    SCOPED_TRACE(round);
    World world = random_world(dice);
    const Tokens expected = as_explained(world);
    for (int order = 0; order < 2; ++order) {
      std::shuffle(world.sightings.begin(), world.sightings.end(), dice);
      std::shuffle(world.orders.begin(), world.orders.end(), dice);
      Shop shop;
      // Logs first, or orders first.
      shop.take(order == 0 ? World{world.sightings, {}} : World{{}, world.orders});
      shop.take(order == 0 ? World{{}, world.orders} : World{world.sightings, {}});
      const Tokens tokens = shop.decide();
      EXPECT_EQ(tokens, expected);
      std::map<std::string, std::string> emails;
      for (const Event& event : world.orders) {
        const std::string& token = tokens.at(event.order_number);
        if (token.empty()) continue;
        ++given;
        EXPECT_EQ(emails.emplace(token, event.email).first->second, event.email);
      }
      const AttributionCounts foretold = shop.foretell(world);
      EXPECT_EQ(foretold.by_tier, shop.counts.by_tier);
      EXPECT_EQ(foretold.conflicts, shop.counts.conflicts);
      EXPECT_EQ(foretold.dropped, shop.counts.dropped);
    }
  }
  EXPECT_GT(given, 30) << "the worlds are too poor to show anything";
}

TEST(AttributingTest, ADryRunKnowsTheVisitorsOfEarlierRuns) {
  std::mt19937 dice(6);
  std::uint64_t given = 0;
  for (int round = 0; round < 40; ++round) {
    SCOPED_TRACE(round);
    const World world = random_world(dice);
    Shop shop;
    shop.take({world.sightings, {}});
    const AttributionCounts foretold = shop.foretell({{}, world.orders}, shop.store);
    shop.take({{}, world.orders});
    shop.decide();
    EXPECT_EQ(foretold.by_tier, shop.counts.by_tier);
    EXPECT_EQ(foretold.conflicts, shop.counts.conflicts);
    EXPECT_EQ(foretold.dropped, shop.counts.dropped);
    for (const auto count : foretold.by_tier) given += count;
  }
  EXPECT_GT(given, 15U) << "the worlds are too poor to show anything";
}

TEST(AttributingTest, ATokenThatWasSentForOnePersonIsNeverSentForAnother) {
  Shop shop;
  shop.take({{sighting(1, "1", "", 0)}, {order("1", "ann@example.com", "", 0)}});
  EXPECT_EQ(shop.decide().at("1"), token_of(1));
  shop.take({{sighting(1, "2", "", 9)}, {order("2", "bob@example.com", "", 9)}});
  EXPECT_EQ(shop.decide().at("2"), "");
  ASSERT_EQ(shop.counts.contradictions.size(), 1U);
  EXPECT_EQ(shop.counts.contradictions[0].evidence_file, "shop.log");
}

/// HubSpot would take the two for one person, whatever is left here of the first.
TEST(AttributingTest, NorIsItWhenThatPersonWasForgotten) {
  const Person by_email{"Ann@example.com", ""};
  const Person by_number{"", "1"};
  for (const Person& ann : {by_email, by_number}) {
    Shop shop;
    shop.take({{sighting(1, "1", "", 0)}, {order("1", "ann@example.com", "", 0)}});
    EXPECT_EQ(shop.decide().at("1"), token_of(1));
    (void)shop.store.forget(std::vector{ann}, /*drop_pending=*/true);
    EXPECT_TRUE(shop.store.visitors().empty());
    const World later{
        {sighting(1, "2", "", 9)},
        {order("2", "bob@example.com", "", 9), order("3", "cid@example.com", token_of(1), 9),
         order("4", "ann@example.com", token_of(1), 9)}};
    shop.take(later);
    EXPECT_EQ(shop.decide(), (Tokens{{"2", ""}, {"3", ""}, {"4", ""}}));
  }
}

TEST(AttributingTest, EvidenceThatIsTooOldLeavesTheTokenToItsOwnPersonOnly) {
  Shop shop;
  shop.take({{sighting(1, "1", "", 0), sighting(2, "2", "", 0)},
             {order("1", "ann@example.com", "", 0), order("2", "bob@example.com", "", 0)}});
  EXPECT_EQ(shop.decide(), (Tokens{{"1", token_of(1)}, {"2", token_of(2)}}));
  (void)shop.store.forget_before(shop.clock.now);
  EXPECT_TRUE(shop.store.visitors().empty());
  shop.take({{sighting(1, "3", "", 9), sighting(2, "4", "", 9)},
             {order("3", "ann@example.com", "", 9), order("4", "ann@example.com", "", 9)}});
  const Tokens tokens = shop.decide();
  EXPECT_EQ(tokens.at("3"), token_of(1));
  EXPECT_EQ(tokens.at("4"), "") << "it was bob's";
  (void)shop.store.forget_before(shop.clock.now);
  (void)shop.store.forget(std::vector{Person{"ann@example.com", ""}}, false);
  shop.take({{sighting(1, "5", "", 9)}, {order("5", "ann@example.com", "", 9)}});
  EXPECT_EQ(shop.decide().at("5"), "") << "nobody knows any more that it is hers";
}

TEST(AttributingTest, AnOrderWaitsForItsLineAndThenGoesWithout) {
  Shop shop;
  shop.job.attribution.wait = std::chrono::hours(2);
  shop.take({{}, {order("1", "ann@example.com", "", 0), order("2", "bob@example.com", "", 0)}});
  EXPECT_EQ(shop.decide(), Tokens{});
  EXPECT_EQ(shop.counts.waiting, 2U);
  EXPECT_EQ(shop.counts.waiting_until, shop.clock.now + std::chrono::hours(2));
  shop.clock.now += std::chrono::hours(1);
  shop.take({{sighting(1, "1", "", 3)}, {}});
  EXPECT_EQ(shop.decide(), (Tokens{{"1", token_of(1)}}));
  shop.clock.now += std::chrono::hours(1);
  EXPECT_EQ(shop.decide(), (Tokens{{"1", token_of(1)}, {"2", ""}}));
}

TEST(AttributingTest, TheWaitThatEndsFirstIsKnownBesideTheLast) {
  Shop shop;
  shop.job.attribution.wait = std::chrono::hours(2);
  const WallTime began = shop.clock.now;
  shop.take({{}, {order("1", "ann@example.com", "", 0)}});
  shop.clock.now += std::chrono::hours(1);
  shop.take({{}, {order("2", "bob@example.com", "", 0)}});
  EXPECT_EQ(shop.decide(), Tokens{});
  EXPECT_EQ(shop.counts.next_wait_ends, began + std::chrono::hours(2));
  EXPECT_EQ(shop.counts.waiting_until, began + std::chrono::hours(3));
  shop.clock.now = began + std::chrono::hours(2);
  EXPECT_EQ(shop.decide(), (Tokens{{"1", ""}}));
  EXPECT_EQ(shop.counts.next_wait_ends, began + std::chrono::hours(3));
}

TEST(AttributingTest, TheSessionAndTheAddressCountOnlyWhereTheJobAsks) {
  World world;
  world.sightings = {sighting(1, "", "", 0), sighting(2, "", "", 0), sighting(3, "1", "", 5)};
  world.sightings[0].session = world.sightings[2].session = "s-77";
  world.sightings[2].token.reset();
  world.sightings[1].ip = "192.0.2.7";
  world.orders = {order("1", "ann@example.com", "", 9), order("2", "bob@example.com", "", 60)};
  world.orders[1].ip = "192.0.2.7";
  Shop plain;
  plain.take(world);
  EXPECT_EQ(plain.decide(), (Tokens{{"1", ""}, {"2", ""}}));
  Shop asking;
  asking.job.attribution.more = {true, true};
  asking.job.attribution.ip_window = std::chrono::minutes(30);
  asking.take(world);
  EXPECT_EQ(asking.decide(), (Tokens{{"1", token_of(1)}, {"2", token_of(2)}}));
  world.sightings.push_back(sighting(4, "", "", 70));
  world.sightings.back().ip = "192.0.2.7";
  Shop crowded;
  crowded.job.attribution = asking.job.attribution;
  crowded.take(world);
  EXPECT_EQ(crowded.decide(), (Tokens{{"1", token_of(1)}, {"2", ""}}));
}

TEST(AttributingTest, WhatIsTooOldIsForgotten) {
  Shop shop;
  TemporaryDirectory directory;
  Store store(directory.path() / "main.db", StoreMode::write, shop.clock);
  Attributing attributing(shop.job, store, StageMode::keep, shop.clock);
  store.begin_slice();
  attributing.see(sighting(1, "1", "ann@example.com", 0));
  store.commit_slice();
  attributing.forget_old();
  EXPECT_FALSE(store.visitors().empty());
  shop.job.attribution.keep = std::chrono::hours(24);
  attributing.forget_old();
  EXPECT_TRUE(store.visitors().empty());
  EXPECT_EQ(attributing.counts().forgotten, 3U);
}

}  // namespace
}  // namespace ordertail
