// Random servers: whatever they do, the store's account of every event is true.
#include <gtest/gtest.h>

#include <random>

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

}  // namespace
}  // namespace ordertail
