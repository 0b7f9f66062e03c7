// The courier with an idempotent sink that takes several events a request.
#include "delivery/batches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace ordertail {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST_F(BatchesTest, RequestsAreFullAndTheOldestComeFirst) {
  stage(1050);
  const BatchSink sink(100);
  BatchServer healthy = server([](const BatchRequest&) { return ok(); });
  const Delivered delivered = drain(healthy, sink);
  EXPECT_EQ(delivered.requests, 11U);
  EXPECT_EQ(delivered.submitted, 1050U);
  EXPECT_EQ(healthy.most_in_flight, 4U);
  int next = 1;
  for (const auto& start : healthy.starts)
    for (const int order : start.batch.orders) EXPECT_EQ(order, next++);
  EXPECT_EQ(shop.store().requests_on("batch", "2023-12-31"), 11U) << "requests, not events";
  EXPECT_EQ(totals(), "1050/0/0/0");
}

TEST_F(BatchesTest, AnEventThatTheServerAlwaysFailsAtDoesNotKeepTheOthers) {
  stage(200);
  const BatchSink sink(50);
  BatchServer ailing = server([](const BatchRequest& batch) {
    const bool fails = std::count(batch.orders.begin(), batch.orders.end(), 77) != 0;
    return fails ? answered(500, "") : ok();
  });
  const Delivered delivered = drain(ailing, sink);
  EXPECT_EQ(delivered.submitted, 199U);
  EXPECT_EQ(totals(), "199/0/1/0");
  EXPECT_EQ(delivered.exit, ExitCode::stopped_early);
  EXPECT_EQ(delivered.message.substr(delivered.message.find(": ") + 2),
            "the server failed with status 500; 1 event stays pending; run the command again");
  EXPECT_LT(delivered.requests, 40U);
}

TEST_F(BatchesTest, WhatAdvancedGoesOnToItsNextRequest) {
  stage(5);
  const BatchSink sink(3, 2);
  BatchServer healthy = server([](const BatchRequest&) { return ok(); });
  Limits limits = fast();
  limits.concurrency = 1;
  EXPECT_EQ(drain(healthy, sink, limits).submitted, 5U);
  EXPECT_THAT(requests(healthy),
              ElementsAre("contacts 1,2,3", "orders 1,2,3", "contacts 4,5", "orders 4,5"));
  EXPECT_EQ(totals(), "5/0/0/0");
}

TEST_F(BatchesTest, AnotherRunGoesOnFromTheProgress) {
  stage(5);
  const BatchSink sink(3, 2);
  BatchServer healthy = server([](const BatchRequest&) { return ok(); });
  Limits limits = fast();
  limits.concurrency = 1;
  EXPECT_EQ(drain(healthy, sink, limits, 1).submitted, 0U);
  EXPECT_EQ(totals(), "0/0/5/0");
  EXPECT_EQ(shop.store().pending(1).at(0).progress, "contact 1");
  EXPECT_TRUE(shop.store().find(shop.store().pending(1).at(0).id).in_part);
  EXPECT_EQ(drain(healthy, sink, limits).submitted, 5U);
  EXPECT_EQ(requests(healthy).at(1), "orders 1,2,3");
}

TEST_F(BatchesTest, OrdersOfACustomerShareARequestOrWaitForEachOther) {
  customer = [](int order) {
    return order % 3 == 0 ? std::string("ann@example.com")
                          : "c" + std::to_string(order) + "@example.com";
  };
  stage(40);
  for (const std::size_t capacity : {std::size_t{1}, std::size_t{4}, std::size_t{100}}) {
    SCOPED_TRACE(capacity);
    FakeClock own_clock;
    Shop own(own_clock);
    own.email = customer;
    own.stage(1, 40);
    const BatchSink sink(capacity, 2);
    BatchServer healthy(own_clock, customer, [](const BatchRequest&) { return ok(); });
    Courier mine(own.store(), healthy, {{Kind::purchase, {&sink}}}, fast(), TimeZone::find("UTC"),
                 own_clock, 1, interrupted, {});
    EXPECT_EQ(mine.drain(kAll).submitted, 40U);
    std::map<std::string, int> last;
    for (const auto& [time, batch] : healthy.starts) {
      for (const int order : batch.orders) {
        int& before = last[batch.lane + customer(order)];
        EXPECT_LT(before, order);
        before = order;
      }
    }
  }
}

TEST_F(BatchesTest, AnEventThatWaitsHoldsBackItsCustomersOthersOnly) {
  customer = [](int order) {
    return order == 1 || order == 3 ? std::string("ann@example.com")
                                    : "c" + std::to_string(order) + "@example.com";
  };
  stage(5);
  const BatchSink sink(1);
  int refusals = 0;
  BatchServer busy = server([&](const BatchRequest& batch) {
    return batch.orders.front() == 1 && refusals++ < 2 ? refused_connection() : ok();
  });
  Limits limits = fast();
  limits.concurrency = 1;
  limits.first_delay = limits.longest_delay = 10s;
  EXPECT_EQ(drain(busy, sink, limits).submitted, 5U);
  const auto made = requests(busy);
  ASSERT_EQ(made.size(), 7U);
  EXPECT_EQ(made[0], "contacts 1");
  EXPECT_EQ(made.back(), "contacts 3");
  EXPECT_EQ(made[made.size() - 2], "contacts 1");
}

TEST_F(BatchesTest, EachEventIsSettledByItself) {
  stage(5);
  const BatchSink sink(100);
  int replies = 0;
  BatchServer picky = server([&](const BatchRequest&) {
    return replies++ == 0 ? answered(200, "2=rejected,3=in_doubt,4=not_applied") : ok();
  });
  const Delivered delivered = drain(picky, sink);
  EXPECT_THAT(requests(picky), ElementsAre("contacts 1,2,3,4,5", "contacts 3,4"));
  EXPECT_EQ(delivered.submitted, 4U);
  EXPECT_EQ(delivered.rejected, 1U);
  EXPECT_EQ(delivered.in_doubt, 0U);
  EXPECT_THAT(problems, ElementsAre("2 poison"));
  EXPECT_EQ(totals(), "4/1/0/0");
  const auto repeated = shop.store().repeated(10);
  ASSERT_EQ(repeated.size(), 1U);
  EXPECT_EQ(repeated[0].order_number, "3");
  EXPECT_EQ(repeated[0].ruling, Ruling::by_itself);
  EXPECT_EQ(repeated[0].reason, "not_named");
  EXPECT_EQ(repeated[0].now, Settlement::submitted);
  EXPECT_EQ(shop.store().totals().repeated, 1U);
  EXPECT_EQ(shop.store().totals().resent, 0U);
}

TEST_F(BatchesTest, APoisonRowCostsTwoRequestsForEachHalving) {
  for (const int size : {1, 2, 3, 17, 64, 100}) {
    for (const int poison : {1, size / 2 + 1, size}) {
      SCOPED_TRACE(std::to_string(poison) + " of " + std::to_string(size));
      FakeClock own_clock;
      Shop own(own_clock);
      own.email = customer;
      own.stage(1, size);
      const BatchSink sink(100);
      BatchServer strict(own_clock, customer, [poison](const BatchRequest& batch) {
        return testing::Matches(testing::Contains(poison))(batch.orders)
                   ? answered(400, R"({"message":"no"})")
                   : ok();
      });
      Limits limits = fast();
      limits.tries = 1;  // halves are no tries
      Courier mine(own.store(), strict, {{Kind::purchase, {&sink}}}, limits, TimeZone::find("UTC"),
                   own_clock, 1, interrupted, {});
      const Delivered delivered = mine.drain(kAll);
      EXPECT_EQ(delivered.exit, ExitCode::ok) << delivered.message;
      EXPECT_EQ(delivered.submitted, static_cast<std::uint64_t>(size - 1));
      EXPECT_EQ(delivered.rejected, 1U);
      EXPECT_LE(delivered.requests, 1 + 2 * std::ceil(std::log2(size)));
      EXPECT_EQ(own.store().problems(9).at(0).message,
                "the server refused the event with status 400: no");
    }
  }
}

TEST_F(BatchesTest, OfARequestOnlyThoseThatAreSuspectedAreToldApart) {
  stage(4);
  const BatchSink sink(100);
  BatchServer strict = server([](const BatchRequest& batch) {
    return batch.orders.size() == 4    ? answered(200, "2=isolate,3=isolate")
           : batch.orders.front() == 3 ? answered(200, "3=isolate")
                                       : ok();
  });
  EXPECT_EQ(drain(strict, sink).submitted, 3U);
  EXPECT_THAT(requests(strict), ElementsAre("contacts 1,2,3,4", "contacts 2", "contacts 3"));
  EXPECT_THAT(problems, ElementsAre("3 who"));
}

TEST_F(BatchesTest, ARequestIsMadeAgainAsItWas) {
  stage(30);
  const BatchSink sink(10);
  int requests_made = 0;
  BatchServer shaky = server([&](const BatchRequest&) {
    const int number = requests_made++;
    return number == 0 ? broken() : number == 1 ? answered(503) : ok();
  });
  Limits limits = fast();
  limits.concurrency = 2;
  EXPECT_EQ(drain(shaky, sink, limits).submitted, 30U);
  const auto made = requests(shaky);
  EXPECT_EQ(std::set(made.begin(), made.end()).size(), 3U);
  EXPECT_EQ(made.size(), 5U);
  EXPECT_EQ(totals(), "30/0/0/0");
  EXPECT_EQ(shop.store().totals().repeated, 20U);
  EXPECT_TRUE(problems.empty());
}

// R8 and T7: at most concurrency times capacity, and nobody has to decide.
TEST_F(BatchesTest, AfterACrashWhatWasUnderWayGoesAgainByItself) {
  stage(100);
  const BatchSink sink(10);
  const std::filesystem::path crashed = Shop::make_directory();
  BatchServer healthy = server([](const BatchRequest&) { return ok(); });
  healthy.on_start = [&](const BatchRequest&) {
    if (healthy.starts.size() != 4) return;
    for (const char* name : {"shop.db", "shop.db-wal"})
      std::filesystem::copy(shop.directory() / name, crashed / name);
  };
  EXPECT_EQ(drain(healthy, sink).submitted, 100U);

  const Totals observed = Store(crashed / "shop.db", StoreMode::observe, clock).totals();
  EXPECT_EQ(observed.pending, 100U) << "what is shown is what recovery makes of it";
  EXPECT_EQ(observed.in_doubt, 0U);
  {
    Store store(crashed / "shop.db", StoreMode::write, clock);
    EXPECT_TRUE(store.in_doubt(1).empty());
    BatchServer again = server([](const BatchRequest&) { return ok(); });
    Courier next(store, again, {{Kind::purchase, {&sink}}}, fast(), TimeZone::find("UTC"), clock, 1,
                 interrupted, {});
    EXPECT_EQ(next.drain(kAll).submitted, 100U);
    EXPECT_EQ(requests(again).front(), requests(healthy).front());
    EXPECT_EQ(store.totals().repeated, 40U);
    EXPECT_EQ(store.repeated(1).at(0).reason, "crash");
  }
  std::filesystem::remove_all(crashed);
}

TEST_F(BatchesTest, GivenUpAfterAnInterruptionItGoesAgainByItself) {
  stage(20);
  const BatchSink sink(10);
  BatchServer silent = server([this](const BatchRequest&) {
    interrupted = true;
    return std::nullopt;
  });
  Limits limits = fast();
  limits.concurrency = 1;
  const Delivered delivered = drain(silent, sink, limits);
  EXPECT_EQ(delivered.in_doubt, 0U);
  EXPECT_EQ(delivered.message, "interrupted; 20 events stay pending; run the command again");
  EXPECT_EQ(totals(), "0/0/20/0");
  interrupted = false;
  BatchServer healthy = server([](const BatchRequest&) { return ok(); });
  EXPECT_EQ(drain(healthy, sink).submitted, 20U);
  EXPECT_EQ(shop.store().totals().repeated, 10U);
}

TEST_F(BatchesTest, ASinkThatForgetsAnEventIsADefect) {
  class Forgetful final : public Sink {
   public:
    [[nodiscard]] std::string_view name() const override { return "forgetful"; }
    [[nodiscard]] HttpRequest render(std::span<const Item>) const override { return {}; }
    [[nodiscard]] ReplyJudgement judge(const HttpReply&, std::span<const Item>,
                                       WallTime) const override {
      return {};
    }
  };
  stage(1);
  const Forgetful sink;
  BatchServer healthy = server([](const BatchRequest&) { return ok(); });
  Courier mine = courier(healthy, fast(), {&sink});
  try {
    static_cast<void>(mine.drain(kAll));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::internal);
    EXPECT_STREQ(error.what(),
                 "the sink forgetful judged 0 of 1 events; please report this defect");
  }
}

}  // namespace
}  // namespace ordertail
