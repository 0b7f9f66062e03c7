// The doctor: what is wrong with a job, before it runs.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

class Check : public testing::Test {
 protected:
  Check() { shop.write("orders.csv", orders(1, 4)); }

  /// What `check job.toml` and these options print.
  [[nodiscard]] std::string says(int exit_code, std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"check", "job.toml"});
    const Ended ended = shop.run(options);
    EXPECT_EQ(ended.exit_code, exit_code) << ended.out;
    EXPECT_EQ(ended.err, "");
    return ended.out;
  }
  /// The message of a subject that is a FAIL.
  [[nodiscard]] std::string failure(const std::string& subject, int exit_code,
                                    std::vector<std::string> options = {}) const {
    options.emplace_back("--json");
    const Json report = Json::parse(says(exit_code, options));
    EXPECT_EQ(report["exit"], exit_code);
    for (const Json& check : report["checks"]) {
      if (check["health"] == "FAIL" && check["subject"] == subject) return check["message"];
    }
    return "no failure: " + report.dump();
  }

  const sandbox::Server hubspot{sandbox::ServerOptions{}};
  const Shop shop{JobText{hubspot.url(), 1, 1, "", std::string(kOrders) + std::string(kLog)}};
};

TEST_F(Check, GoesThroughEverythingAndLeavesNoTrace) {
  shop.write("shop.log", registration(1) + registration(2));
  const std::string authority = hubspot.url().substr(7);
  EXPECT_EQ(
      says(0),
      fmt::format("ok    job file               job.toml has 2 sources\n"
                  "ok    FormNames              new_registration and purchase_complete differ\n"
                  "ok    credential             none, and the Leads API needs none\n"
                  "ok    checkpoint dir         it can be written to\n"
                  "ok    checkpoint file        state/main.db will be made by the first run\n"
                  "warn  source 1               of its first 4 events, 100% have an e-mail "
                  "address, 0% a visitor token, 0% an IP address: without a token, HubSpot shows "
                  "the sale under no source\n"
                  "ok    source 2               of its first 2 events, 100% have an e-mail "
                  "address, 100% a visitor token, 100% an IP address\n"
                  "ok    close date             order 1 of 2025-12-06 15:00:01 UTC closes on "
                  "12/06/2025 (MM/DD/YYYY, the day in America/New_York)\n"
                  "ok    transport              https, this machine, or plain http as the job "
                  "says it is meant\n"
                  "ok    registration endpoint  {0} can be reached\n"
                  "ok    purchase endpoint      {0} can be reached\n",
                  authority));
  EXPECT_FALSE(std::filesystem::exists(shop.path("state")));
  EXPECT_EQ(hubspot.submissions_json(), R"({"submissions":[]})");
}

/// Two shops, or two PayPal accounts, in one job.
TEST_F(Check, TellsThatTwoSourcesNumberAlike) {
  std::string others = orders(3, 8);
  for (std::size_t at = 0; (at = others.find("customer", at)) != std::string::npos; at += 5)
    others.replace(at, 8, "other");
  shop.write("other/orders.csv", others);
  JobText job{hubspot.url()};
  job.sources =
      std::string(kOrders) + "[[source]]\nfiles = \"other/*\"\npattern = \"shopify-orders\"\n";
  shop.write("job.toml", job_text(job));
  EXPECT_THAT(
      says(0),
      testing::HasSubstr(
          "warn  source 2               2 orders are numbered like another source's: order 3 "
          "is of c***@example.com on 2025-12-06 in source 1, and of o***@example.com on "
          "2025-12-06 here. One job is one shop, so that only one of each pair would be "
          "sent: give each shop a job, with a \"shop\" and a \"store\" of its own\n"));
  shop.write("other/orders.csv", orders(3, 8));  // the same orders, exported once more
  EXPECT_THAT(says(0), testing::Not(testing::HasSubstr("numbered like")));
}

TEST_F(Check, ProbesWithOneMarkedLead) {
  shop.write("shop.log", registration(1));
  const std::string text = says(0, {"--probe"});
  EXPECT_TRUE(
      text.ends_with("ok    probe                  the server took the lead "
                     "ordertail-probe@example.com; delete it in HubSpot\n"))
      << text;
  const Json submissions = Json::parse(hubspot.submissions_json())["submissions"];
  ASSERT_EQ(submissions.size(), 1U);
  EXPECT_EQ(submissions[0]["fields"]["Email"], "ordertail-probe@example.com");
  EXPECT_EQ(submissions[0]["fields"]["FirstName"], "ordertail");
  EXPECT_EQ(submissions[0]["fields"]["LastName"], "probe");
}

TEST_F(Check, TellsThatNobodyAnswers) {
  shop.write("job.toml", job_text({kNobody}));
  EXPECT_EQ(failure("purchase endpoint", 2),
            "cannot connect to 127.0.0.1:1: Connection refused; check the url in the job, and the "
            "network");
  static_cast<void>(says(0, {"--offline"}));
}

TEST_F(Check, TellsThatTheJobIsWrong) {
  shop.write("job.toml", "[account");
  EXPECT_EQ(says(2),
            "FAIL  job file  job.toml:1:9: Error while parsing table header: encountered "
            "end-of-file\n");
}

TEST_F(Check, TellsThatPeoplesDataWouldGoUnencrypted) {
  shop.write("job.toml", job_text({"http://shop.example.com"}));
  EXPECT_EQ(failure("transport", 2, {"--offline"}),
            "job.toml: [hubspot.registration] would send people's data unencrypted to "
            "shop.example.com; use an https URL, or write plain_http = true below its url if that "
            "is meant");
}

TEST_F(Check, TellsThatOthersCanReadTheCredential) {
  JobText job{hubspot.url()};
  job.credential = R"(credential = { file = "key" })";
  shop.write("job.toml", job_text(job));
  shop.write("key", "canary\n");
  ::chmod(shop.path("key").c_str(), 0644);
  EXPECT_EQ(failure("credential", 6), "key can be read by others; run: chmod 600 key");
  // Without it there is no probe.
  EXPECT_EQ(says(6, {"--probe"}).find("probe"), std::string::npos);
  EXPECT_EQ(hubspot.submissions_json(), R"({"submissions":[]})");
}

/// A path may have a *, by RFC 3986, so that it is no error.
TEST_F(Check, DoubtsAStarInAPath) {
  JobText job{hubspot.url()};
  job.sources =
      "[[source]]\nfiles = \"shop.log\"\npattern = \"nginx-combined-utk\"\n"
      "[source.purchase]\npath = \"/checkout/*\"\norder_number = \"query:order\"\n";
  shop.write("job.toml", job_text(job));
  shop.write("shop.log", registration(1));
  EXPECT_THAT(says(0, {"--offline"}),
              testing::HasSubstr(
                  "warn  source 1         the path \"/checkout/*\" is compared as it stands: its "
                  "* is a * in the log, too. For any segment write a name in braces, as in "
                  "\"/checkout/{page}\"\n"));
}

TEST_F(Check, TellsThatAFileIsMissing) {
  JobText job{hubspot.url()};
  job.sources = "\n[[source]]\nfiles = [\"gone.csv\"]\npattern = \"shopify-orders\"\n";
  shop.write("job.toml", job_text(job));
  EXPECT_EQ(failure("source 1", 7), "cannot open gone.csv: No such file or directory");
}

TEST_F(Check, TellsThatOthersCouldReplaceTheCheckpointFile) {
  std::filesystem::create_directory(shop.path("state"));
  ::chmod(shop.path("state").c_str(), 0777);
  EXPECT_EQ(failure("checkpoint dir", 8),
            "state may be written to by others (mode 0777), who could put another file in the "
            "place of the checkpoint file; run: chmod go-w state");
}

TEST_F(Check, TellsThatTheCheckpointFileIsNone) {
  shop.write("state/main.db", "no database at all " + std::string(5000, 'x'));
  ::chmod(shop.path("state").c_str(), 0700);
  EXPECT_EQ(failure("checkpoint file", 8).substr(0, 49),
            "state/main.db is not a checkpoint file of orderta");
}

}  // namespace
}  // namespace ordertail::stories
