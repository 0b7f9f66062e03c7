// Sources that say as little as possible: what their files themselves tell.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

/// A PayPal download of one sale.
std::string paypal(int number, const std::string& date) {
  return fmt::format(
      "\"Date\",\"Time\",\"TimeZone\",\"Name\",\"Type\",\"Status\",\"Currency\",\"Gross\","
      "\"Fee\",\"Net\",\"From Email Address\",\"To Email Address\",\"Transaction ID\","
      "\"Shipping and Handling Amount\",\"Sales Tax\",\"Invoice Number\"\n"
      "\"{}\",\"18:02:10\",\"PST\",\"Ida King\",\"Website Payment\",\"Completed\","
      "\"USD\",\"15.00\",\"-1.00\",\"14.00\",\"ida@example.com\",\"shop@example.com\","
      "\"8AB12345CD678901E\",\"0.00\",\"0.00\",\"{}\"\n",
      date, number);
}

std::string close_dates(const Shop& shop) {
  std::istringstream events(shop.run({"extract", "job.toml"}).out);
  std::string dates;
  for (std::string line; std::getline(events, line);) {
    dates += Json::parse(line)["close_date"].get<std::string>() + " ";
  }
  return dates;
}

class AnyCart : public testing::Test {
 protected:
  const sandbox::Server hubspot{sandbox::ServerOptions{}};
  Shop shop{JobText{hubspot.url(), 1, 1, "", "[[source]]\nfiles = \"*.csv\"\n"}};
};

TEST_F(AnyCart, IsRecognisedByItsHeader) {
  shop.write("a.csv", orders(1, 3));
  shop.write("b.csv", paypal(4, "12/31/2025"));
  EXPECT_EQ(shop.report(0)["staged"]["events"], 4);
  expect_each_once(hubspot, 4);
}

TEST_F(AnyCart, LooksAtOrdersAgainWhenTheirCustomersAreThere) {
  const auto orders_file =
      "orderid,customerid,paymentamount,orderstatus,paymentdeclined,orderdateutc,totalshippingcost,"
      "salestax1,salestax2,salestax3\n"
      "\"1\",\"11\",\"20\",\"Shipped\",\"N\",\"8/7/2013 4:05:33 AM\",\"0\",\"0\",\"0\",\"0\"\n"
      "\"2\",\"12\",\"20\",\"Shipped\",\"N\",\"8/7/2013 4:06:33 AM\",\"0\",\"0\",\"0\",\"0\"\n";
  const std::string customers =
      "customerid,accesskey,emailaddress,customer_isanonymous,createddate\n"
      "\"11\",\"C\",\"ann@example.com\",\"N\",\"\"\n";
  shop.append("job.toml", "time_zone = \"America/New_York\"\n");  // of the customers' dates
  shop.write("orders.csv", orders_file);
  shop.write("customers.csv", customers);
  const Json first = shop.report(3)["staged"];
  EXPECT_EQ(first["events"], 1);
  EXPECT_EQ(first["rejected"]["no_companion_row"], 1);
  shop.write("customers.csv", customers + "\"12\",\"C\",\"bob@example.com\",\"N\",\"\"\n");
  shop.report(0);
  expect_each_once(hubspot, 2);
  EXPECT_EQ(shop.report(0)["delivered"]["requests"], 0);
}

constexpr std::string_view kVolusionOrders =
    "orderid,customerid,paymentamount,orderstatus,paymentdeclined,orderdateutc,totalshippingcost,"
    "salestax1,salestax2,salestax3\n"
    "\"1\",\"11\",\"20\",\"Shipped\",\"N\",\"8/7/2013 4:05:33 AM\",\"0\",\"0\",\"0\",\"0\"\n";

TEST_F(AnyCart, AnEmptyFileIsNoneOfThoseThatBelongTogether) {
  const std::string wanted =
      "no file of the source is the \"customers\" that pattern volusion-orders wants beside "
      "orders.csv; it is known by its columns \"customerid\", \"accesskey\", \"emailaddress\". "
      "What "
      "only it tells stays empty. Add it to the source's files\n";
  shop.write("orders.csv", kVolusionOrders);
  shop.write("customers.csv", "");
  for (const char* pattern : {"", "pattern = \"volusion-orders\"\n"}) {
    shop.write("job.toml", job_text({hubspot.url(), 1, 1, "",
                                     "[[source]]\nfiles = \"*.csv\"\n" + std::string(pattern)}));
    const Ended ended = shop.run({"import", "job.toml", "--dry-run"});
    EXPECT_EQ(ended.exit_code, 3);  // the order has nobody's address
    EXPECT_TRUE(ended.err.starts_with("customers.csv is empty, so it completes nothing\n" + wanted))
        << ended.err;
    EXPECT_EQ(ended.err.find("customers.csv:"), std::string::npos) << ended.err;
  }
}

TEST_F(AnyCart, AnEmptyFileProvesNothingAndHindersNothing) {
  shop.append("job.toml", "pattern = \"paypal-activity\"\n");
  shop.write("jan.csv", paypal(1, "13/01/2025"));
  shop.write("feb.csv", "");
  EXPECT_EQ(shop.report(0)["staged"]["events"], 1);
}

TEST_F(AnyCart, AFileThatIsOfNoUseByItselfMayCompleteOthers) {
  std::string job = job_text({hubspot.url(), 1, 1, "", "[[source]]\nfiles = \"*.csv\"\n"});
  const std::size_t registrations = job.find("[hubspot.registration]");
  job.erase(registrations, job.find("[hubspot.purchase]") - registrations);
  shop.write("job.toml", job);
  shop.write("orders.csv", kVolusionOrders);
  shop.write("customers.csv",
             "customerid,accesskey,emailaddress,customer_isanonymous,createddate\n"
             "\"11\",\"C\",\"ann@example.com\",\"N\",\"\"\n");
  const Json staged = shop.report(7)["staged"];
  EXPECT_EQ(staged["faults"].dump(),
            "[\"customers.csv: this source makes registrations, but the job has no "
            "[hubspot.registration] to send them to\"]");
  EXPECT_EQ(staged["events"], 1);
}

TEST_F(AnyCart, AFileThatCannotBeReadHindersNoOther) {
  shop.write("job.toml", job_text({hubspot.url(), 1, 1, "",
                                   "[[source]]\nfiles = [\"orders.csv\", \"gone.csv\"]\n"
                                   "pattern = \"volusion-orders\"\n"}));
  shop.write("orders.csv", kVolusionOrders);
  const Json staged = shop.report(7)["staged"];
  EXPECT_EQ(staged["faults"].dump(), R"(["cannot open gone.csv: No such file or directory"])");
  EXPECT_EQ(staged["rows"], 1);
}

TEST_F(AnyCart, ThatIsNotKnownIsRefusedAndTheOthersAreRead) {
  shop.write("a.csv", orders(1, 3));
  shop.write("notes.csv", "Name,Financial Status,Remark\n1,paid,none\n");
  const Json faults = shop.report(7)["staged"]["faults"];
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0].get<std::string>(), testing::HasSubstr("shopify-orders"));
  expect_each_once(hubspot, 3);
}

TEST_F(AnyCart, ProvesItsDateOrderOnceAndForAll) {
  shop.write("jan.csv", paypal(1, "13/01/2025"));
  shop.report(0);
  shop.write("feb.csv", paypal(2, "02/03/2025"));
  shop.report(0);
  EXPECT_EQ(close_dates(shop), "03/02/2025 01/13/2025 ");
  EXPECT_THAT(shop.run({"status", "job.toml"}).out, testing::HasSubstr("date_order is dmy"));
  expect_each_once(hubspot, 2);
}

TEST_F(AnyCart, ThatContradictsWhatWasProvedStopsItsSource) {
  shop.write("jan.csv", paypal(1, "13/01/2025"));
  shop.report(0);
  shop.write("feb.csv", paypal(2, "02/13/2025"));
  const Json faults = shop.report(7)["staged"]["faults"];
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0],
            "feb.csv: this proves date_order = \"mdy\" (line 2: 02/13/2025 18:02:10 can only be "
            "February 13), but date_order = \"dmy\" was proved before (jan.csv, line 2: 13/01/2025 "
            "18:02:10 can only be 13 January). Nothing of this source is read. Look at both files, "
            "give each a [[source]] of its own, and declare its date_order there");
  expect_each_once(hubspot, 1);
}

TEST_F(AnyCart, ThatContradictsWhatWasDeclaredStopsItsSource) {
  shop.append("job.toml", "date_order = \"mdy\"\n");
  shop.write("jan.csv", paypal(1, "13/01/2025"));
  const Json staged = shop.report(7)["staged"];
  ASSERT_EQ(staged["faults"].size(), 1U);
  EXPECT_THAT(staged["faults"][0].get<std::string>(),
              testing::StartsWith("jan.csv:2: Date Time: \"13/01/2025 18:02:10\" cannot be month "
                                  "first (mdy), as the source's dates are read"));
  EXPECT_EQ(staged["events"], 0);
}

}  // namespace
}  // namespace ordertail::stories
