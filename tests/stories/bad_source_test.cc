// Files that are not what they should be: what is said, how it ends, and that the rest goes on.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

constexpr std::string_view kOneFile = R"(
[[source]]
files   = ["orders.csv"]
pattern = "shopify-orders"
)";

class BadSource : public testing::Test {
 protected:
  /// Imports, and expects this exit code and these words on standard error.
  void expect(int exit_code, const std::string& words) const {
    const Ended ended = shop.run({"import", "job.toml", "--json"});
    EXPECT_EQ(ended.exit_code, exit_code);
    EXPECT_EQ(ended.err, words);
    if (!ended.out.empty()) expect_balanced(Json::parse(ended.out));
  }
  void sources(const std::string& text) const {
    shop.write("job.toml", job_text({hubspot.url(), 1, 1, "", text}));
  }

  const sandbox::Server hubspot{sandbox::ServerOptions{}};
  const Shop shop{JobText{hubspot.url(), 1, 1, "", std::string(kOneFile)}};
};

TEST_F(BadSource, AMissingFileIsNamedAndTheOtherSourcesGoOn) {
  sources(std::string(kOneFile) + std::string(kLog));
  shop.write("shop.log", registration(1));
  expect(7, "cannot open orders.csv: No such file or directory\n");
  EXPECT_EQ(shop.totals(), "1/0/0/0");
}

TEST_F(BadSource, AGlobThatMatchesNothingIsToldButNoTrouble) {
  sources(std::string(kOrders));
  expect(0, "no file matches orders*\n");
}

TEST_F(BadSource, ADirectoryOrAFifoInPlaceOfAFileIsNotReadNorWaitedFor) {
  std::filesystem::create_directory(shop.path("orders.csv"));
  expect(7, "orders.csv is not a regular file\n");
  std::filesystem::remove(shop.path("orders.csv"));
  ASSERT_EQ(::mkfifo(shop.path("orders.csv").c_str(), 0600), 0);
  expect(7, "orders.csv is not a regular file\n");
}

TEST_F(BadSource, AnEmptyFileHoldsNothing) {
  shop.write("orders.csv", "");
  expect(0, "");
}

TEST_F(BadSource, ALineThatIsNotOfThePastedLogFormatSaysFromWhereOn) {
  sources(R"(
[[source]]
files      = ["shop.log"]
log_format = '$remote_addr [$time_local] "$request" $status "$cookie_hubspotutk"'
[source.purchase]
path         = "/ok"
order_number = "query:order"
email        = "query:email"
)");
  const auto line = [](int order, std::string_view status) {
    return fmt::format(
        "192.0.2.7 [18/Sep/2025:23:18:28 -0400] \"GET /ok?order={}&email=ann%40example.com\" {} "
        "\"60c2ccdfe4892f0fa0593940b12c11aa\"\n",
        order, status);
  };
  shop.write("shop.log", line(1001, "200") + line(1002, "200 512") + line(1003, "404"));
  expect(
      3,
      "shop.log:2: this line is not written as the pattern says, from its column 85 on: no ` \"` "
      "follows $status\n");
  EXPECT_EQ(shop.totals(), "1/0/0/0");
}

TEST_F(BadSource, FieldsOfALogFormatMayBeAbsentOrAsTheyStoodInTheUrl) {
  sources(R"(
[[source]]
files      = ["shop.log"]
log_format = '$remote_addr [$time_local] "$request" $status $arg_order $arg_email'
[source.purchase]
path         = "/ok"
order_number = "$arg_order"
email        = "$arg_email"
)");
  const auto line = [](std::string_view order, std::string_view email) {
    return fmt::format("192.0.2.7 [18/Sep/2025:23:18:28 -0400] \"GET /ok HTTP/1.1\" 200 {} {}\n",
                       order, email);
  };
  shop.write("shop.log", line("%231001", "ann%40example.com") + line("-", "bob%40example.com") +
                             line("1003 x", "cem%40example.com"));
  expect(3,
         "shop.log:2: a purchase needs an order number\n"
         "shop.log:3: this line is not written as the pattern says, from its column 68 on: a blank "
         "is in $arg_email, the last field\n");
  EXPECT_EQ(shop.totals(), "1/0/0/0");
  EXPECT_THAT(hubspot.leads_json(), testing::AllOf(testing::HasSubstr("\"ann@example.com\""),
                                                   testing::HasSubstr("\"1001\"")));
}

TEST_F(BadSource, AZipFileIsNamedAsOne) {
  shop.write("orders.csv", std::string("PK\003\004and so on"));
  expect(7, "orders.csv is a zip archive (or an Excel workbook): unpack it, or export as CSV\n");
}

TEST_F(BadSource, AGzipFileThatIsStillBeingWrittenIsSentWholeLater) {
  shop.write("orders.csv", orders(1, 400));
  ASSERT_EQ(shop.shell("gzip -c orders.csv > whole && head -c 1500 whole > orders.csv").exit_code,
            0);
  const Json faults = shop.report(7)["staged"]["faults"];
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0].get<std::string>(),
              testing::MatchesRegex("orders.csv: the gzip file is cut short \\(still being "
                                    "written\\?\\) after [0-9]+ decompressed bytes"));
  std::filesystem::rename(shop.path("whole"), shop.path("orders.csv"));
  shop.report(0);
  expect_each_once(hubspot, 400);
}

TEST_F(BadSource, AHeaderWithoutANeededColumnNamesTheNearest) {
  std::string text = orders(1, 2);
  text.replace(text.find("Created at"), 10, "Created on");
  shop.write("orders.csv", text);
  expect(7,
         "orders.csv:1: there is no column \"Created at\", which a purchase needs for its "
         "occurred_at; the nearest is \"Created on\"\n");
}

TEST_F(BadSource, AFileWithAnotherDelimiterIsToldAsOne) {
  std::string text = orders(1, 2);
  std::replace(text.begin(), text.end(), ',', ';');
  const std::string words =
      "the header looks delimited by semicolons, while the pattern {}reads commas: export the file "
      "with commas, or add {}delimiter = \";\" to the source\n";
  shop.write("orders.csv", text);
  expect(7,
         "orders.csv:1: there is no column \"Financial Status\", which a purchase needs for its "
         "when; " +
             fmt::format(fmt::runtime(words), "", ""));
  sources("[[source]]\nfiles = [\"orders.csv\"]\n");
  expect(7, "orders.csv: no pattern recognises this file: " +
                fmt::format(fmt::runtime(words), "shopify-orders, whose columns it has, ",
                            "pattern = \"shopify-orders\" and "));
  sources(std::string(kOneFile) + "delimiter = \";\"\n");
  expect(0, "");
  // Read with commas, what is quoted goes on after its quotes, and there is no header at all.
  shop.write("orders.csv", "\"Name\";\"Email\";\"Financial Status\"\n");
  sources(std::string(kOneFile));
  expect(7, "orders.csv:1: there is no readable header line; " +
                fmt::format(fmt::runtime(words), "", ""));
}

TEST_F(BadSource, Utf16WithoutAByteOrderMarkIsToldAsOne) {
  std::string wide;
  for (const char c : orders(1, 2)) wide += {c, '\0'};
  const std::string words =
      "the file looks like UTF-16 without a byte order mark: save it as UTF-8, or add charset = "
      "\"utf-16le\" to the source\n";
  shop.write("orders.csv", wide);
  expect(7,
         "orders.csv:1: there is no column \"Financial Status\", which a purchase needs for its "
         "when; " +
             words);
  sources("[[source]]\nfiles = [\"orders.csv\"]\n");
  expect(7, "orders.csv: no pattern recognises this file: " + words);
  sources(std::string(kOneFile) + "charset = \"utf-16le\"\n");
  expect(0, "");
  expect_each_once(hubspot, 2);
}

TEST_F(BadSource, PaypalWithoutDateOrderShowsTheLinesToAdd) {
  sources("[[source]]\nfiles = [\"activity.csv\"]\npattern = \"paypal-activity\"\n");
  shop.write("activity.csv",
             "\"Date\",\"Time\",\"TimeZone\",\"Name\",\"Type\",\"Status\",\"Currency\",\"Gross\","
             "\"Fee\",\"Net\",\"From Email Address\",\"To Email Address\",\"Transaction ID\","
             "\"Shipping and Handling Amount\",\"Sales Tax\",\"Invoice Number\"\n"
             "\"12/05/2025\",\"18:02:10\",\"PST\",\"Ida King\",\"Website Payment\",\"Completed\","
             "\"USD\",\"15.00\",\"-1.00\",\"14.00\",\"ida@example.com\",\"shop@example.com\","
             "\"8AB12345CD678901E\",\"0.00\",\"0.00\",\"2001\"\n");
  expect(7,
         "activity.csv: the dates in \"Date Time\" may be month first or day first, and nothing in "
         "the column proves which:\n"
         "  line 2: 12/05/2025 18:02:10 may be December 5 or 12 May\n"
         "Add to the [[source]] the line that is true of this file:\n"
         "  date_order = \"mdy\"   # 12/31/2025\n"
         "  date_order = \"dmy\"   # 31/12/2025\n");
  EXPECT_EQ(seen_by(hubspot).size(), 0U);
}

TEST_F(BadSource, BadRowsAreNamedAndTheOthersAreSent) {
  shop.write("orders.csv",
             orders(1, 2) +
                 "#91,ann@example.com,paid,,USD,1.00,2025-12-06,1,KE-1\n"
                 "#92,ann@example.com,paid,,USD,1;00,2025-12-06 10:00:00 -0500,1,KE-1\n"
                 "#93,ann.example.com,paid,,USD,1.00,2025-12-06 10:00:00 -0500,1,KE-1\n"
                 "#94,ann@example.com,paid,,USD,1.00\n"
                 "\"#95,ann@example.com,paid,,USD,1.00,2025-12-06 10:00:00 -0500,1,KE-1\n" +
                 order(96) + order(3) + order(4));
  expect(3,
         "orders.csv:4: Created at: \"2025-12-06\" is no time of the form YYYY-MM-DD HH:MM:SS "
         "+HHMM\n"
         "orders.csv:5: Subtotal: \"1;00\" is no amount written like 1234.56\n"
         "orders.csv:6: Email: \"a***\" is no e-mail address\n"
         "orders.csv:7: this row has 6 cells, the header has 9\n"
         "orders.csv:8: the quote that opens here is never closed; it may have been a row of order "
         "#96, which is rejected with it (2 rows of this order)\n");
  expect_each_once(hubspot, 4);
}

TEST_F(BadSource, ManyRejectsOfOneReasonAreCountedNotListed) {
  std::string text = orders(1, 1), words;
  for (int line = 3; line < 28; ++line) {
    text += "#91,nobody,paid,,USD,1.00,2025-12-06 10:00:00 -0500,1,KE-1\n";
    text += order(1);
  }
  shop.write("orders.csv", text);
  for (int i = 0; i < 10; ++i) {
    words += fmt::format("orders.csv:{}: Email: \"n***\" is no e-mail address\n", 3 + 2 * i);
  }
  expect(3, words + "... and 15 more: bad email\n");
}

TEST_F(BadSource, ABadTokenIsLeftOutOfItsEvent) {
  sources(std::string(kLog));
  std::string line = registration(7);
  line.replace(line.rfind('"') - 32, 32, "<script>alert(1)</script>");
  shop.write("shop.log", line);
  expect(0,
         "shop.log:1: the visitor token \"<***\" is not 32 lower-case hexadecimal digits; the "
         "event goes without it\n");
  const Json fields = Json::parse(hubspot.submissions_json())["submissions"][0]["fields"];
  EXPECT_EQ(fields["Email"], "visitor7@example.com");
  EXPECT_FALSE(fields.contains("UserToken"));
}

TEST_F(BadSource, RejectsGoToTheFileThatWasAskedFor) {
  shop.write("orders.csv", orders(1, 1) + "#2,ann@example.com,paid,,USD,1.00,now,1,KE-1\n");
  const Ended ended = shop.run({"import", "job.toml", "--rejects", "rejects.jsonl"});
  EXPECT_EQ(ended.exit_code, 3);
  const Ended cat = shop.shell("cat rejects.jsonl");
  EXPECT_EQ(Json::parse(cat.out),
            Json::parse(R"({"reject":"bad_date","field":"Created at","message":"Created at: )"
                        R"(\"now\" is no time of the form YYYY-MM-DD HH:MM:SS +HHMM","source":)"
                        R"({"file":"orders.csv","line":3,"byte":174}})"))
      << cat.out;
}

}  // namespace
}  // namespace ordertail::stories
