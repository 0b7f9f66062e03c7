#include "report/run_report.h"

#include <gtest/gtest.h>

#include <random>
#include <tuple>

namespace ordertail {
namespace {

/// A run in which everything adds up.
RunReport settled_run() {
  RunReport report;
  report.staged.emplace();
  report.staged->rows = 10;
  report.staged->events = 4;
  report.staged->event_rows = 6;
  report.staged->skipped = {{"not_a_conversion", 3}};
  report.staged->rejected = {{"bad_date", 1}};
  report.delivered.emplace();
  report.delivered->requests = 5;
  report.delivered->submitted = 4;
  report.before = {.submitted = 7, .rejected = 1, .pending = 1, .in_doubt = 0};
  report.after = {.submitted = 11, .rejected = 1, .pending = 1, .in_doubt = 0};
  return report;
}

TEST(RunReportTest, ClosesWhenEveryRowAndEveryEventIsAccountedFor) {
  EXPECT_TRUE(settled_run().closes());
}

TEST(RunReportTest, EventsThatWereTakenOutOfTheOutboxAreAccountedFor) {
  RunReport report = settled_run();
  report.staged->withdrawn = 2;  // of this run or an earlier one
  report.before.pending += 1;
  report.after.pending -= 1;
  EXPECT_TRUE(report.closes());
}

TEST(RunReportTest, EventsInDoubtThatWereFoundAreAccountedFor) {
  RunReport report = settled_run();
  report.before.in_doubt = 3;
  report.after.in_doubt = 1;
  report.after.submitted += 2;
  report.delivered->verified = 2;
  EXPECT_TRUE(report.closes());
}

TEST(RunReportTest, AnyFigureThatIsOffByOneOpensTheBalance) {
  const auto off = [](auto change) {
    RunReport report = settled_run();
    change(report);
    return !report.closes() && report.exit_code() == 1;
  };
  EXPECT_TRUE(off([](RunReport& r) { ++r.staged->rows; }));
  EXPECT_TRUE(off([](RunReport& r) { ++r.staged->event_rows; }));
  EXPECT_TRUE(off([](RunReport& r) { ++r.staged->skipped["not_a_conversion"]; }));
  EXPECT_TRUE(off([](RunReport& r) { ++r.staged->rejected["bad_date"]; }));
  EXPECT_TRUE(off([](RunReport& r) { ++r.staged->events; }));
  EXPECT_TRUE(off([](RunReport& r) { ++r.staged->withdrawn; }));
  EXPECT_TRUE(off([](RunReport& r) { ++r.delivered->submitted; }));
  EXPECT_TRUE(off([](RunReport& r) { ++r.delivered->rejected; }));
  EXPECT_TRUE(off([](RunReport& r) { ++r.delivered->in_doubt; }));
  EXPECT_TRUE(off([](RunReport& r) { ++r.delivered->verified; }));
  EXPECT_TRUE(off([](RunReport& r) { ++r.after.pending; }));
  EXPECT_TRUE(off([](RunReport& r) { --r.after.submitted; }));
}

/// What may be true of a run, and the code that it then asks for.
struct Cause {
  int code;
  void (*apply)(RunReport&);
};

// From the one that needs people most to the one that needs them least (README, Exit codes).
const Cause kCauses[] = {
    {6, [](RunReport& r) { r.delivered->exit = ExitCode::credentials; }},
    {4,
     [](RunReport& r) {
       ++r.before.in_doubt;
       ++r.after.in_doubt;
     }},
    {7, [](RunReport& r) { r.staged->faults.push_back({"x"}); }},
    {143, [](RunReport& r) { r.signal = 15; }},
    {3, [](RunReport& r) { ++r.staged->rejects; }},
    {5, [](RunReport& r) { r.staged->stopped_at_limit = true; }},
};

TEST(RunReportTest, TheCauseThatNeedsPeopleMostWins) {
  for (unsigned chosen = 0; chosen < (1U << std::size(kCauses)); ++chosen) {
    RunReport report = settled_run();
    report.before.pending = report.after.pending = 0;
    report.after.submitted = report.before.submitted + report.delivered->submitted;
    int expected = 0;
    for (std::size_t i = std::size(kCauses); i-- > 0;) {
      if ((chosen >> i & 1U) == 0) continue;
      kCauses[i].apply(report);
      expected = kCauses[i].code;
    }
    ASSERT_TRUE(report.closes());
    EXPECT_EQ(report.exit_code(), expected) << "causes " << chosen;
  }
}

TEST(RunReportTest, PendingEventsMeanThatARerunContinues) {
  EXPECT_EQ(settled_run().exit_code(), 5);  // one event is still pending
}

TEST(RunReportTest, AnotherRequestsReplyNeedsPeopleThoughNothingIsHeld) {
  RunReport report = settled_run();
  report.delivered->exit = ExitCode::in_doubt;
  EXPECT_EQ(report.exit_code(), 4);
}

}  // namespace
}  // namespace ordertail
