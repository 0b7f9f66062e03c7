// The courier against a scripted server, a fake clock and a real store.
#include "delivery/courier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "delivery/stand_ins.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using testing::ElementsAre;

constexpr std::uint64_t kAll = 1'000'000;
constexpr char kTooMany[] =
    R"({"message":"You have reached your daily limit.","policyName":"DAILY"})";

/// Sends what the Leads API sends, but not every event, and not many in a run.
class ChoosySink final : public Sink {
 public:
  explicit ChoosySink(std::function<bool(int order)> refuses) : refuses_(std::move(refuses)) {}

  [[nodiscard]] std::string_view name() const override { return "choosy"; }
  [[nodiscard]] bool forbids_bulk() const override { return true; }
  [[nodiscard]] std::optional<Judgement> refuse(const Event& event,
                                                WallTime /*now*/) const override {
    if (!refuses_(std::stoi(event.order_number))) return std::nullopt;
    return Judgement{Verdict::rejected, "too_old", "it is too old", {}};
  }
  [[nodiscard]] HttpRequest render(std::span<const Item> items) const override {
    return leads_.render(items);
  }
  [[nodiscard]] ReplyJudgement judge(const HttpReply& reply, std::span<const Item> items,
                                     WallTime now) const override {
    return leads_.judge(reply, items, now);
  }

 private:
  std::function<bool(int order)> refuses_;
  LeadsSink leads_{"http://127.0.0.1:9/?app=leaddirector&FormName=purchase_complete", ""};
};

class CourierTest : public testing::Test {
 protected:
  static Limits one_at_a_time() {
    Limits limits;
    limits.concurrency = 1;
    return limits;
  }

  Courier courier(FakeTransport& server, const Limits& limits) {
    return courier(server, limits, sink);
  }
  Courier courier(FakeTransport& server, const Limits& limits, const Sink& through) {
    CourierObserver observer;
    observer.problem = [this](const Event& event, const Judgement& judgement) {
      problems.push_back(event.order_number + " " + judgement.reason);
    };
    observer.pause = [this](std::string_view message) { pauses.emplace_back(message); };
    return Courier(shop.store(), server, {{Kind::purchase, {&through}}}, limits,
                   TimeZone::find("America/New_York"), clock, 42, interrupted, observer);
  }
  Delivered drain(FakeTransport& server, const Limits& limits, std::uint64_t most = kAll) {
    return courier(server, limits).drain(most);
  }

  static std::vector<int> orders(const FakeTransport& server) {
    std::vector<int> all;
    for (const auto& start : server.starts) all.push_back(start.order);
    return all;
  }
  static std::vector<int> upto(int last) {
    std::vector<int> all;
    for (int order = 1; order <= last; ++order) all.push_back(order);
    return all;
  }

  /// Calls `look` with the store that a crash of the machine would leave behind now.
  void after_a_crash(const std::function<void(const Store&)>& look) {
    const std::filesystem::path crashed = Shop::make_directory();
    for (const auto& file : std::filesystem::directory_iterator(shop.directory())) {
      if (file.path().extension() != ".lock") {
        std::filesystem::copy(file.path(), crashed / file.path().filename());
      }
    }
    look(Store(crashed / "shop.db", StoreMode::write, clock));
    std::filesystem::remove_all(crashed);
  }

  FakeClock clock;
  Shop shop{clock};
  LeadsSink sink{"http://127.0.0.1:9/?app=leaddirector&FormName=purchase_complete", ""};
  std::atomic<bool> interrupted{false};
  std::vector<std::string> problems;
  std::vector<std::string> pauses;
};

TEST_F(CourierTest, SubmitsEverythingOldestFirst) {
  shop.stage(301, 300);
  shop.stage(1, 300);
  FakeTransport server(clock, [](int) { return thanks(); });
  Limits limits;
  limits.requests_per_10s = 0;
  limits.concurrency = 7;  // so that a batch ends amid those that are about to begin
  const Delivered delivered = drain(server, limits);
  EXPECT_EQ(orders(server), upto(600));
  EXPECT_EQ(delivered.requests, 600U);
  EXPECT_EQ(delivered.submitted, 600U);
  EXPECT_EQ(delivered.exit, ExitCode::ok);
  EXPECT_EQ(delivered.message, "");
  EXPECT_EQ(shop.store().totals().submitted, 600U);
  EXPECT_EQ(drain(server, {}).requests, 0U) << "an idle rerun sends nothing";
}

// The commit rule. A copy of the store's files, taken when the first byte is about to leave, is
// what a crash then would leave behind: opened, it must know that this event may have been sent.
TEST_F(CourierTest, NoByteLeavesBeforeItsAttemptIsDurable) {
  shop.stage(1, 12);
  FakeTransport server(clock, [](int order) { return order == 3 ? broken() : thanks(); });
  server.on_start = [this](int order) {
    after_a_crash([order](const Store& store) {
      const auto doubts = store.in_doubt(100);
      EXPECT_TRUE(std::any_of(doubts.begin(), doubts.end(),
                              [order](const Held& doubt) {
                                return parse_event_json(doubt.payload).order_number ==
                                       std::to_string(order);
                              }))
          << "order " << order;
    });
  };
  EXPECT_EQ(drain(server, {}).submitted, 11U);
  EXPECT_EQ(server.starts.size(), 12U);
}

TEST_F(CourierTest, AnEventThatWaitsToBeTriedAgainHoldsUpNoOther) {
  shop.stage(1, 20);
  int refusals = 0;
  FakeTransport server(clock, [&refusals](int order) {
    return order == 1 && refusals++ < 3 ? refused_connection() : thanks();
  });
  Limits limits = one_at_a_time();
  limits.requests_per_10s = 0;
  limits.first_delay = 10s;
  limits.longest_delay = 10s;
  EXPECT_EQ(drain(server, limits).submitted, 20U);
  ASSERT_EQ(server.starts.size(), 23U);
  std::vector<SteadyTime> tries;
  for (const auto& start : server.starts) {
    if (start.order == 1) tries.push_back(start.time);
  }
  ASSERT_EQ(tries.size(), 4U);
  for (std::size_t i = 1; i < tries.size(); ++i) EXPECT_LE(tries[i] - tries[i - 1], 10s + 80ms);
  EXPECT_GT(tries.back() - tries.front(), 1s);
  EXPECT_EQ(server.starts[1].order, 2);
  EXPECT_EQ(shop.store().totals().submitted, 20U);
}

TEST_F(CourierTest, StopsWhenAnEventsTriesAreUsedUp) {
  shop.stage(1, 12);
  FakeTransport server(clock, [](int) { return refused_connection(); });
  Limits limits;
  limits.tries = 3;
  const Delivered delivered = drain(server, limits);
  EXPECT_EQ(delivered.exit, ExitCode::stopped_early);
  EXPECT_EQ(delivered.message,
            "cannot connect to 127.0.0.1:9: Connection refused; 12 events stay pending; run the "
            "command again");
  std::map<int, unsigned> tries;
  for (const auto& start : server.starts) ++tries[start.order];
  for (const auto& [order, count] : tries) EXPECT_LE(count, 3U) << order;
  EXPECT_EQ(delivered.requests, server.starts.size());
  EXPECT_EQ(shop.store().totals().pending, 12U);
}

TEST_F(CourierTest, RejectedAndDoubtfulEventsAreToldAndSettled) {
  shop.stage(1, 4);
  FakeTransport server(clock, [](int order) {
    return order == 2 ? answered(400, "no") : order == 3 ? answered(503) : thanks();
  });
  const Delivered delivered = drain(server, one_at_a_time());
  EXPECT_EQ(delivered.submitted, 2U);
  EXPECT_EQ(delivered.rejected, 1U);
  EXPECT_EQ(delivered.in_doubt, 1U);
  EXPECT_EQ(delivered.exit, ExitCode::ok);
  EXPECT_THAT(problems, ElementsAre("2 http_400", "3 http_503"));
  EXPECT_EQ(shop.store().problems(9).at(0).message,
            "the server refused the event with status 400: no");
  EXPECT_EQ(shop.store().in_doubt(9).at(0).reason, "http_503");
}

TEST_F(CourierTest, FiveDoubtsInARowEndTheRun) {
  shop.stage(1, 30);
  FakeTransport server(clock, [](int order) {
    return order == 5 || order == 10 ? thanks() : order % 2 == 0 ? answered(502) : broken();
  });
  const Delivered delivered = drain(server, one_at_a_time());
  EXPECT_EQ(orders(server), upto(15));
  EXPECT_EQ(delivered.in_doubt, 13U);
  EXPECT_EQ(delivered.exit, ExitCode::stopped_early);
  EXPECT_EQ(
      delivered.message,
      "5 requests in a row failed; the last: 127.0.0.1:9 closed the connection without a reply; "
      "15 events stay pending; run the command again");
}

TEST_F(CourierTest, AServerThatCannotBeReachedFiveTimesInARowIsLeftAloneForHalfAMinute) {
  shop.stage(1, 20);
  int failures = 7;
  FakeTransport server(
      clock, [&failures](int) { return failures-- > 0 ? refused_connection() : thanks(); });
  Limits limits;
  limits.requests_per_10s = 0;
  limits.concurrency = 5;
  limits.first_delay = 1ms;
  EXPECT_EQ(drain(server, limits).submitted, 20U);
  const auto& starts = server.starts;
  EXPECT_EQ(starts[4].time, starts[0].time);
  for (const std::size_t probe : {5U, 6U, 7U})
    EXPECT_GE(starts[probe].time - starts[probe - 1].time, 30s) << probe;
  EXPECT_EQ(starts[9].time, starts[8].time) << "together again, once one came through";
  EXPECT_THAT(pauses, ElementsAre("5 requests in a row failed; the last: cannot connect to "
                                  "127.0.0.1:9: Connection refused; no more are made for 30 "
                                  "seconds, then one at a time is tried"));
}

TEST_F(CourierTest, ARunThatFollowsOneThatGaveUpTriesTheDoorAloneAndAtOnce) {
  for (const bool reached : {true, false}) {
    Shop own(clock, 30);
    const auto run = [&](HttpReply reply, unsigned tries) {
      FakeTransport server(clock, [&reply](int) { return reply; });
      Limits limits;
      limits.requests_per_10s = 0;
      limits.tries = tries;
      const SteadyTime begun = clock.steady();
      Courier(own.store(), server, {{Kind::purchase, {&sink}}}, limits, TimeZone::find("UTC"),
              clock, 1, interrupted, {})
          .drain(kAll);
      EXPECT_EQ(server.starts.at(0).time, begun);
      return server.starts;
    };
    run(reached ? broken() : refused_connection(), 1);  // five doubts in a row; its tries used up
    EXPECT_TRUE(own.store().closed_until("leads"));
    const auto starts = run(thanks(), 1);
    EXPECT_GT(starts.at(1).time, starts[0].time) << "alone";
    EXPECT_EQ(starts.at(2).time, starts[1].time) << "together again, since it came through";
    EXPECT_EQ(own.store().closed_until("leads"), std::nullopt);
  }
}

struct StopRow {
  int status;
  ExitCode exit;
  const char* message;
};

TEST_F(CourierTest, AStopEndsTheRunButNotTheRequestsInFlight) {
  const StopRow rows[] = {
      {401, ExitCode::credentials,
       "the server refused the credential with status 401; 2 events stay pending"},
      {404, ExitCode::usage,
       "the endpoint answered with status 404; check its url in the job; 2 events stay pending"},
      {302, ExitCode::usage,
       "the endpoint redirects (status 302), which is never followed; check its url in the job; 2 "
       "events stay pending"},
  };
  for (const StopRow& row : rows) {
    Shop own(clock, 5);
    FakeTransport server(
        clock, [&row](int order) { return order == 1 ? answered(row.status) : thanks(); });
    int count = 0;
    server.latency = [&count] { return milliseconds(20 + 10 * count++); };
    Limits limits;
    limits.requests_per_10s = 0;
    Courier stopping(own.store(), server, {{Kind::purchase, {&sink}}}, limits,
                     TimeZone::find("UTC"), clock, 1, interrupted, {});
    const Delivered delivered = stopping.drain(kAll);
    EXPECT_EQ(delivered.requests, 4U);
    EXPECT_EQ(delivered.submitted, 3U);
    EXPECT_EQ(delivered.exit, row.exit);
    EXPECT_EQ(delivered.message, row.message);
    EXPECT_TRUE(server.in_flight.empty());
    EXPECT_EQ(own.store().totals().pending, 2U);
  }
}

TEST_F(CourierTest, TheDaysQuotaHoldsAcrossRunsUntilTheAccountsMidnight) {
  shop.stage(1, 25);
  FakeTransport server(clock, [](int) { return thanks(); });
  Limits limits;
  limits.requests_per_day = 10;
  Courier mine = courier(server, limits);
  EXPECT_EQ(mine.drain(4).exit, ExitCode::ok);
  EXPECT_EQ(mine.reopens(), std::nullopt);
  const Delivered first = mine.drain(kAll);
  ASSERT_TRUE(mine.reopens());
  EXPECT_EQ(std::chrono::round<std::chrono::hours>(*mine.reopens() - clock.steady()), 12h);
  EXPECT_EQ(first.requests, 6U);
  EXPECT_EQ(first.exit, ExitCode::stopped_early);
  EXPECT_EQ(first.message,
            "no request may be made until 2024-01-01 00:00 (America/New_York): the 10 requests of "
            "the day are used up; 15 events stay pending; run the command again");
  EXPECT_EQ(drain(server, limits).requests, 0U);
  clock.advance(12h);
  EXPECT_EQ(drain(server, limits).requests, 10U);
}

TEST_F(CourierTest, AQuotaThatTheServerCallsUsedUpClosesTheDoorUntilMidnight) {
  shop.stage(1, 3);
  bool closed = true;
  FakeTransport server(clock,
                       [&closed](int) { return closed ? answered(429, kTooMany) : thanks(); });
  const Delivered first = drain(server, one_at_a_time());
  EXPECT_EQ(first.requests, 1U);
  EXPECT_EQ(first.exit, ExitCode::stopped_early);
  EXPECT_EQ(first.message,
            "no request may be made until 2024-01-01 00:00 (America/New_York): the server wants "
            "fewer requests (status 429): You have reached your daily limit; 3 events stay "
            "pending; run the command again");
  const Delivered second = drain(server, one_at_a_time());
  EXPECT_EQ(second.requests, 0U);
  EXPECT_EQ(second.message,
            "no request may be made until 2024-01-01 00:00 (America/New_York): an earlier run "
            "closed the door, as the server or a limit of the job asked; 3 events stay pending; "
            "run the command again");
  clock.advance(12h);
  closed = false;
  EXPECT_EQ(drain(server, one_at_a_time()).submitted, 3U);
}

TEST_F(CourierTest, ALongRetryAfterEndsTheRunAndIsRemembered) {
  shop.stage(1, 2);
  FakeTransport server(clock, [](int) { return answered(477, "", "7200"); });
  const Delivered delivered = drain(server, one_at_a_time());
  EXPECT_EQ(delivered.requests, 1U);
  EXPECT_EQ(delivered.message,
            "no request may be made until 2023-12-31 14:01 (America/New_York): HubSpot is moving "
            "the account (status 477); 2 events stay pending; run the command again");
  EXPECT_EQ(drain(server, one_at_a_time()).requests, 0U);
  clock.advance(2h);
  EXPECT_EQ(drain(server, one_at_a_time()).requests, 1U);
}

TEST_F(CourierTest, AfterAPauseOneRequestProbesTheDoor) {
  shop.stage(1, 12);
  int refusals = 0;
  FakeTransport server(
      clock, [&refusals](int) { return refusals++ < 6 ? answered(429, "", "20") : thanks(); });
  Limits limits;
  limits.requests_per_10s = 0;
  EXPECT_EQ(drain(server, limits).submitted, 12U);
  ASSERT_GE(server.starts.size(), 9U);
  EXPECT_EQ(server.starts[3].time, server.starts[0].time) << "four together, until the door closes";
  for (std::size_t i = 4; i < 7; ++i) {
    EXPECT_GE(server.starts[i].time - server.starts[i - 1].time, 20s) << i;
  }
  EXPECT_EQ(server.starts[8].time, server.starts[7].time) << "together again";
  EXPECT_EQ(pauses.size(), 6U);
  EXPECT_EQ(pauses[0], "the server wants fewer requests (status 429)");
}

TEST_F(CourierTest, MostBoundsTheRequestsOfACall) {
  shop.stage(1, 10);
  FakeTransport server(clock, [](int) { return thanks(); });
  Limits limits;
  limits.requests_per_10s = 0;
  Courier mine = courier(server, limits);
  EXPECT_EQ(mine.drain(0).requests, 0U);
  const Delivered delivered = mine.drain(3);
  EXPECT_EQ(delivered.requests, 3U);
  EXPECT_EQ(delivered.submitted, 3U);
  EXPECT_EQ(delivered.exit, ExitCode::ok);
  shop.stage(11, 2);
  EXPECT_EQ(mine.drain(kAll).submitted, 9U) << "with those staged in between";
}

TEST_F(CourierTest, InterruptedItStartsNothingAndWaitsForWhatIsInFlight) {
  shop.stage(1, 10);
  FakeTransport server(clock, [this](int order) {
    interrupted = order == 3;
    return thanks();
  });
  const Delivered delivered = drain(server, one_at_a_time());
  EXPECT_EQ(delivered.submitted, 3U);
  EXPECT_EQ(delivered.exit, ExitCode::stopped_early);
  EXPECT_EQ(delivered.message, "interrupted; 7 events stay pending; run the command again");
}

TEST_F(CourierTest, InterruptedItGivesUpAfterThirtySecondsAndIsInDoubt) {
  shop.stage(1, 10);
  FakeTransport server(clock, [this](int order) {
    if (order == 2) interrupted = true;
    return order == 2 ? std::nullopt : std::optional(thanks());
  });
  const Delivered delivered = drain(server, one_at_a_time());
  EXPECT_EQ(delivered.submitted, 1U);
  EXPECT_EQ(delivered.in_doubt, 1U);
  EXPECT_GE(clock.steady() - server.starts.back().time, 30s);
  EXPECT_LE(clock.steady() - server.starts.back().time, 31s);
  const auto doubts = shop.store().in_doubt(9);
  ASSERT_EQ(doubts.size(), 1U);
  EXPECT_EQ(doubts[0].reason, "interrupted");
  EXPECT_EQ(doubts[0].message, "the run was interrupted before the reply came");
  EXPECT_THAT(problems, ElementsAre("2 interrupted"));
}

TEST_F(CourierTest, AnEventWithoutAnEndpointEndsTheRun) {
  shop.stage(1, 2);
  FakeTransport server(clock, [](int) { return thanks(); });
  Courier mine(shop.store(), server, {{Kind::registration, {&sink}}}, {}, TimeZone::find("UTC"),
               clock, 1, interrupted, {});
  const Delivered delivered = mine.drain(kAll);
  EXPECT_EQ(delivered.exit, ExitCode::usage);
  EXPECT_EQ(delivered.message,
            "a purchase is to be sent, but the job has no endpoint for it; 2 events stay pending");
  EXPECT_TRUE(server.starts.empty());
}

TEST_F(CourierTest, WhatItsSinkRefusesIsRejectedWithoutARequest) {
  constexpr int kOrders = 1000;
  shop.stage(1, kOrders);
  const ChoosySink choosy([](int order) { return order % 100 != 0; });
  FakeTransport server(clock, [](int) { return thanks(); });
  Limits limits = one_at_a_time();
  limits.requests_per_day = 10;
  Courier mine = courier(server, limits, choosy);
  const Delivered delivered = mine.drain(kAll);
  EXPECT_EQ(orders(server), (std::vector<int>{100, 200, 300, 400, 500, 600, 700, 800, 900, 1000}));
  EXPECT_EQ(delivered.requests, 10U);
  EXPECT_EQ(delivered.submitted, 10U);
  EXPECT_EQ(delivered.rejected, 990U);
  EXPECT_EQ(delivered.exit, ExitCode::ok) << delivered.message;
  EXPECT_EQ(problems.size(), 990U);
  EXPECT_EQ(problems.front(), "1 too_old");
  const Totals totals = shop.store().totals();
  EXPECT_EQ(totals.submitted, 10U);
  EXPECT_EQ(totals.rejected, 990U);
  EXPECT_EQ(totals.pending, 0U);
  EXPECT_EQ(totals.in_doubt, 0U);
  const auto settled = shop.store().problems(1000);
  ASSERT_EQ(settled.size(), 990U);
  EXPECT_EQ(settled[0].reason, "too_old");
  EXPECT_EQ(settled[0].message, "it is too old");
  EXPECT_EQ(settled[0].http_status, 0);
  EXPECT_EQ(shop.store().requests_on("choosy", "2023-12-31"), 10U);
  EXPECT_EQ(mine.drain(kAll).rejected, 0U) << "once and for all";
}

TEST_F(CourierTest, WhatIsRefusedIsSettledAtOnce) {
  shop.stage(1, 9);
  const ChoosySink choosy([](int order) { return order <= 4; });
  FakeTransport server(clock, [](int) { return thanks(); });
  int looks = 0;
  CourierObserver observer;
  observer.problem = [&](const Event&, const Judgement&) {
    after_a_crash([&](const Store& store) {
      const Totals totals = store.totals();
      EXPECT_EQ(totals.in_doubt, 0U);
      EXPECT_EQ(totals.pending, 5U);
      EXPECT_EQ(totals.rejected, 4U);
      ++looks;
    });
  };
  Courier mine(shop.store(), server, {{Kind::purchase, {&choosy}}}, {}, TimeZone::find("UTC"),
               clock, 1, interrupted, observer);
  server.on_start = [&](int) {
    EXPECT_EQ(shop.store().totals().rejected, 4U) << "settled before a request leaves";
  };
  EXPECT_EQ(mine.drain(kAll).submitted, 5U);
  EXPECT_EQ(looks, 4);
}

TEST_F(CourierTest, WhatIsRefusedCostsNoTime) {
  shop.stage(1, 1000);
  const ChoosySink choosy([](int order) { return order != 1000; });
  FakeTransport server(clock, [](int) { return thanks(); });
  const SteadyTime begin = clock.steady();
  EXPECT_EQ(courier(server, {}, choosy).drain(kAll).submitted, 1U);
  EXPECT_LT(clock.steady() - begin, 1s);
}

TEST_F(CourierTest, ARunSendsNoBulkWhereThatIsForbidden) {
  shop.stage(1, 30);
  const ChoosySink choosy([](int order) { return order == 3; });
  FakeTransport server(clock, [](int) { return thanks(); });
  Limits limits;
  limits.requests_per_10s = 0;
  limits.forms_per_run = 10;
  Courier mine = courier(server, limits, choosy);
  EXPECT_EQ(mine.drain(4).exit, ExitCode::ok);
  const Delivered delivered = mine.drain(kAll);
  EXPECT_EQ(delivered.submitted, 6U) << "the run's, not the drain's";
  EXPECT_EQ(delivered.exit, ExitCode::stopped_early);
  EXPECT_EQ(delivered.message,
            "the run has made as many requests through choosy as forms_per_run = 10 in [limits] "
            "allows: HubSpot forbids bulk import through its Forms API, and may ignore what a form "
            "that is abused is sent; 19 events stay pending; run the command again");
  mine.begin_anew();
  EXPECT_EQ(mine.drain(kAll).submitted, 10U) << "as much as another run may";
  limits.forms_per_run = 0;
  EXPECT_EQ(courier(server, limits, choosy).drain(kAll).submitted, 9U);
  shop.stage(31, 10);
  limits.forms_per_run = 10;
  EXPECT_EQ(courier(server, limits, choosy).drain(kAll).exit, ExitCode::ok) << "as many as that";
}

TEST_F(CourierTest, OtherSinksMayBeSentMuch) {
  shop.stage(1, 30);
  FakeTransport server(clock, [](int) { return thanks(); });
  Limits limits;
  limits.requests_per_10s = 0;
  limits.forms_per_run = 10;
  EXPECT_EQ(drain(server, limits).submitted, 30U);
}

}  // namespace
}  // namespace ordertail
