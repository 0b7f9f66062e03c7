#include "event/event_digest.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <set>
#include <vector>

namespace ordertail {
namespace {

constexpr std::string_view kSource = "shopify-orders";

Event an_order() {
  Event event;
  event.kind = Kind::purchase;
  for (const TextField& field : kTextFields) event.*field.member = field.key;
  event.email = "Ann@example.com";
  event.occurred_at = Instant(std::chrono::seconds(1'700'000'000));
  event.close_date = Day{2023, 11, 14};
  event.total_revenue = Money{1'423'100};
  event.skus = {"A-1", "B-2"};
  event.extra = {{"coupon", "SPRING"}};
  event.origin = {"orders.csv", 17, 4096};
  return event;
}

using Change = std::function<void(Event&)>;

bool changes(const Change& change) {
  Event event = an_order();
  change(event);
  return is_change(event_digest(content_of(an_order()), kSource), event_digest(content_of(event), kSource));
}

TEST(EventDigest, IsOfAllThatASinkMaySend) {
  for (const TextField& field : kTextFields) {
    EXPECT_TRUE(changes([&](Event& e) { (e.*field.member) += "x"; })) << field.key;
    EXPECT_TRUE(changes([&](Event& e) { (e.*field.member).clear(); })) << field.key;
  }
  const std::vector<Change> others{
      [](Event& e) { e.kind = Kind::registration; },
      [](Event& e) { e.occurred_at = std::nullopt; },
      [](Event& e) { *e.occurred_at += std::chrono::seconds(1); },
      [](Event& e) { e.close_date = std::nullopt; },
      [](Event& e) { e.close_date->day = 15; },
      [](Event& e) { e.total_revenue = std::nullopt; },
      [](Event& e) { e.total_revenue = Money{0}; },
      [](Event& e) { e.total_revenue = Money{1'423'101}; },
      [](Event& e) { e.skus.pop_back(); },
      [](Event& e) {
        e.skus = {"A-1B", "-2"};
      },
      [](Event& e) { e.extra.clear(); },
      [](Event& e) { e.extra[0].second = "AUTUMN"; },
      [](Event& e) { std::swap(e.first_name, e.last_name); },
  };
  for (std::size_t i = 0; i < others.size(); ++i) EXPECT_TRUE(changes(others[i])) << i;
}

TEST(EventDigest, IsNotOfWhereItWasFoundNorOfTheCaseOfItsAddress) {
  EXPECT_FALSE(changes([](Event& e) { e.origin = {"again.csv", 3, 80}; }));
  EXPECT_FALSE(changes([](Event& e) { e.rows = 4; }));
  EXPECT_FALSE(changes([](Event& e) { e.email = "ann@EXAMPLE.com"; }));
}

TEST(EventDigest, NoTwoSourcesAreCompared) {
  Event other = an_order();
  other.total_revenue = Money{1};
  for (const char* source : {"paypal-activity", "magento-orders", "x-cart-orders", ""}) {
    EXPECT_FALSE(is_change(event_digest(content_of(an_order()), kSource), event_digest(content_of(other), source)));
  }
}

/// Stores hold digests: another way to compute them would make every order of every shop a change.
TEST(EventDigest, StaysWhatItWas) {
  EXPECT_EQ(event_digest(content_of(an_order()), kSource).bits, 3426167427U);
}

TEST(EventDigest, MeetsAnotherAsRarelyAsChanceWouldHaveIt) {
  constexpr int kEvents = 20'000;  // 12 pairs share 24 bits
  std::set<std::uint32_t> contents;
  std::set<std::uint32_t> sources;
  Event event = an_order();
  for (int number = 0; number < kEvents; ++number) {
    event.order_number = std::to_string(number);
    contents.insert(event_digest(content_of(event), kSource).bits);
    sources.insert(event_digest(content_of(event), event.order_number).bits >> 24U);
  }
  EXPECT_GE(contents.size(), kEvents - 40U);
  EXPECT_EQ(sources.size(), 256U);
}

}  // namespace
}  // namespace ordertail
