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

}  // namespace
}  // namespace ordertail::stories
