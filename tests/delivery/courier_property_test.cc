// Random servers: whatever they do, the store's account of every event is true.
#include <gtest/gtest.h>

#include <random>

#include "delivery/batches.h"
#include "delivery/stand_ins.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// A portal that keeps what it applied, behind a server and a network that fail at random.
class RandomPortal {
 public:
  RandomPortal(std::mt19937_64& random, unsigned health) : random_(random), health_(health) {}

  HttpReply operator()(int order) {
    if (random_() % 100 < health_) return apply(order, thanks());
    switch (random_() % 9) {
      case 0:
        return apply(order, broken());
      case 1:
        return broken();
      case 2:
        return apply(order, answered(502));
      case 3:
        return answered(500);
      case 4:
        return apply(order, answered(200, "thank you"));
      case 5:
        return answered(429, "", std::to_string(random_() % 30));
      case 6:
        return answered(423);
      case 7:
        return answered(400, "no");
      default:
        return refused_connection();
    }
  }
  std::map<int, int> applied;

 private:
  HttpReply apply(int order, HttpReply reply) {
    ++applied[order];
    return reply;
  }
  std::mt19937_64& random_;
  unsigned health_;
};

void expect_the_account_is_true(Store& store, int orders, const std::map<int, int>& applied) {
  const Totals totals = store.totals();
  EXPECT_EQ(totals.submitted + totals.rejected + totals.pending + totals.in_doubt,
            static_cast<std::uint64_t>(orders));
  std::set<Hash128> doubts;
  for (const Held& doubt : store.in_doubt(1000)) doubts.insert(doubt.id);
  EXPECT_EQ(doubts.size(), totals.in_doubt);
  for (int order = 1; order <= orders; ++order) {
    const Hash128 id = keyed_hash(store.id_key(), {std::to_string(order)});
    const auto found = applied.find(order);
    const int copies = found == applied.end() ? 0 : found->second;
    EXPECT_LE(copies, 1) << "order " << order << " was applied twice";
    switch (store.find(id).state) {
      case Known::submitted:
        EXPECT_EQ(copies, 1) << "order " << order << " is lost";
        break;
      case Known::refused:
      case Known::rejected:
        EXPECT_EQ(copies, 0) << order;
        break;
      case Known::pending:
      case Known::sent:
        EXPECT_TRUE(copies == 0 || doubts.contains(id)) << "order " << order << " will be repeated";
        break;
      case Known::no:
        ADD_FAILURE() << "order " << order << " is forgotten";
    }
  }
}

void expect_no_window_over(unsigned limit, const std::vector<FakeTransport::Start>& starts) {
  for (std::size_t i = limit; i < starts.size(); ++i) {
    ASSERT_GT(starts[i].time - starts[i - limit].time, 10s) << "request " << i;
  }
}

TEST(CourierProperty, WhateverTheServerDoesTheAccountIsTrue) {
  std::uint64_t runs = 0;
  std::uint64_t requests = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const int orders = static_cast<int>(1 + random() % 60);
    FakeClock clock;
    Shop shop(clock, orders);
    RandomPortal portal(random, 50 + static_cast<unsigned>(random() % 50));
    FakeTransport server(clock, [&portal](int order) { return portal(order); });
    server.latency = [&random] { return milliseconds(random() % 400); };
    const LeadsSink sink("http://127.0.0.1:9/", "");
    Limits limits;
    limits.requests_per_10s = static_cast<unsigned>(2 + random() % 60);
    limits.concurrency = static_cast<unsigned>(1 + random() % 8);
    limits.requests_per_day = 10 + random() % 200;
    const std::atomic<bool> interrupted{false};
    for (int run = 0; run < 60 && shop.store().totals().pending > 0; ++run, ++runs) {
      Courier courier(shop.store(), server, {{Kind::purchase, {&sink}}}, limits,
                      TimeZone::find("America/New_York"), clock, random(), interrupted, {});
      const Delivered delivered = courier.drain(1 + random() % 50);
      requests += delivered.requests;
      EXPECT_TRUE(server.in_flight.empty());
      expect_the_account_is_true(shop.store(), orders, portal.applied);
      if (random() % 2 == 0) clock.advance(milliseconds(random() % 100'000'000));
    }
    EXPECT_EQ(shop.store().totals().pending, 0U) << "runs do not come to an end";
    EXPECT_LE(server.most_in_flight, limits.concurrency);
    expect_no_window_over(limits.requests_per_10s, server.starts);
  }
  std::printf("%llu runs, %llu requests\n", static_cast<unsigned long long>(runs),
              static_cast<unsigned long long>(requests));
}

/// What a server has of each order, step by step; a repetition changes nothing.
struct Crm {
  std::map<int, std::set<std::string>> applied;  // lanes by order
  std::set<int> poison;

  std::optional<HttpReply> answer(const BatchRequest& batch, std::mt19937_64& random,
                                  unsigned health) {
    const bool poisoned = std::any_of(batch.orders.begin(), batch.orders.end(),
                                      [this](int order) { return poison.contains(order); });
    const auto apply = [&](HttpReply reply) {
      for (const int order : batch.orders) applied[order].insert(batch.lane);
      return reply;
    };
    if (random() % 100 < health) return poisoned ? answered(400, "no") : apply(ok());
    switch (random() % 7) {
      case 0:
        return poisoned ? broken() : apply(broken());
      case 1:
        return broken();
      case 2:
        return poisoned ? answered(502) : apply(answered(502));
      case 3:
        return answered(429, "", std::to_string(random() % 30));
      case 4:
        return answered(423);
      case 5: {  // some are named, some are not
        if (poisoned) return answered(413);
        std::string body = "ok";
        for (const int order : batch.orders)
          if (random() % 3 == 0) body += "," + std::to_string(order) + "=in_doubt";
        return apply(answered(200, body));
      }
      default:
        return refused_connection();
    }
  }
};

void expect_nothing_is_lost(Store& store, int orders, const Crm& crm) {
  const Totals totals = store.totals();
  EXPECT_EQ(totals.submitted + totals.rejected + totals.pending,
            static_cast<std::uint64_t>(orders));
  EXPECT_EQ(totals.in_doubt, 0U);
  for (int order = 1; order <= orders; ++order) {
    const Known found_state = store.find(keyed_hash(store.id_key(), {std::to_string(order)}));
    const Known::State known = found_state.state;
    const auto found = crm.applied.find(order);
    const std::size_t steps = found == crm.applied.end() ? 0 : found->second.size();
    EXPECT_TRUE(known != Known::submitted || steps == 2) << "order " << order << " is lost";
    EXPECT_TRUE(known != Known::refused || crm.poison.contains(order)) << order;
    EXPECT_TRUE(known != Known::pending || found_state.in_part || steps == 0)
        << order << " can be withdrawn unseen";
  }
}

TEST(CourierProperty, WithAnIdempotentSinkTwoHealthyRunsSettleEverything) {
  std::uint64_t runs = 0, requests = 0, events = 0;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const int orders = static_cast<int>(1 + random() % 150);
    const int customers = static_cast<int>(1 + random() % 100);
    const auto customer = [customers](int order) {
      return "c" + std::to_string(order * 7 % customers) + "@example.com";
    };
    FakeClock clock;
    Shop shop(clock);
    shop.email = customer;
    shop.stage(1, orders);
    Crm crm;
    for (int order = 1; order <= orders; ++order)
      if (random() % 40 == 0) crm.poison.insert(order);
    unsigned health = 40 + static_cast<unsigned>(random() % 50);
    BatchServer server(clock, customer, [&](const BatchRequest& batch) {
      return crm.answer(batch, random, health);
    });
    server.latency = [&random] { return milliseconds(random() % 400); };
    const BatchSink sink(1 + random() % 30, 2);
    Limits limits;
    limits.requests_per_10s = static_cast<unsigned>(2 + random() % 60);
    limits.concurrency = static_cast<unsigned>(1 + random() % 8);
    const std::atomic<bool> interrupted{false};
    const auto run = [&](std::uint64_t most) {
      Courier courier(shop.store(), server, {{Kind::purchase, {&sink}}}, limits,
                      TimeZone::find("America/New_York"), clock, random(), interrupted, {});
      requests += courier.drain(most).requests;
      ++runs;
      expect_nothing_is_lost(shop.store(), orders, crm);
    };
    for (int i = 0; i < 4; ++i) {
      run(1 + random() % 50);
      if (random() % 2 == 0) clock.advance(milliseconds(random() % 100'000'000));
    }
    health = 100;
    for (int i = 0; i < 2 && shop.store().totals().pending > 0; ++i) run(1'000'000);
    EXPECT_EQ(shop.store().totals().pending, 0U);
    EXPECT_EQ(shop.store().totals().rejected, crm.poison.size());
    EXPECT_LE(server.most_in_flight, limits.concurrency);
    for (std::size_t i = limits.requests_per_10s; i < server.starts.size(); ++i)
      ASSERT_GT(server.starts[i].time - server.starts[i - limits.requests_per_10s].time, 10s);
    events += static_cast<std::uint64_t>(orders);
  }
  std::printf("%llu runs, %llu requests for %llu events\n", static_cast<unsigned long long>(runs),
              static_cast<unsigned long long>(requests), static_cast<unsigned long long>(events));
}

}  // namespace
}  // namespace ordertail
