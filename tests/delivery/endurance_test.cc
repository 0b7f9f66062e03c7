// What the courier does when things go badly: breaker, retry budget, systemic rejections, quotas
// that HubSpot tells, the deadline, and what of it outlives the run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "delivery/batches.h"
#include "delivery/health.h"
#include "delivery/route.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class EnduranceTest : public BatchesTest {
 protected:
  static HttpReply with_remaining(std::uint64_t requests) {
    HttpReply reply = ok();
    reply.daily_remaining = requests;
    return reply;
  }
  static Limits alone() {
    Limits limits = fast();
    limits.concurrency = 1;
    return limits;
  }
};

TEST(Breaker, OpensAtTheFifthFailureInARow) {
  Breaker breaker;
  for (int i = 0; i < 4; ++i) breaker.failed();
  EXPECT_FALSE(breaker.is_open());
  breaker.succeeded();
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(breaker.is_open());
    breaker.failed();
  }
  EXPECT_TRUE(breaker.is_open());
  EXPECT_EQ(breaker.in_a_row(), 5U);
}

TEST(RetryBudget, IsATenthOfTheRequestsAndAHandful) {
  RetryBudget budget;
  for (std::uint64_t i = 0; i < RetryBudget::kHandful; ++i) EXPECT_TRUE(budget.take());
  EXPECT_FALSE(budget.take());
  budget.requested(9);
  EXPECT_FALSE(budget.take());
  budget.requested(1);
  EXPECT_TRUE(budget.take());
  EXPECT_FALSE(budget.take());
}

TEST(RejectRate, IsSystemicAboveAFifthOfTheLast500) {
  RejectRate rate;
  for (int i = 0; i < 19; ++i) rate.settled(true);
  EXPECT_FALSE(rate.is_systemic()) << "a few say nothing";
  rate.settled(true);
  EXPECT_TRUE(rate.is_systemic());
  for (int i = 0; i < 80; ++i) rate.settled(false);
  EXPECT_FALSE(rate.is_systemic()) << "20 of 100";
  for (int i = 0; i < 400; ++i) rate.settled(false);
  for (int i = 0; i < 80; ++i) rate.settled(true);
  EXPECT_FALSE(rate.is_systemic()) << "the first have left the window: 80 of 500";
  for (int i = 0; i < 21; ++i) rate.settled(true);
  EXPECT_TRUE(rate.is_systemic());
  EXPECT_EQ(rate.settled(), 500U);
}

TEST_F(EnduranceTest, FiveFailuresInARowCloseTheDoorForHalfAMinute) {
  stage(60);
  const BatchSink sink(1);
  int failures = 7;
  BatchServer ill = server([&](const BatchRequest&) {
    return failures-- > 0 ? (failures % 2 == 0 ? broken() : answered(502)) : ok();
  });
  Limits limits = fast();
  limits.concurrency = 5;
  limits.first_delay = 1ms;
  EXPECT_EQ(drain(ill, sink, limits).submitted, 60U);
  const auto& starts = ill.starts;
  EXPECT_EQ(starts[4].time, starts[0].time);
  for (const std::size_t probe : {5U, 6U, 7U}) {
    EXPECT_GE(starts[probe].time - starts[probe - 1].time, 30s) << probe;
    EXPECT_LE(starts[probe].time - starts[probe - 1].time, 31s) << probe;
  }
  EXPECT_EQ(starts[9].time, starts[8].time) << "together again, once one came through";
  EXPECT_THAT(pauses, ElementsAre("5 requests in a row failed; the last: 127.0.0.1:9 closed the "
                                  "connection without a reply; no more are made for 30 seconds, "
                                  "then one at a time is tried"));
  EXPECT_EQ(totals(), "60/0/0/0");
}

TEST_F(EnduranceTest, AnOpenBreakerOutlivesTheRun) {
  stage(60);
  const BatchSink sink(1);
  BatchServer ill = server([](const BatchRequest&) { return answered(500); });
  Limits limits = alone();
  limits.tries = 2;
  const Delivered first = drain(ill, sink, limits, 5);
  EXPECT_EQ(first.requests, 5U);
  const SteadyTime closed = clock.steady();
  BatchServer well = server([](const BatchRequest&) { return ok(); });
  limits.concurrency = 4;
  EXPECT_EQ(drain(well, sink, limits).submitted, 60U);
  EXPECT_GE(well.starts[0].time - closed, 29s) << "the rerun waits";
  EXPECT_GT(well.starts[1].time, well.starts[0].time) << "and tries alone";
  EXPECT_EQ(well.starts[2].time, well.starts[1].time);
  EXPECT_EQ(shop.store().closed_until("batch"), std::nullopt);
}

TEST_F(EnduranceTest, ADoorThatNobodyTriedSinceIsTriedByOneRequestHoweverLate) {
  stage(10);
  const BatchSink sink(1);
  shop.store().close_until("batch", clock.wall() - 1h);
  BatchServer ill = server([](const BatchRequest&) { return answered(500); });
  Limits limits = fast();
  limits.tries = 2;
  EXPECT_EQ(drain(ill, sink, limits).requests, 2U) << "half open: one failure closes it";
  EXPECT_GE(ill.starts[1].time - ill.starts[0].time, 30s);
}

TEST_F(EnduranceTest, AServerThatStaysDownEndsTheRun) {
  stage(500);
  const BatchSink sink(10);
  BatchServer down = server([](const BatchRequest&) { return answered(503, "maintenance"); });
  const Delivered delivered = drain(down, sink);
  EXPECT_EQ(delivered.exit, ExitCode::stopped_early);
  EXPECT_EQ(delivered.message,
            "the server failed with status 503: maintenance; 500 events stay pending; run the "
            "command again");
  EXPECT_LE(delivered.requests, 4U * 6U);
  EXPECT_EQ(delivered.in_doubt, 0U);
  BatchServer healthy = server([](const BatchRequest&) { return ok(); });
  EXPECT_EQ(drain(healthy, sink).submitted, 500U) << "one rerun, and nobody decided anything";
  EXPECT_EQ(totals(), "500/0/0/0");
}

TEST_F(EnduranceTest, NoMoreThanATenthOfTheRequestsAreRepetitions) {
  stage(2000);
  const BatchSink sink(1);
  int number = 0;
  BatchServer flaky =
      server([&](const BatchRequest&) { return number++ % 3 == 0 ? refused_connection() : ok(); });
  const Delivered delivered = drain(flaky, sink);
  EXPECT_EQ(delivered.exit, ExitCode::stopped_early);
  EXPECT_EQ(delivered.message.substr(0, delivered.message.find(';')),
            std::to_string(20 + delivered.requests / 10) + " of " +
                std::to_string(delivered.requests) +
                " requests were repetitions, which is too much");
  EXPECT_THAT(delivered.message,
              testing::HasSubstr(
                  "; the last because: cannot connect to 127.0.0.1:9: Connection refused; "));
  std::set<int> orders;
  for (const auto& start : flaky.starts) orders.insert(start.batch.orders.front());
  EXPECT_LE(flaky.starts.size() - orders.size(), 20 + flaky.starts.size() / 10);
}

TEST_F(EnduranceTest, ManyRejectionsEndTheRun) {
  stage(1000);
  const BatchSink sink(1);
  BatchServer strict = server([](const BatchRequest& batch) {
    return batch.orders.front() <= 300 || batch.orders.front() % 2 == 0
               ? ok()
               : answered(400, R"({"message":"Property values were not valid."})");
  });
  const Delivered delivered = drain(strict, sink, alone());
  EXPECT_EQ(delivered.exit, ExitCode::rejects);
  EXPECT_EQ(delivered.rejected, 100U) << "more than a fifth, for the first time";
  EXPECT_EQ(
      delivered.message,
      "HubSpot rejected 100 of the last 499 events, so the fault is hardly theirs; the last: "
      "the server refused the event with status 400: Property values were not valid; see "
      "`ordertail resolve JOB --list`, put right what it names in the job or in HubSpot, then "
      "have them sent again: `ordertail retry JOB --all`; 501 events stay pending");
}

TEST_F(EnduranceTest, WhatASinkRefusesUnsentSaysNothingOfTheServer) {
  class Refusing final : public Sink {
   public:
    [[nodiscard]] std::string_view name() const override { return "refusing"; }
    [[nodiscard]] std::optional<Judgement> refuse(const Event&, WallTime) const override {
      return Judgement{Verdict::rejected, "too_old", "it is too old", {}};
    }
    [[nodiscard]] HttpRequest render(std::span<const Item>) const override { return {}; }
    [[nodiscard]] ReplyJudgement judge(const HttpReply&, std::span<const Item>,
                                       WallTime) const override {
      return {};
    }
  };
  stage(600);
  const Refusing sink;
  BatchServer healthy = server([](const BatchRequest&) { return ok(); });
  const Delivered delivered = drain(healthy, sink);
  EXPECT_EQ(delivered.exit, ExitCode::ok);
  EXPECT_EQ(delivered.rejected, 600U);
}

TEST_F(EnduranceTest, TheReserveIsLeftToOthers) {
  stage(30);
  const BatchSink sink(1);
  std::uint64_t remaining = 1'005;
  BatchServer shared = server([&](const BatchRequest&) { return with_remaining(--remaining); });
  Limits limits = alone();
  limits.requests_reserve = 1'000;
  const Delivered delivered = drain(shared, sink, limits);
  EXPECT_EQ(delivered.requests, 5U);
  EXPECT_EQ(delivered.submitted, 5U);
  EXPECT_EQ(delivered.exit, ExitCode::stopped_early);
  EXPECT_EQ(delivered.message,
            "no request may be made until 2024-01-01 00:00 (America/New_York): HubSpot has 1,000 "
            "requests left for the account today, which requests_reserve = 1000 in [limits] leaves "
            "to others; 25 events stay pending; run the command again");
  EXPECT_EQ(drain(shared, sink, limits).requests, 0U) << "nor does a rerun today";
  clock.advance(12h);
  remaining = 250'000;
  EXPECT_EQ(drain(shared, sink, limits).submitted, 25U);
}

TEST_F(EnduranceTest, WithoutAReserveTheLastRequestOfTheDayIsUsed) {
  stage(3);
  const BatchSink sink(1);
  std::uint64_t remaining = 2;
  BatchServer shared = server([&](const BatchRequest&) { return with_remaining(--remaining); });
  const Delivered delivered = drain(shared, sink, alone());
  EXPECT_EQ(delivered.requests, 2U);
  EXPECT_EQ(delivered.message,
            "no request may be made until 2024-01-01 00:00 (America/New_York): HubSpot has no "
            "request left for the account today; 1 event stays pending; run the command again");
}

TEST_F(EnduranceTest, AfterTheDeadlineNoRequestIsBegun) {
  stage(1000);
  const BatchSink sink(1);
  BatchServer healthy = server([](const BatchRequest&) { return ok(); });
  healthy.latency = [] { return 700ms; };
  Limits limits;
  limits.requests_per_10s = 45;
  limits.until = clock.wall() + 20s;
  const SteadyTime begin = clock.steady();
  const Delivered delivered = drain(healthy, sink, limits);
  EXPECT_EQ(delivered.exit, ExitCode::stopped_early);
  EXPECT_EQ(delivered.requests, delivered.submitted) << "those in flight end";
  EXPECT_LT(healthy.starts.back().time - begin, 20s);
  EXPECT_GT(healthy.starts.back().time - begin, 19s);
  EXPECT_EQ(delivered.message, "it is 12:00 (America/New_York), until when requests may be made; " +
                                   std::to_string(1000 - delivered.requests) +
                                   " events stay pending; run the command again");
}

TEST_F(EnduranceTest, ADeadlineStopsNothingThatIsDone) {
  stage(3);
  const BatchSink sink(1);
  BatchServer healthy = server([](const BatchRequest&) { return ok(); });
  healthy.latency = [] { return 30s; };
  Limits limits = fast();
  limits.until = clock.wall() + 10s;
  const Delivered delivered = drain(healthy, sink, limits);
  EXPECT_EQ(delivered.exit, ExitCode::ok) << delivered.message;
  EXPECT_EQ(delivered.submitted, 3U);
}

TEST_F(EnduranceTest, ADeadlineThatIsPastSendsNothing) {
  stage(3);
  const BatchSink sink(1);
  BatchServer healthy = server([](const BatchRequest&) { return ok(); });
  Limits limits = fast();
  limits.until = clock.wall();
  EXPECT_EQ(drain(healthy, sink, limits).requests, 0U);
}

// --- routes ---

/// Takes orders above a number only, and no progress.
class Fussy final : public Sink {
 public:
  explicit Fussy(int above) : above_(above) {}
  [[nodiscard]] std::string_view name() const override { return "fussy"; }
  [[nodiscard]] std::optional<Judgement> refuse(const Event& event, WallTime) const override {
    if (std::stoi(event.order_number) > above_) return std::nullopt;
    return Judgement{Verdict::rejected, "too_old", "it is too old", {}};
  }
  [[nodiscard]] HttpRequest render(std::span<const Item> items) const override {
    HttpRequest request;
    request.body = "fussy:" + items.front().event.order_number;
    return request;
  }
  [[nodiscard]] ReplyJudgement judge(const HttpReply& reply, std::span<const Item> items,
                                     WallTime now) const override {
    if (reply.status != 200) return judge_refusal(reply, items.size(), now, "");
    return alike(items.size(), {Verdict::accepted, {}, {}, {}});
  }

 private:
  int above_;
};

TEST_F(EnduranceTest, WhatTheFirstSinkRefusesGoesToTheOther) {
  stage(6);
  const Fussy fussy(3);
  const BatchSink batch(100, 2);
  BatchServer healthy = server([](const BatchRequest&) { return ok(); });
  EXPECT_EQ(courier(healthy, alone(), {&fussy, &batch}).drain(kAll).submitted, 6U);
  EXPECT_THAT(requests(healthy),
              ElementsAre("contacts 1,2,3", "orders 1,2,3", "fussy 4", "fussy 5", "fussy 6"));
  EXPECT_EQ(shop.store().requests_on("batch", "2023-12-31"), 2U);
  EXPECT_EQ(shop.store().requests_on("fussy", "2023-12-31"), 3U);
}

TEST_F(EnduranceTest, WithoutAnotherItIsRejected) {
  stage(2);
  const Fussy fussy(1);
  BatchServer healthy = server([](const BatchRequest&) { return ok(); });
  EXPECT_EQ(courier(healthy, alone(), {&fussy}).drain(kAll).rejected, 1U);
  EXPECT_THAT(problems, ElementsAre("1 too_old"));
}

TEST(Route, ChoosesByTokenProgressAndRefusal) {
  const Fussy fussy(3);
  const BatchSink batch(100, 2);
  const auto chosen = [](const Route& route, int order, const char* utk, const char* progress) {
    Event event;
    event.order_number = std::to_string(order);
    event.utk = utk;
    const auto choice = choose(route, {event, progress}, WallTime{});
    const auto* const sink = std::get_if<const Sink*>(&choice);
    return sink != nullptr ? std::string((*sink)->name()) : std::get<Judgement>(choice).message;
  };
  const char* token = "60c2ccdfe4892f0fa0593940b12c11aa";
  const Route both{&fussy, &batch, true};
  EXPECT_EQ(chosen(both, 4, token, ""), "fussy");
  EXPECT_EQ(chosen(both, 4, "", ""), "batch");
  EXPECT_EQ(chosen(both, 3, token, ""), "batch");
  EXPECT_EQ(chosen(both, 4, token, "contact 7"), "batch");
  EXPECT_EQ(chosen({&fussy, &batch, false}, 4, "", ""), "fussy");
  EXPECT_EQ(chosen({&fussy, nullptr, true}, 4, "", ""),
            "it carries no visitor token (hubspotutk), and fussy is for those that do");
  EXPECT_EQ(chosen({&fussy, nullptr, true}, 3, token, ""), "it is too old");
  EXPECT_EQ(chosen({&batch, &fussy, false}, 1, "", ""), "batch");
  EXPECT_EQ(chosen({&fussy, &fussy, false}, 1, "", ""), "it is too old") << "neither takes it";
  EXPECT_EQ(chosen({&batch}, 1, "", "contact 7"), "batch");
}

}  // namespace
}  // namespace ordertail
