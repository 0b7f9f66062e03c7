// What people decide about doubts and rejections: every word, and what HubSpot then has.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include "faults/fault_server.h"
#include "stories/shop.h"

namespace ordertail::stories {
namespace {

using faults::FaultServer;
using testing::IsEmpty;

const std::string kAck = R"({"guid":"3f0c1a52-6f0b-4c57-9a55-0f6d5b7a2c11"})";

/// Orders 1 and 2 are in doubt, 3 is rejected, 4 submitted; later requests succeed.
class Decisions : public testing::Test {
 protected:
  Decisions() : shop(JobText{server.url()}) {
    shop.write("orders.csv", orders(1, 4));
    EXPECT_EQ(shop.run({"import", "job.toml"}).exit_code, 4);
    const Json list = Json::parse(shop.run({"resolve", "job.toml", "--list", "--json"}).out);
    for (const char* state : {"in_doubt", "rejected"})
      for (const Json& event : list[state]) ids[event["order_number"]] = event["id"];
    EXPECT_EQ(shop.totals(), "1/1/0/2");
  }

  [[nodiscard]] std::string id(int order) const { return ids.at(std::to_string(order)); }

  /// `text` with what differs from run to run replaced: ids, times, and who runs this test.
  [[nodiscard]] std::string settled(std::string text) const {
    const auto replace = [&](const std::string& from, const std::string& to) {
      for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    };
    for (const auto& [order, id] : ids) replace(id.substr(0, 12), "ID" + order);
    replace(fmt::format(" {}: ", user()), " USER: ");
    replace(server.url().substr(std::string("http://").size()), "SERVER");
    for (std::size_t end = 0; (end = text.find(" UTC", end)) != std::string::npos; end += 4)
      end = text.replace(end - 19, 19, "TIME").find(" UTC", end - 19);
    return text;
  }
  static std::string user() { return ::getpwuid(::getuid())->pw_name; }

  /// The requests that were made for an order.
  [[nodiscard]] std::size_t requests_for(int order) const {
    std::size_t count = 0;
    for (const faults::Request& request : server.requests())
      count += request.body.find(fmt::format("customer{}%40", order)) != std::string::npos;
    return count;
  }

  FaultServer server{{faults::answer(500, ""), faults::apply_then_close(),
                      faults::answer(400, R"({"message":"no such form field"})"),
                      faults::answer(200, kAck)}};
  Shop shop;
  std::map<std::string, std::string> ids;  ///< by order number
};

TEST_F(Decisions, AreListedWithTheirEvidenceAndWhatTheyDo) {
  const Ended list = shop.run({"resolve", "job.toml", "--list"});
  EXPECT_EQ(list.exit_code, 4);
  EXPECT_EQ(list.err, "");
  EXPECT_EQ(settled(list.out), R"(job.toml: 2 in doubt, 1 rejected and kept
in doubt: sent, and no answer says what became of it
  ID1 purchase 1 of c***@example.com from orders.csv:2
    http 500 at TIME UTC: the server failed with status 500
    1 request, status 500
  ID2 purchase 2 of c***@example.com from orders.csv:3
    connection lost at TIME UTC: SERVER closed the connection without a reply
    1 request
to decide, name them with --event ID, --reason CODE or --all:
  ordertail resolve job.toml --resend
    the next run sends it again; if a request did arrive, HubSpot then has it twice
  ordertail resolve job.toml --assume-sent
    it counts as submitted; if no request arrived, HubSpot never gets it
  ordertail resolve job.toml --drop
    it counts as rejected, is never sent again, and its data is deleted here; if a request did arrive, HubSpot keeps it
rejected by HubSpot, and kept
  ID3 purchase 3 of c***@example.com from orders.csv:4
    http 400 at TIME UTC: the server refused the event with status 400: no such form field
    1 request, status 400
to decide, name them with --event ID or --reason CODE, or --all of them to retry:
  ordertail resolve job.toml --drop
    it stays rejected, and its data is deleted here
  ordertail retry job.toml
    the next run sends it again
)");
  const Json json =
      Json::parse(shop.run({"resolve", "job.toml", "--list", "--json", "--unmasked"}).out);
  EXPECT_EQ(json["in_doubt"][0]["email"], "customer1@example.com");
  EXPECT_EQ(json["in_doubt"][0]["http_status"], 500);
  EXPECT_EQ(json["in_doubt"][0]["source"].dump(), R"({"file":"orders.csv","line":2})");
  EXPECT_EQ(json["in_doubt"][1]["reason"], "connection_lost");
  EXPECT_EQ(json["rejected"][0]["decisions"].dump(),
            R"({"drop":"it stays rejected, and its data is deleted here",)"
            R"("retry":"the next run sends it again"})");
}

TEST_F(Decisions, ToSendAgainIsReportedWithWhatHubSpotMayHaveTwice) {
  const Ended resend = shop.run({"resolve", "job.toml", "--resend", "--all"});
  EXPECT_EQ(resend.exit_code, 0) << "no doubt is left";
  EXPECT_EQ(settled(resend.out),
            "job.toml: 2 events will be sent again by the next import or submit. If the request in "
            "doubt did arrive, HubSpot then has them twice; the report and status list them as "
            "resent.\n"
            "  ID1 purchase 1 of c***@example.com from orders.csv:2\n"
            "  ID2 purchase 2 of c***@example.com from orders.csv:3\n"
            "now 1 submitted, 1 rejected, 2 pending, 0 in doubt\n");
  EXPECT_THAT(shop.status()["resent"], IsEmpty());

  const Ended submit = shop.run({"submit", "job.toml"});
  EXPECT_EQ(submit.exit_code, 0);
  EXPECT_EQ(submit.out,
            "ordertail submit job.toml\n"
            "sent      2 requests: 2 submitted, 0 rejected, 0 in doubt\n"
            "resent    2 events after a doubt, as was decided; HubSpot may have them twice:\n"
            "          orders.csv:3: purchase of order 2, now submitted\n"
            "          orders.csv:2: purchase of order 1, now submitted\n"
            "now       3 submitted, 1 rejected, 0 pending, 0 in doubt\n"
            "balance   closes: every row and every event is accounted for\n");
  EXPECT_EQ(requests_for(1), 2U);
  EXPECT_EQ(requests_for(2), 2U);
  const auto requests = server.requests();
  EXPECT_EQ(requests[1].body, requests[5].body) << "byte for byte";

  EXPECT_THAT(shop.report(0, "submit")["delivered"]["resent"], IsEmpty()) << "told once";
  const Ended status = shop.run({"status", "job.toml"});
  EXPECT_THAT(settled(status.out),
              testing::HasSubstr(
                  "rejected; one with an id is kept and can be retried\n"
                  "  ID3 orders.csv:4: the server refused the event with status 400: no such form "
                  "field\n"
                  "resent: sent again after a doubt, as was decided; HubSpot may have it twice\n"
                  "  orders.csv:3: purchase of order 2, now submitted\n"
                  "  orders.csv:2: purchase of order 1, now submitted\n"
                  "decided by people\n"
                  "  TIME UTC USER: resend of purchase of order 2 (orders.csv:3), which was in "
                  "doubt: connection lost\n"
                  "  TIME UTC USER: resend of purchase of order 1 (orders.csv:2), which was in "
                  "doubt: http 500\n"
                  "last runs\n"));
  const Json resent = shop.status()["resent"];
  ASSERT_EQ(resent.size(), 2U);
  EXPECT_EQ(resent[1]["id"], id(1));
  EXPECT_EQ(resent[1]["who"], user());
  EXPECT_EQ(resent[1]["now"], "submitted");
}

TEST_F(Decisions, ToAssumeAnEventSentSendsNothing) {
  const Ended ended =
      shop.run({"resolve", "job.toml", "--assume-sent", "--event", id(1).substr(0, 12)});
  EXPECT_EQ(ended.exit_code, 4) << "one is left";
  EXPECT_EQ(settled(ended.out),
            "job.toml: 1 event now counts as submitted. If the request in doubt did not arrive, "
            "HubSpot never gets it.\n"
            "  ID1 purchase 1 of c***@example.com from orders.csv:2\n"
            "now 2 submitted, 1 rejected, 0 pending, 1 in doubt\n");
  const Ended other =
      shop.run({"resolve", "job.toml", "--assume-sent", "--reason", "connection_lost", "--json"});
  EXPECT_EQ(other.exit_code, 0);
  const Json json = Json::parse(other.out);
  EXPECT_EQ(json["decision"], "assume-sent");
  EXPECT_EQ(json["events"][0]["id"], id(2));
  EXPECT_EQ(json["store"]["submitted"], 3);
  EXPECT_EQ(shop.report(0)["delivered"]["requests"], 0);
}

TEST_F(Decisions, ToDropAnEventDeletesItsData) {
  const Ended doubts = shop.run({"resolve", "job.toml", "--drop", "--all"});
  EXPECT_EQ(doubts.exit_code, 0);
  EXPECT_EQ(settled(doubts.out),
            "job.toml: 2 events now count as rejected, and what the checkpoint file held of them "
            "is deleted. HubSpot keeps what did arrive.\n"
            "  ID1 purchase 1 of c***@example.com from orders.csv:2\n"
            "  ID2 purchase 2 of c***@example.com from orders.csv:3\n"
            "now 1 submitted, 3 rejected, 0 pending, 0 in doubt\n");
  EXPECT_EQ(shop.run({"resolve", "job.toml", "--drop", "--event", id(3)}).exit_code, 0);
  const Ended left = shop.shell("grep -c customer state/main.db");
  EXPECT_EQ(left.out, "0\n");
  EXPECT_EQ(shop.report(0)["delivered"]["requests"], 0);
  EXPECT_THAT(settled(shop.run({"status", "job.toml"}).out),
              testing::HasSubstr(fmt::format(
                  "rejected; one with an id is kept and can be retried\n"
                  "  orders.csv:3: {0} dropped it, in doubt since: SERVER closed the connection "
                  "without a reply\n"
                  "  orders.csv:2: {0} dropped it, in doubt since: the server failed with status "
                  "500\n"
                  "  orders.csv:4: it was dropped, and what HubSpot said of it is not kept "
                  "(http_400)\n",
                  user())));
  EXPECT_EQ(shop.run({"resolve", "job.toml", "--drop", "--all"}).out,
            "job.toml: nothing is in doubt; nothing was changed.\n"
            "now 1 submitted, 3 rejected, 0 pending, 0 in doubt\n");
}

TEST_F(Decisions, ToRetrySendsAgainWhatWasRejected) {
  const Ended retry = shop.run({"retry", "job.toml", "--reason", "http_400"});
  EXPECT_EQ(retry.exit_code, 0);
  EXPECT_EQ(settled(retry.out),
            "job.toml: 1 event will be sent again by the next import or submit.\n"
            "  ID3 purchase 3 of c***@example.com from orders.csv:4\n"
            "now 1 submitted, 0 rejected, 1 pending, 2 in doubt\n");
  EXPECT_THAT(shop.status()["problems"], IsEmpty());
  const Json report = shop.report(4, "submit");
  EXPECT_EQ(report["delivered"]["submitted"], 1);
  EXPECT_THAT(report["delivered"]["resent"], IsEmpty()) << "HubSpot has it once";
  EXPECT_EQ(requests_for(3), 2U);
  EXPECT_EQ(shop.run({"retry", "job.toml", "--all"}).out,
            "job.toml: nothing is rejected and kept; nothing was changed.\n"
            "now 2 submitted, 0 rejected, 0 pending, 2 in doubt\n");
}

TEST_F(Decisions, ToRetrySendsWhatALaterExportSays) {
  EXPECT_EQ(shop.run({"retry", "job.toml", "--all"}).exit_code, 0);
  std::string corrected = orders(1, 4);
  corrected.replace(corrected.find("USD,3.50"), 8, "USD,7.25");
  shop.write("orders.csv", corrected);
  const Json report = shop.report(4);
  EXPECT_EQ(report["staged"]["skipped"]["replaces_pending"], 1);
  EXPECT_EQ(report["delivered"]["submitted"], 1);
  EXPECT_THAT(server.requests().back().body, testing::HasSubstr("7.25"));
}

TEST_F(Decisions, ACorrectedExportSendsWhatWasRejected) {
  std::string corrected = orders(1, 4);
  corrected.replace(corrected.find("USD,3.50"), 8, "USD,7.25");
  shop.write("orders.csv", corrected);
  EXPECT_THAT(shop.run({"import", "job.toml", "--dry-run"}).out,
              testing::HasSubstr("would     submit 1 event; nothing was stored or sent\n"));
  const Json report = shop.report(4);
  EXPECT_EQ(report["staged"]["skipped"]["replaces_rejected"], 1);
  EXPECT_EQ(report["staged"]["corrected"], 1);
  EXPECT_EQ(report["delivered"]["submitted"], 1);
  EXPECT_EQ(report["balanced"], true);
  EXPECT_THAT(server.requests().back().body, testing::HasSubstr("7.25"));
  EXPECT_EQ(shop.totals(), "2/0/0/2");
}

struct Mistake {
  std::vector<std::string> arguments;
  std::string complaint;
};

TEST_F(Decisions, AMistakeChangesNothing) {
  const std::string list = "`ordertail resolve job.toml --list` shows what there is to decide\n";
  const std::string see = "; see `ordertail resolve --help`\n";
  const std::vector<Mistake> mistakes{
      {{"resolve"},
       "say what is to become of the events: --resend, --assume-sent or --drop; --list shows them" +
           see},
      {{"resolve", "--resend"},
       "say which events are meant: --event ID, --reason CODE or --all; `ordertail resolve JOB "
       "--list` shows them" +
           see},
      {{"resolve", "--resend", "--drop", "--all"},
       "--list, --resend, --assume-sent and --drop exclude each other" + see},
      {{"resolve", "--list", "--all"},
       "--list shows all that there is to decide; it takes no --event, --reason or --all" + see},
      {{"resolve", "--resend", "--all", "--reason", "crash"},
       "--event, --reason and --all exclude each other" + see},
      {{"resolve", "--resend", "--event", "order 1"},
       "--event \"order 1\" is no event id: up to 32 hexadecimal digits. Nothing was changed; "
       "`ordertail resolve job.toml --list` shows the ids\n"},
      {{"resolve", "--resend", "--event", id(1), "--event", std::string(32, '0')},
       "--event " + std::string(32, '0') +
           ": no event with this id is in doubt. Nothing was changed; " + list},
      {{"resolve", "--resend", "--event", id(1), "--event", id(3)},
       "--event " + id(3) +
           ": this event was rejected, it is not in doubt: `ordertail retry` sends it again, "
           "`ordertail resolve --drop` deletes it. Nothing was changed; " +
           list},
      {{"resolve", "--drop", "--reason", "http_503"},
       "no event that could be meant has the reason \"http_503\". Nothing was changed; " + list},
      {{"retry", "--event", id(3), "--event", id(1)},
       "--event " + id(1) +
           ": this event is in doubt, not rejected: `ordertail resolve` decides about it. Nothing "
           "was changed; " +
           list},
      {{"retry"},
       "say which events are meant: --event ID, --reason CODE or --all; `ordertail resolve JOB "
       "--list` shows them; see `ordertail retry --help`\n"},
  };
  for (Mistake mistake : mistakes) {
    mistake.arguments.insert(mistake.arguments.begin() + 1, "job.toml");
    const Ended ended = shop.run(mistake.arguments);
    EXPECT_EQ(ended.exit_code, 2) << ended.out;
    EXPECT_EQ(ended.out, "");
    EXPECT_EQ(ended.err, "ordertail: " + mistake.complaint);
  }
  EXPECT_EQ(shop.totals(), "1/1/0/2");
  EXPECT_THAT(shop.status()["resolutions"], IsEmpty());
}

TEST(Decision, OnABeginningOfTwoIdsIsRefused) {
  const FaultServer server{{faults::answer(500, "")}};
  const Shop shop(JobText{server.url()});
  shop.write("orders.csv", orders(1, 40));
  // Five doubts in a row end a run.
  for (int run = 0; run < 8; ++run) EXPECT_EQ(shop.run({"import", "job.toml"}).exit_code, 4);
  std::map<char, int> beginnings;
  const Json status = shop.status();
  for (const Json& event : status["in_doubt"]) ++beginnings[event["id"].get<std::string>().front()];
  const auto shared = std::ranges::max_element(
      beginnings, [](const auto& a, const auto& b) { return a.second < b.second; });
  ASSERT_GT(shared->second, 1) << "40 ids, 16 beginnings";
  const Ended ended =
      shop.run({"resolve", "job.toml", "--drop", "--event", std::string(1, shared->first)});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(
      ended.err,
      fmt::format("ordertail: --event {} is the beginning of {} ids; give more of it. Nothing "
                  "was changed\n",
                  shared->first, shared->second));
  EXPECT_EQ(shop.totals(), "0/0/0/40");
}

TEST(Decision, OnAJobThatHasSentNothingMakesNoCheckpointFile) {
  const Shop shop(JobText{kNobody});
  const Ended ended = shop.run({"resolve", "job.toml", "--drop", "--all"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.err,
            "ordertail: state/main.db is not there: nothing was sent yet, so that there is nothing "
            "to decide\n");
  EXPECT_FALSE(std::filesystem::exists(shop.path("state")));
  const Ended list = shop.run({"resolve", "job.toml", "--list"});
  EXPECT_EQ(list.exit_code, 0);
  EXPECT_EQ(list.out, "job.toml: 0 in doubt, 0 rejected and kept\n");
}

}  // namespace
}  // namespace ordertail::stories
