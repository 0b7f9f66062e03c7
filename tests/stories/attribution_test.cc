// Orders without a visitor token, and the log that knows whose visit led to them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kVisitors = R"(
[[source]]
files   = ["orders*"]
pattern = "shopify-orders"
[[source]]
files   = ["shop.log*"]
pattern = "nginx-combined-utk"
[source.visitor]
path         = "/thanks/{order}"
order_number = "path:order"
)";

std::string token(int number) {
  return std::string(31, 'b') + std::to_string(number);
}

std::string thanks(int order, int visitor) {
  return fmt::format(
      "192.0.2.7 - - [18/Sep/2025:23:18:28 -0400] \"GET /thanks/{} HTTP/1.1\" 200 512 \"-\" "
      "\"Mozilla/5.0 Firefox/145.0\" \"{}\"\n",
      order, token(visitor));
}

JobText job(const std::string& url, const std::string& settings = "keep = \"3650d\"") {
  return {.url = url, .sources = "[attribution]\n" + settings + "\n" + std::string(kVisitors)};
}

std::string stored(const Shop& shop) {
  std::string all;
  for (const char* name : {"main.db", "main.db-wal"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(shop.path("."))) {
      if (entry.path().filename() != name) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      all.append(std::istreambuf_iterator<char>(file), {});
    }
  }
  return all;
}

TEST(Attribution, BringsTheTokensOfTheLogToHubSpot) {
  const sandbox::Server server{sandbox::ServerOptions{}};
  const Shop shop(job(server.url()));
  shop.write("orders.csv", orders(1, 4));
  shop.write("shop.log", thanks(1, 1) + thanks(1, 1) + thanks(2, 2) + thanks(2, 3) + thanks(3, 4));
  const Json dry = Json::parse(shop.run({"import", "job.toml", "--dry-run", "--json"}).out);
  const Json report = shop.report(0);
  EXPECT_EQ(report["staged"]["skipped"]["visitor"], 5);
  const Json& found = report["attribution"];
  EXPECT_EQ(dry["attribution"], found);
  EXPECT_EQ(found["with_token_before"], 0);
  EXPECT_EQ(found["with_token_after"], 2);
  EXPECT_EQ(found["conflicts"], 1) << "two visitors asked for the page of order 2";
  EXPECT_EQ(found["matches"][0]["evidence"]["file"], "shop.log");
  EXPECT_EQ(found["matches"][0]["evidence"]["line"], 1);
  std::map<std::string, std::string> tokens;
  const Json leads = Json::parse(server.leads_json());
  for (const Json& lead : leads["leads"]) {
    tokens[lead["fields"]["order_number"]] = lead["tokens"].empty() ? "" : lead["tokens"][0];
  }
  EXPECT_EQ(tokens, (std::map<std::string, std::string>{
                        {"1", token(1)}, {"2", ""}, {"3", token(4)}, {"4", ""}}));
  expect_each_once(server, 4);
}

TEST(Attribution, AnOrderWaitsForItsLineAndNothingElseDoes) {
  const sandbox::Server server{sandbox::ServerOptions{}};
  const Shop shop(job(server.url(), "wait = \"2h\"\nkeep = \"3650d\""));
  shop.write("orders.csv", orders(1, 2));
  shop.write("shop.log", thanks(1, 1));
  const Json report = shop.report(0);
  EXPECT_EQ(report["attribution"]["waiting"], 1);
  EXPECT_EQ(shop.totals(), "1/0/1/0");
  EXPECT_THAT(shop.run({"status", "job.toml"}).out, HasSubstr("\n1 waits of those pending for a "
                                                              "visitor, until "));
  shop.append("shop.log", thanks(2, 2));
  EXPECT_EQ(shop.report(0)["attribution"]["with_token_after"], 1);
  EXPECT_EQ(shop.totals(), "2/0/0/0");
}

TEST(Forget, DeletesWhatIsKeptOfAPerson) {
  const Shop shop(job(kNobody));
  shop.write("orders.csv", orders(1, 3));
  shop.write("shop.log", thanks(1, 1) + thanks(2, 2));
  (void)shop.run({"stage", "job.toml"});
  shop.write("people", "customer1@example.com\r\n\n#2");  // no line end behind the last
  ASSERT_THAT(stored(shop), HasSubstr("customer1@example.com"));
  const Ended kept = shop.run({"forget", "job.toml", "--people", "people"});
  EXPECT_EQ(kept.exit_code, 5);
  EXPECT_THAT(kept.out, HasSubstr("deleted: 4 pieces of visits, 0 events")) << "order and address";
  EXPECT_THAT(kept.out,
              HasSubstr("kept: 2 events pending or in doubt; --drop-pending deletes those "
                        "that were never sent, `ordertail resolve` decides about doubts\n"
                        "found: 2 of 2 lines: line 1, c***@example.com; line 3, order 2\n"
                        "nothing was kept of: 0 of 2 lines\n"));
  const Ended gone = shop.shell("$ordertail forget job.toml --people - --drop-pending < people");
  EXPECT_EQ(gone.exit_code, 0);
  EXPECT_EQ(gone.out,
            "deleted: 0 pieces of visits, 0 events that HubSpot had rejected, 2 events that waited "
            "to be sent\n"
            "found: 2 of 2 lines: line 1, c***@example.com; line 3, order 2\n"
            "nothing was kept of: 0 of 2 lines\n");
  EXPECT_THAT(stored(shop), Not(HasSubstr("customer1@example.com")));
  EXPECT_THAT(stored(shop), HasSubstr("customer3@example.com"));
  (void)shop.run({"stage", "job.toml"});
  EXPECT_EQ(shop.totals(), "0/2/1/0") << "they are not staged again";
}

/// Whoever asked to be forgotten is to be answered; names are masked, lines are not.
TEST(Forget, SaysWhoWasFoundAndWhoWasNot) {
  const Shop shop(job(kNobody));
  shop.write("orders.csv", orders(1, 3));
  shop.write("shop.log", thanks(3, 3) + thanks(7, 7));
  (void)shop.run({"stage", "job.toml"});
  shop.write("people",
             "customer2@example.com\n#2\nnobody@example.com\n7\n8\nCustomer3@example.com\n");
  const std::vector<std::string> command{"forget", "job.toml", "--people", "people",
                                         "--drop-pending"};
  EXPECT_EQ(shop.run(command).out,
            "deleted: 3 pieces of visits, 0 events that HubSpot had rejected, 2 events that waited "
            "to be sent\n"
            "found: 4 of 6 lines: line 1, c***@example.com; line 2, order 2; line 4, order "
            "7; line 6, C***@example.com\n"
            "nothing was kept of: 2 of 6 lines: line 3, n***@example.com; line 5, order 8\n");
  std::string many;
  for (int number = 11; number <= 22; ++number) many += fmt::format("{}\n", number);
  shop.write("people", many);
  EXPECT_THAT(shop.run(command).out,
              HasSubstr("found: 0 of 12 lines\n"
                        "nothing was kept of: 12 of 12 lines: line 1, order 11; line 2, order 12; "
                        "line 3, order 13; line 4, order 14; line 5, order 15; line 6, order 16; "
                        "line 7, order 17; line 8, order 18; line 9, order 19; line 10, order 20; "
                        "and 2 more (--json lists them)\n"));
  shop.write("people", "customer1@example.com\nnobody@example.com\n");
  EXPECT_EQ(shop.run({"forget", "job.toml", "--people", "people", "--json"}).out,
            "{\"evidence\":0,\"rejected\":0,\"pending\":0,\"kept\":1,"
            "\"found\":[{\"line\":1,\"name\":\"c***@example.com\"}],"
            "\"not_found\":[{\"line\":2,\"name\":\"n***@example.com\"}]}\n");
}

/// Two people on one browser: HubSpot has the first by the token already.
TEST(Forget, KeepsATokenFromEverGoingToSomebodyElse) {
  const sandbox::Server server{sandbox::ServerOptions{}};
  const Shop shop(job(server.url()));
  shop.write("orders.csv", orders(1, 1));
  shop.write("shop.log", thanks(1, 1));
  (void)shop.report(0);
  shop.write("people", "customer1@example.com\n");
  EXPECT_THAT(shop.run({"forget", "job.toml", "--people", "people"}).out,
              HasSubstr("found: 1 of 1 line"));
  std::string bytes = stored(shop);
  EXPECT_THAT(bytes, Not(HasSubstr(std::string(15, '\xbb') + '\xb1'))) << "the token itself";
  shop.append("orders.csv", order(2));
  shop.append("shop.log", thanks(2, 1));
  EXPECT_EQ(shop.report(0)["attribution"]["conflicts"], 1);
  const Json leads = Json::parse(server.leads_json())["leads"];
  EXPECT_EQ(leads.size(), 2U);
  for (const Json& lead : leads) {
    const bool is_first = lead["fields"]["order_number"] == "1";
    EXPECT_EQ(lead["tokens"], is_first ? Json::array({token(1)}) : Json::array()) << lead;
  }
}

TEST(Forget, SaysWhatItLacks) {
  const Shop shop(job(kNobody));
  EXPECT_EQ(
      shop.run({"forget", "job.toml"}).err,
      "ordertail: say who or what is to be forgotten: --people FILE, or --older-than 90d; see "
      "`ordertail forget --help`\n");
  shop.write("people", "\n\n");
  EXPECT_EQ(
      shop.run({"forget", "job.toml", "--people", "people"}).err,
      "ordertail: people names nobody: write an e-mail address, or the number of an order, on "
      "each line\n");
  for (const char* nothing : {"0", "0d"}) {
    const Ended refused = shop.run({"forget", "job.toml", "--older-than", nothing});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_EQ(refused.err,
              "ordertail: --older-than 0 would delete all evidence of visits and everything that "
              "HubSpot rejected; name an age, such as 90d, or 1s if that is meant; see `ordertail "
              "forget --help`\n");
  }
  EXPECT_EQ(shop.run({"forget", "job.toml", "--older-than", "90d"}).out,
            "deleted: 0 pieces of visits, 0 events that HubSpot had rejected, 0 events that waited "
            "to be sent\n");
}

TEST(Attribution, SaysWhatIsWrongWithItsSettings) {
  const auto complaint = [](const JobText& text) {
    return Shop(text).run({"import", "job.toml", "--dry-run"}).err;
  };
  EXPECT_THAT(complaint(job(kNobody, "wait = \"soon\"")),
              HasSubstr("\"wait\" is a length of time, such as \"30m\", \"2h\" or \"180d\""));
  for (const char* settings : {"keep = \"0\"", "wait = \"200d\"", "wait = \"2h\"\nkeep = \"1h\""}) {
    EXPECT_THAT(
        complaint(job(kNobody, settings)),
        HasSubstr("\"keep\" must be longer than nothing, and not shorter than \"wait\": what "
                  "is deleted is no proof any more"));
  }
  EXPECT_EQ(complaint(job(kNobody, "session = true")),
            "ordertail: job.toml:24:11: \"session\" ties orders to visits by "
            "the shop's session, and no source says where a line of the log has that: add session "
            "= \"$cookie_PHPSESSID\", or whatever its column is called, to [source.visitor], or "
            "leave this out\n");
  JobText told = job(kNobody, "session = true");
  told.sources += "session = \"$cookie_hubspotutk\"\n";
  EXPECT_THAT(complaint(told), Not(HasSubstr("by the shop's session")));
  EXPECT_THAT(complaint(job(kNobody, "ip_window = \"2d\"")),
              HasSubstr("\"ip_window\" must be 24h at most: addresses change hands"));
  EXPECT_THAT(complaint(job(kNobody, "ip_window = \"10m\"")),
              HasSubstr("\"ip_window\" must be 15m at least, or \"0\": visits are kept by the "
                        "quarter of an hour"));
  JobText csv{.url = kNobody};
  csv.sources += "[source.visitor]\nemail = \"Email\"\n";
  EXPECT_THAT(complaint(csv), HasSubstr("visitors are told by the lines of a log"));
}

}  // namespace
}  // namespace ordertail::stories
