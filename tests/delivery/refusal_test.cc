// What a refusal means for requests of one event and of several.
#include "delivery/refusal.h"

#include <gtest/gtest.h>

#include "delivery/stand_ins.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;
using enum Verdict;

struct Row {
  HttpReply reply;
  Verdict one, several;
  Next next = Next::go_on;
  ExitCode exit = ExitCode::ok;
};

TEST(Refusal, OfSeveralEventsIsOfAllOfThem) {
  const std::string daily = R"({"policyName":"DAILY"})";
  const Row rows[] = {
      {refused_connection(), not_applied, not_applied},
      {broken(), in_doubt, in_doubt},
      {answered(408), in_doubt, in_doubt},
      {answered(500), in_doubt, in_doubt},
      {answered(503), in_doubt, in_doubt},
      {answered(524), in_doubt, in_doubt},
      {answered(100), in_doubt, in_doubt},
      {answered(400), rejected, isolate},
      {answered(409), rejected, isolate},
      {answered(413), rejected, isolate},
      {answered(414), rejected, isolate},
      {answered(418), rejected, isolate},
      {answered(422), rejected, isolate},
      {answered(431), rejected, isolate},
      {answered(401), not_applied, not_applied, Next::stop, ExitCode::credentials},
      {answered(403), not_applied, not_applied, Next::stop, ExitCode::credentials},
      {answered(404), not_applied, not_applied, Next::stop, ExitCode::usage},
      {answered(405), not_applied, not_applied, Next::stop, ExitCode::usage},
      {answered(410), not_applied, not_applied, Next::stop, ExitCode::usage},
      {answered(302), not_applied, not_applied, Next::stop, ExitCode::usage},
      {answered(308), not_applied, not_applied, Next::stop, ExitCode::usage},
      {answered(423), not_applied, not_applied, Next::wait},
      {answered(429), not_applied, not_applied, Next::wait},
      {answered(477), not_applied, not_applied, Next::wait},
      {answered(429, daily), not_applied, not_applied, Next::next_day},
  };
  for (const Row& row : rows) {
    for (const std::size_t events : {std::size_t{1}, std::size_t{3}}) {
      SCOPED_TRACE(std::to_string(row.reply.status) + " for " + std::to_string(events));
      const ReplyJudgement said = judge_refusal(row.reply, events, WallTime{}, "");
      ASSERT_EQ(said.events.size(), events);
      for (const Judgement& judgement : said.events) {
        EXPECT_EQ(judgement.verdict, events == 1 ? row.one : row.several);
        EXPECT_FALSE(judgement.reason.empty());
        EXPECT_FALSE(judgement.message.empty());
        EXPECT_EQ(judgement.message.find(events == 1 ? "request with" : "event with"),
                  std::string::npos)
            << judgement.message;
      }
      EXPECT_EQ(said.next, row.next);
      EXPECT_EQ(said.exit, row.exit);
      EXPECT_EQ(said.message.empty(), row.next == Next::go_on);
    }
  }
}

TEST(Refusal, SaysHowLongToWait) {
  const auto asked = [](int status, const char* body, std::optional<std::string> header) {
    return judge_refusal(answered(status, body, std::move(header)), 2, WallTime{}, "").wait_for;
  };
  EXPECT_EQ(asked(423, "", {}), 2s);
  EXPECT_EQ(asked(423, "", "1"), 2s);
  EXPECT_EQ(asked(423, "", "7"), 7s);
  EXPECT_EQ(asked(429, "", {}), std::nullopt);
  EXPECT_EQ(asked(429, R"({"policyName":"SECONDLY"})", {}), 1s);
  EXPECT_EQ(asked(429, R"({"policyName":"TEN_SECONDLY_ROLLING"})", {}), 10s);
  EXPECT_EQ(asked(429, R"({"policyName":"TEN_SECONDLY_ROLLING"})", "3"), 3s);
  EXPECT_EQ(asked(477, "", {}), std::nullopt);
  EXPECT_EQ(asked(477, "", "86400"), 24h);
}

TEST(Refusal, AnUnreadableReplyIsInDoubtAndAWebPageEndsTheRun) {
  const ReplyJudgement odd = judge_unreadable(answered(200, "{}"), 2, "a list of results");
  EXPECT_EQ(odd.events.size(), 2U);
  EXPECT_EQ(odd.events[1].verdict, in_doubt);
  EXPECT_EQ(odd.events[1].message,
            "the server answered with status 200, but without a list of results");
  EXPECT_EQ(odd.next, Next::go_on);
  const ReplyJudgement page = judge_unreadable(answered(200, "<html>"), 2, "a list of results");
  EXPECT_EQ(page.events[1].verdict, in_doubt);
  EXPECT_EQ(page.next, Next::stop);
  EXPECT_EQ(page.exit, ExitCode::stopped_early);
}

}  // namespace
}  // namespace ordertail
