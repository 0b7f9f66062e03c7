#include "report/text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/json.h"
#include "report/reject_lines.h"

namespace ordertail {
namespace {

RunReport nightly() {
  RunReport report;
  report.command = "import";
  report.job = "job.toml";
  report.staged.emplace();
  StageCounts& staged = *report.staged;
  staged.files = 3;
  staged.unchanged = 1;
  staged.bytes = 12'345;
  staged.rows = 30;
  staged.events = 10;
  staged.event_rows = 12;
  staged.purchases = 6;
  staged.with_token = 5;
  staged.with_ip = 7;
  staged.skipped = {{"not_a_conversion", 15}, {"when:Status", 1}};
  staged.rejected = {{"bad_date", 2}};
  staged.rejects = 2;
  staged.remarks = {{"bad_token", 1}};
  report.delivered.emplace();
  report.delivered->requests = 11;
  report.delivered->submitted = 9;
  report.delivered->in_doubt = 1;
  report.after = {.submitted = 9, .rejected = 0, .pending = 0, .in_doubt = 1};
  return report;
}

TEST(TextReportTest, ReadsAsOneBalanceSheet) {
  EXPECT_EQ(to_text(nightly()), R"(ordertail import job.toml
read      3 files (1 unchanged), 12,345 bytes, 30 rows
became    10 new events (4 registrations, 6 purchases) of 12 rows
skipped   16 rows: 15 not a conversion, 1 not a sale by Status
rejected  2 rows: 2 bad date
dropped   1 bad token (their events go without)
known of  5 of 10 events carry a visitor token, 7 an IP address
sent      11 requests: 9 submitted, 0 rejected, 1 in doubt
now       9 submitted, 0 rejected, 0 pending, 1 in doubt
balance   closes: every row and every event is accounted for
)");
}

TEST(TextReportTest, ADryRunSaysWhatItWouldDo) {
  RunReport report = nightly();
  report.mode = "dry run";
  report.delivered.reset();
  EXPECT_NE(to_text(report).find("would     submit 10 events; nothing was stored or sent\n"),
            std::string::npos);
}

TEST(TextReportTest, SaysSoWhenItDoesNotClose) {
  RunReport report = nightly();
  ++report.staged->rows;
  EXPECT_NE(to_text(report).find("balance   DOES NOT CLOSE"), std::string::npos);
}

TEST(JsonReportTest, HoldsTheSameFigures) {
  const auto json = nlohmann::json::parse(to_json(nightly()));
  EXPECT_EQ(json["exit"], 4);
  EXPECT_EQ(json["balanced"], true);
  EXPECT_EQ(json["staged"]["rows"], 30);
  EXPECT_EQ(json["staged"]["skipped"]["when:Status"], 1);
  EXPECT_EQ(json["delivered"]["in_doubt"], 1);
  EXPECT_EQ(json["store"]["submitted"], 9);
}

TEST(RejectLinesTest, AreJsonForProgramsAndASentenceForPeople) {
  const Reject reject{"bad_date", "Created at", "Created at: \"x\" is no time",
                      "o.csv",    {17, 4096},   2};
  EXPECT_EQ(
      to_json_line(reject),
      "{\"reject\":\"bad_date\",\"field\":\"Created at\",\"message\":\"Created at: \\\"x\\\" is no "
      "time\",\"source\":{\"file\":\"o.csv\",\"line\":17,\"byte\":4096}}\n");
  EXPECT_EQ(to_sentence(reject), "o.csv:17: Created at: \"x\" is no time (2 rows of this order)");
}

}  // namespace
}  // namespace ordertail
