// Run it again, as a timer does every night: what HubSpot has is not sent again.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

namespace fs = std::filesystem;

class ImportAgain : public testing::Test {
 protected:
  /// Imports, expecting so many events and requests.
  void import(int expected) const {
    const Json report = shop.report(0);
    EXPECT_EQ(report["staged"]["events"], expected) << report;
    EXPECT_EQ(report["delivered"]["requests"], expected) << report;
  }

  const sandbox::Server hubspot{sandbox::ServerOptions{}};
  const Shop shop{JobText{hubspot.url(), 4, 1, "", std::string(kOrders) + std::string(kLog)}};
};

TEST_F(ImportAgain, ASecondImportSendsNothing) {
  shop.write("orders.csv", orders(1, 20));
  shop.write("shop.log", registration(1) + registration(2));
  import(22);
  import(0);
  EXPECT_EQ(shop.totals(), "22/0/0/0");
  EXPECT_EQ(seen_by(hubspot).size(), 22U);
}

TEST_F(ImportAgain, AnOverlappingExportSendsOnlyWhatIsNew) {
  shop.write("orders_1.csv", orders(1, 20));
  import(20);
  shop.write("orders_2.csv", orders(11, 30));
  import(10);
  expect_each_once(hubspot, 30);
}

TEST_F(ImportAgain, AnExportInTheSamePlaceSendsOnlyWhatIsNew) {
  shop.write("orders.csv", orders(1, 20));
  import(20);
  shop.write("orders.csv", orders(5, 25));
  import(5);
  expect_each_once(hubspot, 25);
}

TEST_F(ImportAgain, AFileIsListedOnceAsItWasReadLast) {
  const auto files = [&] {
    const std::string text = shop.run({"status", "job.toml"}).out;
    const std::size_t from = text.find("files read\n");
    return text.substr(from, text.find("last runs\n") - from);
  };
  const auto size = [&] { return std::to_string(fs::file_size(shop.path("orders.csv"))); };
  shop.write("orders.csv", orders(1, 2));
  shop.write("orders_2.csv", orders(1, 1));
  import(2);
  shop.append("orders.csv", order(3));
  import(1);
  const std::string other = "  orders_2.csv: 174 bytes, up to line 2\n";
  EXPECT_EQ(files(), "files read\n  orders.csv: " + size() + " bytes, up to line 4\n" + other);
  shop.write("orders.csv", orders(3, 5));
  import(2);
  EXPECT_EQ(files(), "files read\n" + other + "  orders.csv: " + size() + " bytes, up to line 4\n");
  EXPECT_EQ(shop.status()["files"].size(), 2U);
}

/// Order 2, refunded in part.
std::string order_2_for_less() {
  return "#2,customer2@example.com,partially_refunded,,USD,1.00,2025-12-06 10:00:02 -0500,1,KE-1\n";
}

TEST_F(ImportAgain, AnOrderThatChangedAfterItWasSentIsListedAndNotSentAgain) {
  shop.write("orders.csv", orders(1, 3));
  import(3);
  shop.write("orders.csv", orders_header() + order(1) + order_2_for_less() + order(3));
  const Json staged = shop.report(0)["staged"];
  EXPECT_EQ(staged["skipped"]["already_known"], 2) << staged;
  EXPECT_EQ(staged["skipped"]["changed_after_submit"], 1) << staged;
  EXPECT_EQ(staged["changed"]["orders"], 1) << staged;
  EXPECT_EQ(staged["changed"]["examples"][0]["order_number"], "2") << staged;
  EXPECT_EQ(staged["changed"]["examples"][0]["source"]["line"], 3) << staged;
  expect_each_once(hubspot, 3);

  shop.write("orders_2.csv", orders_header() + order_2_for_less());
  const Ended again = shop.run({"import", "job.toml"});
  EXPECT_EQ(again.err,
            "orders_2.csv:2: order 2 was sent with other content\nno file matches shop.log*\n");
}

TEST_F(ImportAgain, AnOrderThatChangesBeforeItIsSentGoesAsItIsNow) {
  shop.write("orders.csv", orders(1, 3));
  EXPECT_EQ(shop.report(0, "stage")["staged"]["events"], 3);
  shop.write("orders.csv", orders_header() + order(1) + order_2_for_less() + order(3));
  const Json staged = shop.report(0, "stage")["staged"];
  EXPECT_EQ(staged["skipped"]["replaces_pending"], 1) << staged;
  EXPECT_EQ(shop.totals(), "0/0/3/0");
  EXPECT_EQ(shop.report(0, "submit")["delivered"]["submitted"], 3);
  expect_each_once(hubspot, 3);
  bool sent_as_it_is_now = false;
  const Json listing = Json::parse(hubspot.leads_json());
  for (const Json& lead : listing["leads"]) {
    const Json& fields = lead["fields"];
    if (fields["order_number"] == "2") sent_as_it_is_now = fields["total_revenue"] == "1.00";
  }
  EXPECT_TRUE(sent_as_it_is_now) << hubspot.leads_json();
}

TEST_F(ImportAgain, OtherColumnOrderAndOtherQuotesAreTheSameOrders) {
  shop.write("orders_1.csv", orders(1, 3));
  import(3);
  std::string text =
      "\xEF\xBB\xBF\"Lineitem sku\",\"Created at\",\"Email\",\"Notes\",\"Subtotal\","
      "\"Lineitem quantity\",\"Cancelled at\",\"Financial Status\",\"Name\"\r\n";
  for (int number = 1; number <= 4; ++number) {
    text += fmt::format(
        "\"KE-1\",\"2025-12-06 10:00:{0:02} -0500\",\"customer{0}@example.com\","
        "\"ring \"\"twice\"\",\r\nplease\",\"{0}.50\",1,,\"paid\",\"{0}\"\r\n",
        number);
  }
  shop.write("orders_2.csv", text);
  import(1);
  expect_each_once(hubspot, 4);
}

TEST_F(ImportAgain, OfALogThatGrewOnlyTheNewLinesAreRead) {
  std::string log;
  for (int number = 1; number <= 10; ++number) log += registration(number);
  shop.write("shop.log", log);
  import(10);
  shop.append("shop.log", registration(11) + registration(12));
  const Json report = shop.report(0);
  EXPECT_EQ(report["staged"]["rows"], 2) << report;
  EXPECT_EQ(report["delivered"]["requests"], 2) << report;
  EXPECT_EQ(seen_by(hubspot).size(), 12U);
}

TEST_F(ImportAgain, ALineThatWasHalfWrittenIsSentOnceWhenItIsWhole) {
  const std::string line = registration(2);
  shop.write("shop.log", registration(1) + line.substr(0, line.size() / 2));
  import(1);
  shop.append("shop.log", line.substr(line.size() / 2));
  import(1);
  import(0);
  EXPECT_EQ(seen_by(hubspot).size(), 2U);
}

TEST_F(ImportAgain, ARenamedFileHoldsNothingNew) {
  shop.write("shop.log", registration(1));
  import(1);
  fs::rename(shop.path("shop.log"), shop.path("shop.log.1"));
  const Json report = shop.report(0);
  EXPECT_EQ(report["staged"]["unchanged"], 1) << report;
  EXPECT_EQ(report["staged"]["rows"], 0) << report;
}

TEST_F(ImportAgain, AFileThatWasGzippedHoldsNothingNew) {
  shop.write("shop.log", registration(1) + registration(2));
  import(2);
  ASSERT_EQ(shop.shell("gzip shop.log").exit_code, 0);
  ASSERT_TRUE(fs::exists(shop.path("shop.log.gz")));
  import(0);
  shop.write("shop.log", registration(3));
  import(1);
  EXPECT_EQ(seen_by(hubspot).size(), 3U);
}

/// What a log held behind the place up to which it was read went with it when it was cut.
TEST_F(ImportAgain, ALogThatIsCutBeforeItIsReadOnIsToldOnce) {
  const std::string first = registration(1) + registration(2);
  shop.write("orders.csv", orders(1, 1));
  shop.write("shop.log", first);
  import(3);
  shop.write("shop.log", registration(3));
  const Ended cut = shop.run({"import", "job.toml"});
  EXPECT_EQ(cut.exit_code, 7);
  EXPECT_EQ(
      cut.err,
      fmt::format("shop.log was read up to byte {0}, and none of the source's files begins like "
                  "that any more: it was cut, replaced or deleted. Lines that were written to it "
                  "from byte {0} on may be lost. If there is a copy, put it where the source finds "
                  "it, and run again\n",
                  first.size()));
  import(0);
  shop.write("shop.log.1", first + registration(4));
  import(1);
  EXPECT_EQ(seen_by(hubspot).size(), 5U);
}

TEST_F(ImportAgain, ACopyOfALogThatIsCutHoldsItAll) {
  shop.write("shop.log", registration(1));
  import(1);
  shop.write("shop.log.1", registration(1) + registration(2));
  shop.write("shop.log", "");
  import(1);
  shop.write("shop.log", registration(3));
  import(1);
}

/// The ordinary life of a rotation, and somebody who tidies up.
TEST_F(ImportAgain, ALogThatHadComeToRestMayGo) {
  const auto written_before = [&](const char* name, int hours) {
    fs::last_write_time(shop.path(name),
                        fs::file_time_type::clock::now() - std::chrono::hours(hours));
  };
  shop.write("shop.log", registration(1));
  shop.write("shop.log.old", registration(2));
  written_before("shop.log.old", 25);
  import(2);
  fs::remove(shop.path("shop.log.old"));
  fs::rename(shop.path("shop.log"), shop.path("shop.log.1"));
  written_before("shop.log.1", 2);
  shop.write("shop.log", registration(3));
  import(1);  // it may go on: it was renamed just now
  fs::rename(shop.path("shop.log.1"), shop.path("shop.log.2"));
  fs::rename(shop.path("shop.log"), shop.path("shop.log.1"));
  import(0);
  fs::rename(shop.path("shop.log.1"), shop.path("shop.log.2"));
  import(0);
  EXPECT_EQ(seen_by(hubspot).size(), 3U);
}

TEST_F(ImportAgain, AHalfWrittenGzipIsReadOnWhenItIsLonger) {
  std::string log;
  for (int number = 1; number <= 40; ++number) log += registration(number);
  shop.write("shop.log.2", log);
  ASSERT_EQ(shop.shell("gzip shop.log.2 && mv shop.log.2.gz whole").exit_code, 0);
  ASSERT_EQ(shop.shell("head -c 300 whole > shop.log.2.gz").exit_code, 0);
  const Ended half = shop.run({"import", "job.toml"});
  EXPECT_EQ(half.exit_code, 5);
  EXPECT_NE(
      half.err.find("shop.log.2.gz: the gzip file is cut short (still being written?) after "),
      std::string::npos)
      << half.err;
  EXPECT_NE(half.err.find(
                " decompressed bytes. Its whole lines so far are taken; a later run reads on\n"),
            std::string::npos)
      << half.err;
  const std::size_t taken = seen_by(hubspot).size();
  EXPECT_GT(taken, 0U);
  EXPECT_LT(taken, 40U);
  fs::last_write_time(shop.path("shop.log.2.gz"),
                      fs::file_time_type::clock::now() - std::chrono::hours(2));
  const Ended dead = shop.run({"import", "job.toml"});
  EXPECT_EQ(dead.exit_code, 7);
  EXPECT_NE(
      dead.err.find(" decompressed bytes, and nobody has written to it for an hour. Its whole "
                    "lines so far are taken; for the rest, compress the log again\n"),
      std::string::npos)
      << dead.err;
  ASSERT_EQ(shop.shell("mv whole shop.log.2.gz").exit_code, 0);
  import(static_cast<int>(40 - taken));
  EXPECT_EQ(seen_by(hubspot).size(), 40U);
}

}  // namespace
}  // namespace ordertail::stories
