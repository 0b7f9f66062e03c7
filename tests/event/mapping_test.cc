// What records mean, seen through whole files.
#include "event/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/toml_file.h"
#include "event/reading.h"
#include "event/server_format.h"
#include "expect_error.h"

namespace ordertail {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A pattern of one row per order, and `more` of its keys.
Pattern pattern_of(const std::string& more) {
  return parse_pattern(R"(
name = "p"
describes = "d"
verified = "v"
numbers = "1,234.56"
[csv]
[[sample]]
input = ""
[purchase]
order_number = "Order"
email = "Email"
)" + more,
                       "p.toml");
}

const std::string kDate = "occurred_at = { column = \"Date\", format = \"%F %H:%M\" }\n";

class MappingTest : public testing::Test {
 protected:
  Reading read(const Pattern& pattern, const std::string& text) {
    return Reader(pattern).read(directory_.write("o.csv", text));
  }
  std::string refusal(ExitCode code, const Pattern& pattern, const std::string& text) {
    return error_of(code, [&] { (void)read(pattern, text); });
  }
  static nlohmann::json event(const Reading& reading, std::size_t index) {
    const std::string& line = reading.events.at(index);
    return nlohmann::json::parse(line.substr(line.find('{')));
  }
  static Pattern dated(std::string zone, const std::string& more = {}) {
    Pattern pattern = pattern_of(kDate + more);
    pattern.settings.time_zone = std::move(zone);
    return pattern;
  }

  TemporaryDirectory directory_;
};

TEST_F(MappingTest, RefusesAFileThatLacksAColumn) {
  EXPECT_EQ(refusal(ExitCode::source, dated("UTC"), "Ordr,Email,Date\n"),
            "o.csv:1: there is no column \"Order\", which a purchase needs for its order_number; "
            "the nearest is \"Ordr\"");
  EXPECT_EQ(refusal(ExitCode::source, dated("UTC"), "Order,Email,X\n"),
            "o.csv:1: there is no column \"Date\", which a purchase needs for its occurred_at");
  EXPECT_EQ(refusal(ExitCode::source, dated("UTC", "[purchase.when]\nStatus = \"paid\"\n"),
                    "Order,Email,Date\n"),
            "o.csv:1: there is no column \"Status\", which a purchase needs for its when");
  EXPECT_EQ(refusal(ExitCode::source,
                    dated("UTC",
                          "total_revenue = { column = \"Order\", minus = "
                          "\"Tax\" }\n"),
                    "Order,Email,Date\n"),
            "o.csv:1: there is no column \"Tax\", which a purchase needs for its total_revenue");
  EXPECT_EQ(refusal(ExitCode::source, builtin("shopify-orders"), "\n\n"),
            "o.csv:1: there is no readable header line");
}

/// What the outbox could not read again would block it for good.
TEST_F(MappingTest, RejectsWhatIsNoDateOrAmountOfASale) {
  const Pattern pattern = dated(
      "Europe/Berlin", "total_revenue = { column = \"Total\", minus = [\"Tax\", \"Tax\"] }\n");
  const Reading reading = read(pattern,
                               "Order,Email,Date,Total,Tax\n"
                               "1,a@example.com,9999-12-31 23:59,1,\n"
                               "2,a@example.com,0000-01-01 00:00,1,\n"
                               "3,a@example.com,2025-01-01 00:00,100000000000000,-0.01\n"
                               "4,a@example.com,2025-01-01 00:00,1,-100000000000000\n"
                               "5,a@example.com,1900-01-02 00:00,1,\n"
                               "6,a@example.com,2999-12-31 00:00,1,\n");
  EXPECT_EQ(reading.events.size(), 2U);
  EXPECT_THAT(
      reading.rejects,
      ElementsAre(HasSubstr("Date: this is before 1900 or after 2999, so it is no date of a sale"),
                  HasSubstr("bad_date"), HasSubstr("bad_amount"),
                  HasSubstr("Tax: the total less this is no amount of a sale")));
}

TEST_F(MappingTest, RejectsWhatIsNotUtf8) {
  const Reading reading = read(dated("UTC"),
                               "Order,Email,Date\n"
                               "1,jos\xE9@example.com,2025-01-01 00:00\n"
                               "2\xFF,a@example.com,2025-01-01 00:00\n"
                               "3,jos\xC3\xA9@example.com,2025-01-01 00:00\n");
  EXPECT_EQ(reading.events.size(), 1U);
  EXPECT_THAT(reading.rejects,
              ElementsAre(HasSubstr("j***@example.com\" is not UTF-8; export the file as UTF-8"),
                          HasSubstr("Order")));
}

/// Sent, it would be another text: JSON can only carry U+FFFD in its place.
TEST_F(MappingTest, RejectsSkusAndExtraFieldsThatAreNotUtf8) {
  const Pattern pattern =
      dated("UTC", "skus = [\"Sku\", \"Item *\"]\n[purchase.extra]\nnote = \"Gift note\"\n");
  const std::string row = ",a@example.com,2025-01-01 00:00,";
  const Reading reading = read(pattern,
                               "Order,Email,Date,Sku,Item 1,Item 2,Gift note\n"
                               "1" +
                                   row +
                                   "caf\xE9,,,\n"
                                   "2" +
                                   row +
                                   ",A,caf\xE9,\n"
                                   "3" +
                                   row +
                                   "A,,,Gr\xFC\xDF e\n"
                                   "4" +
                                   row + "caf\xC3\xA9,,,Gr\xC3\xBC\xC3\x9F e\n");
  EXPECT_EQ(reading.events.size(), 1U);
  EXPECT_THAT(
      reading.rejects,
      ElementsAre("bad_encoding Sku @2:45 1 Sku: \"c***\" is not UTF-8; export the file as UTF-8",
                  "bad_encoding Item 2 @3:86 1 Item 2: \"c***\" is not UTF-8; export the file as "
                  "UTF-8",
                  "bad_encoding Gift note @4:128 1 Gift note: \"G***\" is not UTF-8; export the "
                  "file as UTF-8"));
}

TEST_F(MappingTest, RejectsAnOrderOfWhichALaterRowsSkuIsNotUtf8) {
  const Reading reading = read(builtin("shopify-orders"),
                               "Name,Email,Financial Status,Cancelled at,Created at,Lineitem "
                               "quantity,Lineitem sku,Subtotal\n"
                               "#1,a@example.com,paid,,2025-12-06 10:00:00 -0500,1,A,1\n"
                               "#1,,,,,1,caf\xE9,\n"
                               "#1,,,,,1,B,\n"
                               "#2,a@example.com,paid,,2025-12-06 10:00:00 -0500,1,A,1\n");
  EXPECT_EQ(reading.events.size(), 1U);
  EXPECT_THAT(reading.rejects,
              ElementsAre("bad_encoding Lineitem sku @3:147 3 Lineitem sku: \"c***\" is not UTF-8; "
                          "export the file as UTF-8"));
}

/// A column that is not what its pattern says may hold anything.
TEST_F(MappingTest, MasksAnEmailAddressInAnyColumn) {
  const Reading reading = read(dated("UTC", "total_revenue = \"Total\"\n"),
                               "Order,Email,Date,Total\n"
                               "1,a@example.com,2025-01-01 00:00,ann@example.com\n"
                               "2,a@example.com,ann@example.com,1\n");
  EXPECT_THAT(
      reading.rejects,
      ElementsAre("bad_amount Total @2:23 1 Total: \"a***@example.com\" is no amount written "
                  "like 1,234.56",
                  "bad_date Date @3:72 1 Date: \"a***@example.com\" is no time of the form "
                  "YYYY-MM-DD HH:MM"));
  const Reading zones = read(pattern_of("occurred_at = { column = \"Date\", format = \"%F %H:%M\", "
                                        "zone_column = \"Zone\" }\n"),
                             "Order,Email,Date,Zone\n"
                             "1,a@example.com,2024-07-01 00:00,ann@example.com\n");
  EXPECT_THAT(zones.rejects, ElementsAre("bad_time_zone Date @2:22 1 the time zone "
                                         "\"a***@example.com\" is not known"));
  EXPECT_EQ(refusal(ExitCode::source, dated("UTC"), "Order@example.com,Email,Date\n"),
            "o.csv:1: there is no column \"Order\", which a purchase needs for its order_number");
  EXPECT_EQ(refusal(ExitCode::source, dated("UTC"), "Order@x,Email,Date\n"),
            "o.csv:1: there is no column \"Order\", which a purchase needs for its order_number; "
            "the nearest is \"O***@x\"");
}

TEST_F(MappingTest, RefusesASourceThatSaysTooLittle) {
  EXPECT_EQ(refusal(ExitCode::usage, builtin("nginx-combined-utk", "[purchase]\npath = \"/x\""),
                    "line\n"),
            "nothing says where a purchase of o.csv has its order_number: add \"order_number\" to "
            "the source's [source.purchase]");
  EXPECT_EQ(refusal(ExitCode::usage, dated(""), "Order,Email,Date\n"),
            "the times that pattern p reads carry no time zone; add to the [[source]] the one they "
            "are written in, such as\n  time_zone = \"America/New_York\"");
  EXPECT_EQ(
      refusal(ExitCode::usage, pattern_of("occurred_at = { column = \"Date\", format = \"%x\" }\n"),
              "Order,Email,Date\n"),
      "the dates that pattern p reads may be month first or day first, and the source does "
      "not say which; add to its [[source]] one of\n"
      "  date_order = \"mdy\"   # 12/31/2025\n"
      "  date_order = \"dmy\"   # 31/12/2025\n"
      "  date_order = \"ymd\"   # 2025/12/31");
}

TEST_F(MappingTest, ClosesAPurchaseInTheAccountsCalendar) {
  const Reading reading = read(dated("Europe/Berlin"),
                               "Order,Email,Date\n#1,ann@example.com,2024-01-01 05:59\n"
                               "2,ann@example.com,2024-01-01 06:00\n");
  EXPECT_EQ(event(reading, 0)["occurred_at"], "2024-01-01T04:59:00Z");
  EXPECT_EQ(event(reading, 0)["close_date"], "12/31/2023");  // in New York
  EXPECT_EQ(event(reading, 0)["order_number"], "1");
  EXPECT_EQ(event(reading, 1)["close_date"], "01/01/2024");
}

TEST_F(MappingTest, RejectsBySaying) {
  const Reading reading =
      read(dated("America/New_York", "total_revenue = { column = \"Total\", minus = \"Tax\" }\n"),
           "Order,Email,Date,Total,Tax\n"
           "1,ann@@example.com,2024-01-01 00:00,1,\n"
           "2,,2024-01-01 00:00,1,\n"
           ",ann@example.com,2024-01-01 00:00,1,\n"
           "4,ann@example.com,,1,\n"
           "5,ann@example.com,01/02/2024,1,\n"
           "6,ann@example.com,2024-03-10 02:30,1,\n"
           "7,ann@example.com,2024-01-01 00:00,1.000,\n"
           "8,ann@example.com,2024-01-01 00:00,EUR x,\n"
           "9,ann@example.com,2024-01-01 00:00,1,x\n"
           "10,ann@example.com,2024-01-01 00:00,1\n");
  EXPECT_THAT(
      reading.rejects,
      ElementsAre("bad_email Email @2:27 1 Email: \"a***@example.com\" is no e-mail address",
                  "missing_email Email @3:66 1 a purchase needs an e-mail address or a visitor "
                  "token",
                  "missing_order_number Order @4:89 1 a purchase needs an order number",
                  "missing_date Date @5:126 1 Date is empty",
                  "bad_date Date @6:148 1 Date: \"01/02/2024\" is no time of the form YYYY-MM-DD "
                  "HH:MM",
                  "bad_date Date @7:180 1 Date: \"2024-03-10 02:30\" does not exist in "
                  "America/New_York: clocks went forward",
                  "bad_amount Total @9:260 1 Total: \"EUR x\" is no amount written like 1,234.56",
                  "bad_amount Tax @10:302 1 Tax: \"x\" is no amount written like 1,234.56",
                  "ragged_row  @11:341 1 this row has 4 cells, the header has 5"));
  EXPECT_EQ(reading.events.size(), 1U);  // the seventh: three decimals are an amount
}

TEST_F(MappingTest, TakesTaxAndShippingOff) {
  const Pattern pattern = dated(
      "UTC", "total_revenue = { column = [\"Net\", \"Total\"], minus = [\"Tax\", \"Post\"] }\n");
  const std::string row = "1,ann@example.com,2024-01-01 00:00,";
  const Reading reading =
      read(pattern, "Order,Email,Date,Net,Total,Tax,Post\n" + row + ",\"1,653.75\",100.25,10\n" +
                        row + "5,9,,\n" + row + ",,1,\n");
  EXPECT_EQ(event(reading, 0)["total_revenue"], "1543.50");
  EXPECT_EQ(event(reading, 1)["total_revenue"], "5.00");
  EXPECT_FALSE(event(reading, 2).contains("total_revenue"));
}

TEST_F(MappingTest, SkipsByTheFirstConditionThatFails) {
  const Reading reading =
      read(dated("UTC",
                 "[purchase.when]\nStatus = [\"paid\", \"Shipped\"]\nCancelled = \"\"\n"
                 "Gross = { above = \"0\" }\n"),
           "Order,Email,Date,Status,Cancelled,Gross\n"
           "1,ann@example.com,2024-01-01 00:00, PAID ,,1\n"
           "2,ann@example.com,2024-01-01 00:00,pending,yes,-1\n"
           "3,ann@example.com,2024-01-01 00:00,paid,yes,-1\n"
           "4,ann@example.com,2024-01-01 00:00,shipped,,0.00\n"
           "5,ann@example.com,2024-01-01 00:00,paidx,,1\n");
  EXPECT_EQ(reading.events.size(), 1U);
  EXPECT_THAT(reading.skipped,
              ElementsAre(testing::Pair("when:Cancelled", 1U), testing::Pair("when:Gross", 1U),
                          testing::Pair("when:Status", 2U)));
}

/// They may come from anybody's URL, and go into files and requests.
TEST_F(MappingTest, LetsNoControlCharacterThrough) {
  const Reading reading =
      read(dated("UTC", "name = \"Name\"\naddress = \"Street\"\nskus = \"SKU\"\n"),
           std::string("Order,Email,Date,Name,Street,SKU\n") +
               "1,a@example.com,2024-01-01 00:00,An\x1Bn Lee\x7F,\"1\tMain\nSt\",A\x01\n"
               "2\x08,a@example.com,2024-01-01 00:00,Ann,x,A\n" +
               "3" + std::string(1, '\0') + "3,a@example.com,2024-01-01 00:00,,,\n" +
               "\"4\n4\",a@example.com,2024-01-01 00:00,,,\n"
               "5,a\x02@example.com,2024-01-01 00:00,,,\n");
  ASSERT_EQ(reading.events.size(), 1U);
  EXPECT_EQ(event(reading, 0)["first_name"], "Ann");
  EXPECT_EQ(event(reading, 0)["last_name"], "Lee");
  EXPECT_EQ(event(reading, 0)["address"], "1\tMain\nSt");
  EXPECT_EQ(event(reading, 0)["skus"], nlohmann::json({"A"}));
  EXPECT_EQ(reading.remarks.size(), 3U);
  EXPECT_THAT(reading.remarks, testing::Each(testing::StartsWith("bad_text @2:")));
  ASSERT_EQ(reading.rejects.size(), 4U);
  EXPECT_THAT(reading.rejects[0],
              testing::EndsWith("Order: \"2\\x08\" holds control characters, so it is no order's "
                                "number"));
  for (const std::size_t i : {0U, 1U, 2U})
    EXPECT_THAT(reading.rejects[i], testing::StartsWith("bad_order_number Order @"));
  EXPECT_THAT(reading.rejects[3], testing::StartsWith("bad_email Email @"));
}

/// Without the control characters amid it, a broken letter would be a whole one that nobody wrote.
TEST_F(MappingTest, MakesNoLetterOfOneThatIsBroken) {
  const Reading reading = read(dated("UTC", "city = \"City\"\nskus = \"SKU\"\n"),
                               "Order,Email,Date,City,SKU\n"
                               "1,a@example.com,2024-01-01 00:00,K\xC3\x16\xB6ln,A\n"
                               "2,a@example.com,2024-01-01 00:00,Rome,\xE2\x82\x01\xAC\n");
  EXPECT_TRUE(reading.events.empty());
  EXPECT_THAT(
      reading.rejects,
      ElementsAre("bad_encoding City @2:26 1 City: \"K***\" is not UTF-8; export the file "
                  "as UTF-8",
                  "bad_encoding SKU @3:68 1 SKU: \"\\xe2***\" is not UTF-8; export the file "
                  "as UTF-8"));
}

TEST_F(MappingTest, SplitsANameAtItsLastBlank) {
  const Reading reading = read(dated("UTC", "name = \"Name\"\n"),
                               "Order,Email,Date,Name\n"
                               "1,a@example.com,2024-01-01 00:00,Ann  B. Lee\n"
                               "2,a@example.com,2024-01-01 00:00, Cher \n");
  EXPECT_EQ(event(reading, 0)["first_name"], "Ann  B.");
  EXPECT_EQ(event(reading, 0)["last_name"], "Lee");
  EXPECT_EQ(event(reading, 1)["first_name"], "Cher");
  EXPECT_FALSE(event(reading, 1).contains("last_name"));
}

TEST_F(MappingTest, AnEmailAddressIsNoName) {
  const Reading reading = read(dated("UTC", "name = \"Name\"\n"),
                               "Order,Email,Date,Name\n"
                               "1,a@example.com,2024-01-01 00:00,a@example.com\n"
                               "2,a@example.com,2024-01-01 00:00,Ann @ Home\n");
  EXPECT_FALSE(event(reading, 0).contains("first_name"));
  EXPECT_FALSE(event(reading, 0).contains("last_name"));
  EXPECT_EQ(event(reading, 1)["last_name"], "Home");
}

TEST_F(MappingTest, ACurrencyIsInCapitals) {
  const Reading reading = read(dated("UTC", "currency = \"Currency\"\n"),
                               "Order,Email,Date,Currency\n"
                               "1,a@example.com,2024-01-01 00:00,usd\n"
                               "2,a@example.com,2024-01-01 00:00,EUR\n");
  EXPECT_EQ(event(reading, 0)["currency"], "USD");
  EXPECT_EQ(event(reading, 1)["currency"], "EUR");
}

TEST_F(MappingTest, AnAmountsOwnCurrencyIsThatOfTheOrder) {
  const Reading reading =
      read(dated("UTC", "currency = \"Currency\"\ntotal_revenue = \"Total\"\n"),
           "Order,Email,Date,Currency,Total\n"
           "1,a@example.com,2024-01-01 00:00,AUD,AU $3.00\n"
           "2,a@example.com,2024-01-01 00:00,,AU $3.00\n"
           "3,a@example.com,2024-01-01 00:00,CAD,$3.00\n"  // dollars of any kind
           "4,a@example.com,2024-01-01 00:00,CAD,AU $3.00\n");
  EXPECT_EQ(event(reading, 0)["currency"], "AUD");
  EXPECT_EQ(event(reading, 1)["currency"], "AUD");
  EXPECT_EQ(event(reading, 2)["currency"], "CAD");
  EXPECT_THAT(
      reading.rejects,
      ElementsAre("bad_currency total_revenue @5:164 1 the amount is in AUD, but the order, "
                  "or a row of it before, in CAD"));
}

TEST_F(MappingTest, DropsAMalformedTokenOrAddressAndSaysSo) {
  const Reading reading = read(dated("UTC", "utk = \"T\"\nip = \"IP\"\n"),
                               "Order,Email,Date,T,IP\n"
                               "1,,2024-01-01 00:00,60c2ccdfe4892f0fa0593940b12c11aa,192.0.2.7\n"
                               "2,a@example.com,2024-01-01 00:00,XYZ,192.0.2.7/80\n"
                               "3,,2024-01-01 00:00,XYZ,300.0.2.7\n"
                               "4,a@example.com,2024-01-01 00:00,-,-\n");
  EXPECT_EQ(reading.events.size(), 3U);
  EXPECT_FALSE(event(reading, 1).contains("utk"));
  EXPECT_FALSE(event(reading, 1).contains("ip"));
  EXPECT_THAT(reading.remarks, ElementsAre("bad_token @3:85", "bad_ip @3:85"));
  EXPECT_EQ(reading.rejects.size(), 1U);  // without its token, the third has no identity
}

TEST_F(MappingTest, TakesTheVisitorsOfTwoAddresses) {
  const Reading reading = read(dated("UTC", "ip = \"IP\"\n"),
                               "Order,Email,Date,IP\n"
                               "1,a@example.com,2024-01-01 00:00,192.0.2.7 - 198.51.100.4\n"
                               "2,a@example.com,2024-01-01 00:00,. - 2001:db8::1\n"
                               "3,a@example.com,2024-01-01 00:00, - 198.51.100.4\n"
                               "4,a@example.com,2024-01-01 00:00,unknown - unknown\n");
  EXPECT_EQ(event(reading, 0)["ip"], "192.0.2.7");
  EXPECT_EQ(event(reading, 1)["ip"], "2001:db8::1");
  EXPECT_EQ(event(reading, 2)["ip"], "198.51.100.4");
  EXPECT_FALSE(event(reading, 3).contains("ip"));
  EXPECT_EQ(reading.remarks.size(), 1U);
}

TEST_F(MappingTest, ReadsAZoneFromItsColumn) {
  const Pattern pattern = pattern_of(
      "occurred_at = { column = \"Date\", format = \"%F %H:%M\", zone_column = \"Zone\", zones = { "
      "PST = \"-08:00\" } }\n");
  const Reading reading = read(pattern,
                               "Order,Email,Date,Zone\n"
                               "1,a@example.com,2024-07-01 00:00,PST\n"
                               "2,a@example.com,2024-07-01 00:00,Europe/Berlin\n"
                               "3,a@example.com,2024-07-01 00:00,XYZ\n"
                               "4,a@example.com,2024-07-01 00:00,\n");
  EXPECT_EQ(event(reading, 0)["occurred_at"], "2024-07-01T08:00:00Z");
  EXPECT_EQ(event(reading, 1)["occurred_at"], "2024-06-30T22:00:00Z");
  EXPECT_THAT(
      reading.rejects,
      ElementsAre("bad_time_zone Date @4:106 1 the time zone \"XYZ\" is not known",
                  "bad_time_zone Date @5:143 1 Zone is empty, and the source names no time_zone"));
}

TEST_F(MappingTest, CountsOnlyRequestsThatSucceeded) {
  const auto line = [](const char* target, int status) {
    return std::string("192.0.2.7 - - [18/Sep/2025:23:18:28 -0400] \"GET ") + target +
           " HTTP/1.1\" " + std::to_string(status) + " 512 \"-\" \"Agent\" \"-\"\n";
  };
  constexpr const char* kSale = "/checkout/success?order=%237&email=ann+b%40example.com&total=1.5";
  const Reading reading =
      read(log_pattern(), line(kSale, 200) + line(kSale, 302) + line(kSale, 404) +
                              line(kSale, 500) + line("/x?u=/checkout/success", 200) +
                              line("/checkout/success/more", 200) + line("/other", 200));
  EXPECT_EQ(reading.events.size(), 2U);
  EXPECT_EQ(event(reading, 0)["email"], "ann+b@example.com");
  EXPECT_EQ(event(reading, 0)["order_number"], "7");
  EXPECT_EQ(event(reading, 0)["total_revenue"], "1.50");
  EXPECT_THAT(reading.skipped, ElementsAre(testing::Pair("failed_request", 2U),
                                           testing::Pair("not_a_conversion", 3U)));
}

/// A job that pastes its server's format, and lines of it.
class PastedFormat : public MappingTest {
 protected:
  static Pattern pasted(const std::string& settings,
                        const std::string& format =
                            R"($remote_addr [$time_local] "$request" $status "$http_referer" )"
                            R"("$http_user_agent" "$http_sec_purpose" "$http_cookie")") {
    TomlTable table = TomlTable::parse("log_format = '" + format + "'\n" + settings, "job.toml");
    Pattern pattern;
    EXPECT_TRUE(read_server_format(table, pattern));
    apply_source_settings(table, pattern);
    table.finish();
    return pattern;
  }
  static std::string complaint(const std::string& settings) {
    return error_of(ExitCode::usage, [&] { static_cast<void>(pasted(settings)); });
  }
  static std::string line(const std::string& request, const std::string& status = "200",
                          const std::string& agent = "Mozilla/5.0",
                          const std::string& purpose = "-", const std::string& referer = "-") {
    return "192.0.2.7 [18/Sep/2025:23:18:28 -0400] \"" + request + " HTTP/1.1\" " + status + " \"" +
           referer + "\" \"" + agent + "\" \"" + purpose +
           "\" \"a=b; hubspotutk=60c2ccdfe4892f0fa0593940b12c11aa\"\n";
  }
};

constexpr const char* kThanks = R"(
[purchase]
path         = ["/checkout/order-received/{order}/", "/thanks"]
order_number = ["path:order", "query:order"]
email        = "query:email"
)";

TEST_F(PastedFormat, TakesAnOrderFromThePathOfItsPage) {
  const Reading reading =
      read(pasted(kThanks),
           line("GET /checkout/order-received/%231001/?key=wc_order_x") +
               line("GET /thanks?order=1002") + line("GET /checkout/order-received//?order=1003") +
               line("GET /checkout/order-received/1/2/") + line("GET /shop/thanks?order=1004"));
  ASSERT_EQ(reading.events.size(), 2U);
  EXPECT_EQ(event(reading, 0)["order_number"], "1001");
  EXPECT_EQ(event(reading, 0)["utk"], "60c2ccdfe4892f0fa0593940b12c11aa") << "out of the cookies";
  EXPECT_EQ(event(reading, 1)["order_number"], "1002");
  EXPECT_THAT(reading.skipped, ElementsAre(testing::Pair("not_a_conversion", 3U)));
}

TEST_F(PastedFormat, TakesTheFirstAddressOfAListAndElseTheNextColumn) {
  const Pattern pattern =
      pasted(R"(
[purchase]
path         = "/thanks"
order_number = "query:order"
email        = "query:email"
ip           = ["$http_x_forwarded_for", "$remote_addr"]
[visitor]
path         = "/thanks"
session      = "query:order"
ip           = ["$http_x_forwarded_for", "$remote_addr"]
)",
             R"($http_x_forwarded_for $remote_addr [$time_local] "$request" $status)");
  const auto line = [](const std::string& addresses) {
    return addresses +
           " [18/Sep/2025:23:18:28 -0400] \"GET /thanks?order=1001&email=ann@example.com " +
           "HTTP/1.1\" 200\n";
  };
  const Reading reading =
      read(pattern, line("203.0.113.9, 10.0.0.1 192.0.2.7") + line("- 192.0.2.7") +
                        line("unknown 192.0.2.7") + line("203.0.113.9:4444 192.0.2.7") +
                        line("unknown, _x unix:") + line("- unix:"));
  ASSERT_EQ(reading.events.size(), 6U);
  EXPECT_EQ(event(reading, 0)["ip"], "203.0.113.9");
  EXPECT_EQ(event(reading, 1)["ip"], "192.0.2.7");
  EXPECT_EQ(event(reading, 2)["ip"], "192.0.2.7");
  EXPECT_EQ(event(reading, 3)["ip"], "203.0.113.9");
  EXPECT_THAT(reading.remarks, ElementsAre("bad_ip @5:445", "bad_ip @6:552"));
}

TEST_F(PastedFormat, IsOneEventHoweverOftenThePageIsReloaded) {
  const std::string visit = line("GET /thanks?order=1001&email=ann@example.com");
  const std::string again = line("GET /thanks?email=ann@example.com&order=1001", "304");
  const Reading reading = read(pasted(kThanks), visit + visit + again);
  ASSERT_EQ(reading.ids.size(), 3U);
  EXPECT_EQ(reading.ids[0], reading.ids[1]);
  EXPECT_EQ(reading.ids[0], reading.ids[2]) << "the store takes the first, and skips these";
}

TEST_F(PastedFormat, AsksForMethodsAndStatuses) {
  const Pattern pattern = pasted(std::string(kThanks) + R"(method = ["post", "PUT"]
status = ["303", "2xx"]
[registration]
path   = "/signed-up"
email  = "query:email"
when   = { "query:step" = "done" }
)");
  const Reading reading =
      read(pattern, line("POST /thanks?order=1", "303") + line("PUT /thanks?order=2", "204") +
                        line("GET /thanks?order=3") + line("post /thanks?order=4") +
                        line("POST /thanks?order=5", "302") + line("POST /thanks?order=6", "2") +
                        line("GET /signed-up?email=ann@example.com&step=done") +
                        line("GET /signed-up?email=ann@example.com&step=1"));
  EXPECT_EQ(reading.events.size(), 4U);
  EXPECT_EQ(event(reading, 3)["kind"], "registration");
  EXPECT_THAT(reading.skipped, ElementsAre(testing::Pair("failed_request", 2U),
                                           testing::Pair("not_a_conversion", 1U),
                                           testing::Pair("when:query:step", 1U)));
}

TEST_F(PastedFormat, TellsWhatIsNoVisit) {
  const char* sale = "GET /thanks?order=1001";
  const Reading reading =
      read(pasted(kThanks),
           line(sale, "200", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com)") +
               line(sale, "200", "curl/8.5.0") + line(sale, "200", "facebookexternalhit/1.1") +
               line(sale, "200", "Mozilla/5.0", "prefetch;prerender") +
               line(sale, "404", "Googlebot/2.1") + line("GET /other", "200", "Googlebot/2.1") +
               line(sale, "200", "Mozilla/5.0 (Linux; Android 9; CUBOT X19)"));
  EXPECT_EQ(reading.events.size(), 1U);
  EXPECT_THAT(reading.skipped,
              ElementsAre(testing::Pair("bot", 3U), testing::Pair("failed_request", 1U),
                          testing::Pair("not_a_conversion", 1U), testing::Pair("prefetch", 1U)));
  const auto skipped = [&](const std::string& agent) {
    return read(pasted(kThanks), line(sale, "200", agent)).skipped.contains("bot");
  };
  for (const char* program :
       {"ELB-HealthChecker/2.0", "kube-probe/1.28", "WhatsApp/2.23.20.0 A",
        "Amazon-Route53-Health-Check-Service (ref 7; report http://amzn.to/1vsZADi)",
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)",
        "PayPal IPN ( https://www.paypal.com/ipn )"}) {
    EXPECT_TRUE(skipped(program)) << program;
  }
  for (const char* browser :
       {"Mozilla/5.0 (Linux; Android 13; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 WhatsApp/2.23.20.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
        "Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/430.0.0]",
        "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 PayPal/8.50", "okhttp/4.12.0"}) {
    EXPECT_FALSE(skipped(browser)) << browser;
  }
  const Reading own = read(pasted("bots = '^Mozilla'" + std::string(kThanks)),
                           line(sale, "200", "Googlebot/2.1") + line(sale));
  EXPECT_THAT(own.skipped, ElementsAre(testing::Pair("bot", 1U)));
  const Reading all = read(pasted("bots = ''" + std::string(kThanks)), line(sale, "200", "curl/8"));
  EXPECT_EQ(all.events.size(), 1U);
}

TEST_F(PastedFormat, NeverReadsTheQueryOfAReferer) {
  const Reading reading =
      read(pasted(kThanks), line("GET /thanks?order=1", "200", "Mozilla/5.0", "-",
                                 "https://shop.example.com/thanks?order=2&email=eve@example.com"));
  EXPECT_EQ(event(reading, 0)["order_number"], "1");
  EXPECT_FALSE(event(reading, 0).contains("email"));
}

TEST_F(PastedFormat, ComplainsOfWhatIsNoPathMethodOrStatus) {
  const auto purchase = [](const std::string& key) {
    return complaint("[purchase]\n" + key + "\n");
  };
  EXPECT_THAT(purchase("path = 'thanks'"), HasSubstr("the path \"thanks\" must begin with /"));
  EXPECT_THAT(purchase("path = '/a-{order}'"),
              HasSubstr("the path \"/a-{order}\" has a {name} that is no whole segment: write it "
                        "between two /"));
  EXPECT_THAT(purchase("path = '/{Order}/'"),
              HasSubstr("has a brace that is no {name} of lower-case letters, digits and _"));
  EXPECT_EQ(
      purchase("path = '/checkout/{order'"),
      "job.toml:3:8: the path \"/checkout/{order\" has a { without a } behind it: write {order}");
  EXPECT_EQ(
      purchase("path = ['/thanks', '/checkout/order}']"),
      "job.toml:3:8: the path \"/checkout/order}\" has a } without a { before it: write {order}");
  EXPECT_EQ(
      purchase("path = '/checkout/success?order='"),
      "job.toml:3:8: the path \"/checkout/success?order=\" goes on behind the path of a request: "
      "write \"/checkout/success\". Its query is read by order_number = \"query:order\", and asked "
      "for by when = { \"query:step\" = \"done\" }");
  EXPECT_THAT(purchase("status = '2'"),
              HasSubstr(R"(a status is written like "302", or "2xx" for all of 200 to 299)"));
  EXPECT_THAT(complaint("bots = '('"), HasSubstr("\"(\" is no RE2 expression"));
}

TEST_F(PastedFormat, LosesNothingToAByteOrderMark) {
  const std::string sale = line("GET /thanks?order=1001&email=ann@example.com");
  const Reading reading = read(pasted(kThanks), "\xEF\xBB\xBF" + sale + sale);
  ASSERT_EQ(reading.events.size(), 2U);
  EXPECT_EQ(event(reading, 0)["ip"], "192.0.2.7");
  EXPECT_TRUE(reading.remarks.empty());
}

TEST_F(PastedFormat, CannotBeExportedAgain) {
  const Reading reading =
      read(pasted(kThanks), line("GET /thanks?order=%E9123&email=ann@example.com"));
  ASSERT_EQ(reading.rejects.size(), 1U);
  EXPECT_THAT(
      reading.rejects[0],
      HasSubstr(" order: \"\\xe9***\" is not UTF-8. The browser sent it so, and which "
                "letters it means nobody can tell: bring this purchase into HubSpot by hand"));
}

/// What [fields] say is every kind's; the parts of a path are those of one.
TEST(LinePatternFields, MayBePartsOfOneKindsPath) {
  EXPECT_NO_THROW(static_cast<void>(parse_pattern(R"(
name      = "own"
describes = "a log"
verified  = "invented"
[line]
format  = '$client [$time] "$request" $status'
request = "request"
status  = "status"
[fields]
occurred_at  = { column = "time", format = "%d/%b/%Y:%T %z" }
order_number = "path:order"
email        = "query:email"
[purchase]
path = "/thanks/{order}"
[registration]
path = "/signup"
[[sample]]
input  = "192.0.2.7 [18/Sep/2025:23:18:28 -0400] \"GET / HTTP/1.1\" 200"
events = []
)",
                                                  "p.toml")));
}

TEST_F(PastedFormat, ComplainsOfWhatStandsInNoLine) {
  const auto purchase = [](const std::string& keys) {
    return complaint("[purchase]\n" + keys + "\n");
  };
  EXPECT_EQ(purchase("email = 'quer:email'"),
            "job.toml:3:9: the log has no field \"quer:email\"; did you mean \"query:email\"?");
  EXPECT_EQ(purchase("email = ['$remote_adr', 'quer:email']"),
            "job.toml:3:9: the log has no field \"$remote_adr\"; did you mean \"$remote_addr\"?");
  EXPECT_EQ(
      purchase("email = 'Order E-Mail of the Customer'"),
      "job.toml:3:9: the log has no field \"Order E-Mail of the Customer\"; a parameter of the "
      "request is \"query:NAME\"");
  EXPECT_EQ(purchase("when = { 'querry:step' = 'done' }"),
            "job.toml:3:26: the log has no field \"querry:step\"; did you mean \"query:step\"?");
  const std::string without =
      "job.toml:4:16: no path here has a {order}, so that \"path:order\" is always empty: write "
      "path "
      "= "
      "\"/checkout/{order}\", for example";
  EXPECT_EQ(purchase("path = '/thanks/{number}'\norder_number = 'path:order'"), without);
  EXPECT_EQ(purchase("path = '/thanks'\norder_number = 'path:order'"), without);
  EXPECT_EQ(complaint("[visitor]\npath = '/thanks'\norder_number = 'path:order'"), without);
  EXPECT_THAT(purchase("path = '/x'\nextra = { key = 'path:order' }"),
              HasSubstr("job.toml:4:9: no path"));
  for (const char* keys : {"order_number = 'path:order'", "email = ['$no_such', 'query:email']",
                           "path = '/x'\norder_number = ['path:order', 'query:order']"}) {
    EXPECT_NO_THROW(static_cast<void>(pasted("[purchase]\n" + std::string(keys)))) << keys;
  }
}

}  // namespace
}  // namespace ordertail
