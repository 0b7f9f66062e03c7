#include "report/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/json.h"
#include "report/reject_lines.h"

namespace ordertail {
namespace {

Resolution submitted_order() {
  Resolution event;
  event.kind = Kind::purchase;
  event.order_number = "1001";
  event.file = "orders.csv";
  event.line = 2;
  event.now = Settlement::submitted;
  return event;
}

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

TEST(TextReportTest, FaultsOfTheSourcesAreToldAgain) {
  RunReport report = nightly();
  report.staged->faults = {{"cannot open a.csv: Permission denied"}};
  EXPECT_NE(to_text(report).find("\nsources   1 fault:\n"
                                 "          cannot open a.csv: Permission denied\nsent "),
            std::string::npos);
  for (const char* name : {"b", "c", "d", "e", "f", "g"}) report.staged->faults.push_back({name});
  EXPECT_NE(to_text(report).find("\nsources   7 faults:\n"
                                 "          cannot open a.csv: Permission denied\n"
                                 "          b\n          c\n          d\n          e\n"
                                 "          ... and 2 more; --json lists them\nsent "),
            std::string::npos);
}

TEST(TextReportTest, ADryRunSaysWhatItWouldDo) {
  RunReport report = nightly();
  report.mode = "dry run";
  report.delivered.reset();
  EXPECT_NE(to_text(report).find("would     submit 10 events; nothing was stored or sent\n"),
            std::string::npos);
}

TEST(TextReportTest, ADryRunCountsWhatWaitsAlreadyAndWhatWouldBeWithdrawn) {
  RunReport report = nightly();
  report.mode = "dry run";
  report.delivered.reset();
  report.before.pending = 4;
  report.staged->withdrawn = 3;
  EXPECT_NE(to_text(report).find("would     submit 11 events; nothing was stored or sent\n"),
            std::string::npos);
}

RunReport with_changes() {
  RunReport report = nightly();
  StageCounts& staged = *report.staged;
  staged.skipped = {
      {"already_known", 4}, {"changed_after_submit", 8}, {"refunded", 3}, {"replaces_pending", 1}};
  staged.withdrawn = 2;
  staged.changed = 7;
  staged.changed_examples = {{"1001", "", "orders.csv", 17},
                             {"1002", "refunded", "orders.csv", 18},
                             {"", "when:Status", "or\x1b.csv", 19}};
  report.before.pending = 2;
  return report;
}

TEST(TextReportTest, ListsWhatChangedAfterItWasSent) {
  EXPECT_EQ(to_text(with_changes()), R"(ordertail import job.toml
read      3 files (1 unchanged), 12,345 bytes, 30 rows
became    10 new events (4 registrations, 6 purchases) of 12 rows
skipped   16 rows: 4 already known, 8 changed after they were sent, 3 refunded, 1 newer content of a pending order
withdrawn 2 pending events: no sales any more, and not sent yet
changed   7 orders after being sent; HubSpot keeps what was sent:
          orders.csv:17: order 1001 was sent with other content
          orders.csv:18: order 1002 was sent and is now refunded
          or\x1b.csv:19: an order was sent and is now not a sale by Status
          ... and 4 more
rejected  2 rows: 2 bad date
dropped   1 bad token (their events go without)
known of  5 of 10 events carry a visitor token, 7 an IP address
sent      11 requests: 9 submitted, 0 rejected, 1 in doubt
now       9 submitted, 0 rejected, 0 pending, 1 in doubt
balance   closes: every row and every event is accounted for
)");
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

TEST(JsonReportTest, NamesTheMode) {
  RunReport report = nightly();
  EXPECT_EQ(nlohmann::json::parse(to_json(report))["mode"], "real");
  report.mode = "dry run";
  EXPECT_EQ(nlohmann::json::parse(to_json(report))["mode"], "dry run");
}

/// A column that is not what its pattern says may hold anything.
TEST(ReportTest, MasksAnOrderNumberThatIsAnEmailAddress) {
  RunReport report = nightly();
  report.staged->changed = 1;
  report.staged->changed_examples = {{"ann@example.com", "", "o.csv", 17}};
  EXPECT_NE(to_text(report).find("o.csv:17: order a***@example.com was sent with other content\n"),
            std::string::npos);
  const auto json = nlohmann::json::parse(to_json(report))["staged"]["changed"]["examples"];
  EXPECT_EQ(json[0]["order_number"], "a***@example.com");
}

TEST(JsonReportTest, HoldsTheChangesToo) {
  const auto json = nlohmann::json::parse(to_json(with_changes()))["staged"];
  EXPECT_EQ(json["withdrawn"], 2);
  EXPECT_EQ(json["changed"]["orders"], 7);
  EXPECT_EQ(json["changed"]["examples"].size(), 3U);
  EXPECT_EQ(
      json["changed"]["examples"][1].dump(),
      R"({"order_number":"1002","reason":"refunded","source":{"file":"orders.csv","line":18}})");
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

TEST(TextReportTest, ListsWhatWasSentAgain) {
  RunReport report = nightly();
  for (std::uint64_t line = 2; line <= 8; ++line) {
    Resolution event;
    event.kind = line == 2 ? Kind::registration : Kind::purchase;
    if (line > 2) event.order_number = "10\x1b" + std::to_string(line);
    event.file = "orders.csv";
    event.line = line;
    event.now = line == 3 ? Settlement::in_doubt : Settlement::submitted;
    report.resent.push_back(event);
  }
  EXPECT_THAT(
      to_text(report),
      testing::HasSubstr(
          "\nresent    7 events after a doubt, as was decided; HubSpot may have them twice:\n"
          "          orders.csv:2: registration, now submitted\n"
          "          orders.csv:3: purchase of order 10\\x1b3, now in doubt\n"
          "          orders.csv:4: purchase of order 10\\x1b4, now submitted\n"
          "          orders.csv:5: purchase of order 10\\x1b5, now submitted\n"
          "          orders.csv:6: purchase of order 10\\x1b6, now submitted\n"
          "          ... and 2 more; status lists them\nnow "));
  report.resent.resize(1);
  EXPECT_THAT(to_text(report),
              testing::HasSubstr(
                  "\nresent    1 event after a doubt, as was decided; HubSpot may have it twice:\n"
                  "          orders.csv:2: registration, now submitted\nnow "));
}

TEST(ReportTest, TellsWhatWasInDoubtAndIsFound) {
  RunReport report = nightly();
  Resolution event = submitted_order();
  event.reason = "crash";
  report.verified = {event};
  EXPECT_THAT(
      to_text(report),
      testing::HasSubstr(
          "\nverified  1 event in doubt before, and found where HubSpot lists what it took:\n"
          "          orders.csv:2: purchase of order 1001, now submitted\nnow "));
  const auto json = nlohmann::json::parse(to_json(report))["delivered"]["verified"];
  ASSERT_EQ(json.size(), 1U);
  EXPECT_EQ(json[0]["order_number"], "1001");
  EXPECT_EQ(json[0]["reason"], "crash");
}

/// It is no reason to worry, and is told apart from what is.
TEST(ReportTest, TellsWhatWasSentAgainByItself) {
  RunReport report = nightly();
  Resolution event = submitted_order();
  report.resent.push_back(event);
  event.ruling = Ruling::by_itself;
  event.line = 3;
  report.repeated.push_back(event);
  EXPECT_THAT(
      to_text(report),
      testing::HasSubstr(
          "\nresent    1 event after a doubt, as was decided; HubSpot may have it twice:\n"
          "          orders.csv:2: purchase of order 1001, now submitted\n"
          "resent    1 event after a doubt, sent again by itself; HubSpot takes a repetition as "
          "one:\n"
          "          orders.csv:3: purchase of order 1001, now submitted\nnow "));
  const auto resent = nlohmann::json::parse(to_json(report))["delivered"]["resent"];
  ASSERT_EQ(resent.size(), 2U);
  EXPECT_EQ(resent[0]["by"], "decision");
  EXPECT_EQ(resent[1]["by"], "itself");
  EXPECT_EQ(resent[1]["source"]["line"], 3);
}

}  // namespace
}  // namespace ordertail
