// The other commands, and what happens when standard output cannot be written.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <thread>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(Halves, StageAndSubmitAreImport) {
  const sandbox::Server hubspot{sandbox::ServerOptions{}};
  const Shop shop(JobText{hubspot.url()});
  shop.write("orders.csv", orders(1, 10));
  const Json staged = shop.report(0, "stage");
  EXPECT_EQ(staged["staged"]["events"], 10);
  EXPECT_FALSE(staged.contains("delivered"));
  EXPECT_EQ(seen_by(hubspot).size(), 0U);
  EXPECT_EQ(shop.totals(), "0/0/10/0");
  EXPECT_EQ(shop.report(0, "stage")["staged"]["events"], 0);

  const Json sent = shop.report(0, "submit");
  EXPECT_EQ(sent["delivered"]["submitted"], 10);
  EXPECT_FALSE(sent.contains("staged"));
  expect_each_once(hubspot, 10);
  EXPECT_EQ(shop.report(0)["delivered"]["requests"], 0);
}

TEST(Halves, StatusTellsOfARunThatCouldNotFinish) {
  const Shop shop(
      JobText{kNobody, 1, 1, "", "[[source]]\nfiles = \"orders.csv\"\npattern = \"./odd.toml\"\n"});
  shop.write("orders.csv", "Number,Mail,Day\n1,ann@example.com,12/05/2025\n");
  shop.write("odd.toml",
             "name = \"odd\"\ndescribes = \"a cart\"\nverified = \"no\"\n[csv]\n[purchase]\n"
             "order_number = \"Number\"\nemail = \"Mail\"\n"
             "occurred_at = { column = \"Day\", format = \"%m/%d/%Y\" }\n"
             "[[sample]]\ninput = \"\"\n");
  EXPECT_EQ(shop.run({"import", "job.toml"}).exit_code, 2) << "in which zone?";
  const Ended status = shop.run({"status", "job.toml"});
  EXPECT_EQ(status.exit_code, 0);
  EXPECT_THAT(status.out,
              testing::MatchesRegex("job.toml: 0 submitted, 0 rejected, 0 pending, 0 in doubt\n"
                                    "last runs\n"
                                    "  import started [^\n]+ UTC, did not finish: killed, or "
                                    "stopped by an error\n"));
}

TEST(Extract, PrintsEventsInFileOrderAndNothingElse) {
  const Shop shop(JobText{kNobody});
  shop.write("orders.csv", orders(1, 20) + "#21,x,paid,,USD,1.00,2025-12-06 10:00:00 -0500,1,A\n");
  const Ended ended = shop.run({"extract", "job.toml"});
  EXPECT_EQ(ended.exit_code, 3);
  const auto lines = lines_of(ended.out);
  ASSERT_EQ(lines.size(), 20U);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Json event = Json::parse(lines[i]);
    EXPECT_EQ(event["order_number"], std::to_string(i + 1));
    EXPECT_EQ(event["email"], fmt::format("customer{}@example.com", i + 1));
    EXPECT_EQ(event["close_date"], "12/06/2025");
  }
  EXPECT_EQ(Json::parse(ended.err)["reject"], "bad_email") << "one line of JSON: " << ended.err;
  EXPECT_FALSE(std::filesystem::exists(shop.path("state")));
}

TEST(Extract, EndsWithoutAWordWhenItsReaderHasGone) {
  const Shop shop(JobText{kNobody});
  std::string many = orders(1, 50'000);
  shop.write("orders.csv", many);
  const Ended ended = shop.shell("$ordertail extract job.toml | head -n 1");
  EXPECT_EQ(ended.err, "");
  ASSERT_EQ(lines_of(ended.out).size(), 1U);
  EXPECT_EQ(Json::parse(ended.out)["order_number"], "1");
}

TEST(Output, ThatIsClosedOrFullIsTold) {
  const Shop shop(JobText{kNobody});
  shop.write("orders.csv", orders(1, 3));
  for (const std::string command :
       {"extract job.toml", "import job.toml --dry-run", "patterns", "--help"}) {
    const Ended full = shop.shell("$ordertail " + command + " >/dev/full");
    EXPECT_EQ(full.exit_code, 1) << command;
    EXPECT_EQ(full.err, "ordertail: cannot write to standard output: No space left on device\n");
    const Ended closed = shop.shell("$ordertail " + command + " >&-");
    EXPECT_EQ(closed.exit_code, 1) << command;
    EXPECT_EQ(closed.err, "ordertail: cannot write to standard output: Bad file descriptor\n");
  }
}

TEST(Output, ThatIsFullDoesNotHinderDelivery) {
  const sandbox::Server hubspot{sandbox::ServerOptions{}};
  const Shop shop(JobText{hubspot.url()});
  shop.write("orders.csv", orders(1, 5));
  const Ended full = shop.shell("$ordertail import job.toml >/dev/full");
  EXPECT_EQ(full.exit_code, 1);
  EXPECT_EQ(full.err, "ordertail: cannot write to standard output: No space left on device\n");
  expect_each_once(hubspot, 5);
  EXPECT_EQ(shop.totals(), "5/0/0/0");
  EXPECT_EQ(shop.status()["runs"][0]["exit"], 0);

  shop.write("orders_2.csv", orders(6, 8));
  EXPECT_EQ(shop.shell("$ordertail import job.toml >&-").exit_code, 1);
  expect_each_once(hubspot, 8);
  EXPECT_EQ(shop.report(0)["delivered"]["requests"], 0);
}

TEST(Rehearsal, ShowsTheLeadsAndLeavesNothingBehind) {
  const Shop shop(JobText{kNobody, 1, 1, "", std::string(kOrders) + std::string(kLog)});
  shop.write("orders.csv", orders(1, 2));
  shop.write("shop.log", registration(1));
  const TemporaryDirectory temporary;
  const std::string rehearse =
      "TMPDIR=" + temporary.path().string() + " $ordertail import job.toml --rehearse ";
  const Ended ended = shop.shell(rehearse);
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(ended.err, "");
  EXPECT_THAT(ended.out, testing::HasSubstr("\nHubSpot would now hold 3 leads:\n"));
  EXPECT_THAT(ended.out, testing::HasSubstr("v***@example.com"));
  EXPECT_THAT(ended.out, testing::Not(testing::HasSubstr("customer1@example.com")));
  const Ended unmasked = shop.shell(rehearse + "--unmasked");
  EXPECT_THAT(unmasked.out,
              testing::HasSubstr("  customer1@example.com        customer  "
                                 "12/06/2025  unknown  1                      1.50\n"));

  shop.append("orders.csv", "#3,x,paid,,USD,1.00,2025-12-06 10:00:00 -0500,1,A\n");
  const Ended json = shop.shell(rehearse + "--json");
  EXPECT_EQ(json.exit_code, 3);
  const Json report = Json::parse(json.out);
  expect_balanced(report);
  EXPECT_EQ(report["delivered"]["submitted"], 3);
  EXPECT_TRUE(std::filesystem::is_empty(temporary.path()));
  EXPECT_FALSE(std::filesystem::exists(shop.path("state")));
}

TEST(Rehearsal, ThatIsInterruptedLeavesNothingBehindEither) {
  const Shop shop(JobText{kNobody});
  shop.write("orders.csv", orders(1, 20'000));
  const TemporaryDirectory temporary;
  Program program =
      shop.start({"import", "job.toml", "--rehearse"}, {"TMPDIR=" + temporary.path().string()});
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::filesystem::is_empty(temporary.path())) {
    ASSERT_LT(std::chrono::steady_clock::now(), patience);
    std::this_thread::yield();
  }
  program.send(SIGTERM);
  EXPECT_EQ(program.wait().exit_code, 143);
  EXPECT_TRUE(std::filesystem::is_empty(temporary.path()));
}

}  // namespace
}  // namespace ordertail::stories
