// How files are read, and why, in words that a shop's people understand.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

constexpr std::string_view kPayPalHeader =
    "\"Date\",\"Time\",\"Type\",\"Status\",\"Gross\",\"Currency\",\"From Email Address\",\"Name\","
    "\"Transaction ID\",\"Sales Tax\",\"Shipping and Handling Amount\"\n";

std::string payment(const std::string& date) {
  return "\"" + date +
         "\",\"10:00:00\",\"Website Payment\",\"Completed\",\"1,653.75\",\"USD\","
         "\"ann@example.com\",\"Ann Lee\",\"8AB\",\"0.75\",\"\"\n";
}

class Explain : public testing::Test {
 protected:
  [[nodiscard]] std::string of(std::vector<std::string> arguments, int exit_code = 0) const {
    arguments.insert(arguments.begin(), "explain");
    const Ended ended = shop.run(arguments);
    EXPECT_EQ(ended.exit_code, exit_code) << ended.err;
    return ended.out;
  }
  /// The part of an explanation from the line `  title` up to the next such line.
  static std::string part(const std::string& text, const std::string& title) {
    const std::string begin = "\n  " + title + "\n";
    const std::size_t at = text.find(begin);
    if (at == text.npos) return "no part " + title + " in " + text;
    const std::size_t from = at + begin.size();
    std::size_t to = text.find('\n', from);
    while (to != text.npos && text.compare(to + 1, 4, "    ") == 0) to = text.find('\n', to + 1);
    return text.substr(from, to - from + 1);
  }

  const Shop shop{JobText{kNobody}};
};

TEST_F(Explain, TellsEverythingOfAnExport) {
  shop.write("orders.csv", orders(1, 1) +
                               "#2,bob@example.org,pending,,USD,2.50,2025-12-06 10:00:02 -0500,1,\n"
                               "#3,nobody,paid,,USD,3.50,2025-12-06 10:00:03 -0500,1,KE-1\n");
  EXPECT_EQ(of({"orders.csv"}),
            R"(orders.csv
  pattern shopify-orders: Shopify: Orders > Export
    recognised by its columns "Name", "Financial Status", "Lineitem quantity"
  written in ASCII; line ends: LF; commas between cells
    header before line 2, 9 columns: "Name", "Email", "Financial Status", "Cancelled at", "Currency", "Subtotal", "Created at", "Lineitem quantity", "Lineitem sku"
  fields, and what the first records hold
    order_number from "Name": #1 | #2 | #3
    email from "Email": c***@example.com | b***@example.org | n***
    phone: the file has no such column
    address: the file has no such column
    city: the file has no such column
    state: the file has no such column
    zip: the file has no such column
    country: the file has no such column
    currency from "Currency": USD | USD | USD
    name: the file has no such column
    skus from "Lineitem sku": KE-1 |  | KE-1
    total_revenue from "Subtotal": 1.50 | 2.50 | 3.50
  dates
    line 2: "2025-12-06 10:00:01 -0500" is December 6, 2025, 10:00:01 -05:00
    line 3: "2025-12-06 10:00:02 -0500" is December 6, 2025, 10:00:02 -05:00
    line 4: "2025-12-06 10:00:03 -0500" is December 6, 2025, 10:00:03 -05:00
  amounts
    "Subtotal": read like 1234.56, as declared
    every amount reads the same in any other way
  what would become of the first records
    line 2: purchase of order 1 by c***@example.com, 1.50 USD, without a visitor token
    line 3: skipped: not a sale by Financial Status
    line 4: rejected: Email: "n***" is no e-mail address
)");
}

TEST_F(Explain, ShowsPeoplesDataOnlyWhenAsked) {
  shop.write("a.csv", std::string(kPayPalHeader) + payment("12/31/2025"));
  const std::string masked = of({"a.csv", "--time-zone", "UTC"});
  const std::string whole = of({"a.csv", "--time-zone", "UTC", "--show-personal-data"});
  for (const char* secret : {"ann@", "Ann", "Lee"}) {
    EXPECT_EQ(masked.find(secret), std::string::npos) << secret;
    EXPECT_NE(whole.find(secret), std::string::npos) << secret;
  }
}

/// The columns of a file may not be what they are called.
TEST_F(Explain, MasksAnEmailAddressInAnyColumn) {
  shop.write("a.csv",
             "Name,Email,Financial Status,Cancelled at,Currency,Subtotal,Created at,Lineitem "
             "quantity,Lineitem sku,cat@example.com\n"
             "ann@example.com,ann@example.com,paid,,bob@example.com,1.00,2025-12-06 10:00:00 -0500,"
             "1,bob@example.com,\n"
             "2,ann@example.com,paid,,USD,bob@example.com,2025-12-06 10:00:00 -0500,1,KE-1,\n"
             "3,ann@example.com,paid,,USD,1.00,bob@example.com,1,KE-1,\n");
  const std::string text = of({"a.csv"});
  for (const char* secret : {"ann@", "bob@", "cat@"}) {
    EXPECT_EQ(text.find(secret), std::string::npos) << text;
  }
  EXPECT_NE(text.find(", \"Lineitem sku\", \"c***@example.com\"\n"), std::string::npos) << text;
  EXPECT_NE(part(text, "fields, and what the first records hold")
                .find("    order_number from \"Name\": a***@example.com | 2 | 3\n"),
            std::string::npos);
  EXPECT_EQ(part(text, "what would become of the first records"),
            "    line 2: purchase of order a***@example.com by a***@example.com, 1.00 "
            "B***@EXAMPLE.COM, without a visitor token\n"
            "    line 3: rejected: Subtotal: \"b***@example.com\" is no amount written like "
            "1234.56\n"
            "    line 4: rejected: Created at: \"b***@example.com\" is no time of the form "
            "YYYY-MM-DD HH:MM:SS +HHMM\n");
  EXPECT_NE(of({"a.csv", "--show-personal-data"}).find("order ann@example.com"), std::string::npos);
}

TEST_F(Explain, TellsWhatProvesTheOrderOfDates) {
  shop.write("a.csv", std::string(kPayPalHeader) + payment("03/04/2025") + payment("12/31/2025"));
  const std::string text = of({"a.csv", "--time-zone", "America/Chicago"});
  EXPECT_EQ(part(text, "dates"),
            "    line 2: \"03/04/2025 10:00:00\" is March 4, 2025, 10:00:00 -06:00\n"
            "    line 3: \"12/31/2025 10:00:00\" is December 31, 2025, 10:00:00 -06:00\n"
            "    day first or month first: proved month first by line 3: 12/31/2025 10:00:00 can "
            "only be December 31\n");
  EXPECT_EQ(part(text, "amounts"),
            "    \"Gross, Sales Tax, Shipping and Handling Amount\": read like 1,234.56, as "
            "declared\n"
            "    proved by line 2: \"1,653.75\" is written like 1,234.56\n");
}

TEST_F(Explain, GuessesNoOrderOfDates) {
  shop.write("a.csv", std::string(kPayPalHeader) + payment("03/04/2025"));
  EXPECT_EQ(part(of({"a.csv", "--time-zone", "UTC"}), "dates"),
            "    day first or month first: a.csv: the dates in \"Date Time\" may be month first or "
            "day first, and nothing in the column proves which:\n"
            "      line 2: 03/04/2025 10:00:00 may be March 4 or 3 April\n"
            "    Add to the [[source]] the line that is true of this file:\n"
            "      date_order = \"mdy\"   # 12/31/2025\n"
            "      date_order = \"dmy\"   # 31/12/2025\n");
  EXPECT_EQ(part(of({"a.csv", "--time-zone", "UTC", "--date-order", "dmy"}), "dates"),
            "    line 2: \"03/04/2025 10:00:00\" is April 3, 2025, 10:00:00 +00:00\n"
            "    day first or month first: declared day first\n");
}

TEST_F(Explain, TellsWhichRowsAreOneOrder) {
  shop.write("a.csv", orders_header() + order(7) + "#7,customer7@example.com,,,,,,2,MUG\n" +
                          "#7,customer7@example.com,,,,,,1,POT\n" +
                          "#7,customer7@example.com,,,,,,1,PAN\n" + order(8));
  EXPECT_EQ(part(of({"a.csv"}), "what would become of the first records"),
            "    line 2: purchase of order 7 by c***@example.com, 7.50 USD, without a visitor "
            "token, of 4 rows\n"
            "    line 3: goes with the order of line 2\n"
            "    line 4: goes with the order of line 2\n");
}

TEST_F(Explain, TellsWhyNoPatternReadsAFile) {
  shop.write("a.csv", "Name,Financial Status\n");
  EXPECT_EQ(
      of({"a.csv", "gone.csv"}, 7),
      "a.csv\n"
      "  a.csv: no pattern recognises this file. The nearest: shopify-orders, but the file "
      "lacks \"Lineitem quantity\". If it is one of them, export it again with these columns, in "
      "English, or say so in the source, as in `pattern = \"shopify-orders\"`, to hear which it "
      "cannot do without; else write one: patterns/README.md says how\n"
      "  written in ASCII; line ends: LF\n"
      "gone.csv\n"
      "  cannot open gone.csv: No such file or directory\n");
}

TEST_F(Explain, TellsWhereALineOfALogStopsBeingOne) {
  const std::string front =
      "192.0.2.7 - - [18/Sep/2025:23:18:28 -0400] \"GET / HTTP/1.1\" 200 5 \"";
  shop.write("shop.log", front + "-\" \"Mozilla/5.0\"\n" + front + "-\n");
  EXPECT_EQ(
      part(of({"shop.log", "--pattern", "nginx-combined"}),
           "what would become of the first records"),
      "    line 1: skipped: not a conversion\n"
      "    line 2: rejected: this line is not written as the pattern says, from its column 68 "
      "on: no `\" \"` follows $http_referer\n");
}

TEST_F(Explain, TellsWhatALogComesNearestTo) {
  const std::string good =
      "192.0.2.7 - - [18/Sep/2025:23:18:28 -0400] \"GET / HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0\"\n";
  const std::string advice =
      "or LogFormat = '...' (Apache), or write a pattern: patterns/README.md says how\n"
      "  written in ASCII; line ends: LF\n";
  shop.write("shop.log", good + good.substr(0, 67) + "-\n" + good);
  EXPECT_EQ(
      of({"shop.log"}, 7),
      "shop.log\n"
      "  shop.log: no pattern recognises this file, which looks like a log. The nearest is "
      "apache-combined or nginx-combined, which reads 2 of its first 3 lines; of line 2: this "
      "line is not written as the pattern says, from its column 68 on: no `\" \"` follows "
      "%{Referer}i. If it is that all the same, say so in the source, as in `pattern = "
      "\"apache-combined\"`, and look at the rest with `ordertail explain --pattern "
      "apache-combined`; if not, paste the server's own format into the source, as log_format = "
      "'...' (nginx) " +
          advice);
  shop.write(
      "caddy.log",
      "{\"ts\":1758251908.5,\"request\":{\"remote_ip\":\"192.0.2.7\",\"method\":\"GET\",\"uri\":"
      "\"/\"},\"status\":200}\nx\n");
  EXPECT_NE(
      of({"caddy.log"}, 7)
          .find(
              "The nearest is caddy-json, which reads 1 of its first 2 lines; of line 2: this line "
              "is not written as the pattern says: it is no JSON object from its column 1 on. If"),
      std::string::npos)
      << of({"caddy.log"}, 7);
}

TEST_F(Explain, ReadsAFileAsAJobSays) {
  shop.write("job.toml", job_text({kNobody, 1, 1, "", R"(
[[source]]
files      = ["logs/*.log"]
log_format = '[$time_local] "$request" $status $remote_addr'
[source.purchase]
path         = "/thanks"
order_number = "query:order"
email        = "query:email"
[[source]]
files = "*.csv"
)"}));
  shop.write(
      "logs/shop.log",
      "[18/Sep/2025:23:18:28 -0400] \"GET /thanks?order=7&email=ann@example.com HTTP/1.1\" 200 "
      "192.0.2.7\n");
  const std::string text = of({"--job", "job.toml", "logs/shop.log"});
  EXPECT_TRUE(
      text.starts_with("logs/shop.log\n"
                       "  pattern log_format: the server's own log format\n"
                       "    because job.toml says so\n"))
      << text;
  EXPECT_EQ(part(text, "what would become of the first records"),
            "    line 1: purchase of order 7 by a***@example.com, without a visitor token\n");
  EXPECT_EQ(
      of({"--job", shop.path("job.toml").string(), "logs"}),
      std::string(text).replace(text.find("because ") + 8, 8, shop.path("job.toml").string()));
  shop.write("orders.csv", orders(1, 1));
  EXPECT_EQ(of({"--job", "job.toml", "orders.csv"}), of({"orders.csv"}));
  shop.write("else/shop.log", "x\n");
  EXPECT_EQ(of({"--job", "job.toml", "else/shop.log", "gone.csv"}, 7),
            "else/shop.log\n  no source of job.toml means this file\n"
            "gone.csv\n  cannot open gone.csv: No such file or directory\n");
  const Ended both = shop.run({"explain", "--job", "job.toml", "--pattern", "x", "orders.csv"});
  EXPECT_EQ(both.exit_code, 2);
  EXPECT_EQ(both.err,
            "ordertail: --job and --pattern exclude each other; see `ordertail explain --help`\n");
}

TEST_F(Explain, TakesFoldersAsInitDoes) {
  shop.write("exports/b.csv", orders(1, 1));
  shop.write("exports/a.csv", orders(1, 1));
  shop.write("exports/more/c.csv", orders(1, 1));
  shop.write("exports/.hidden.csv", orders(1, 1));
  std::filesystem::create_directory(shop.path("empty"));
  EXPECT_EQ(of({"exports"}), of({"exports/a.csv", "exports/b.csv", "exports/more/c.csv"}));
  EXPECT_EQ(of({"empty"}, 7), "empty\n  there is no file in this folder\n");
  std::filesystem::remove(shop.path("job.toml"));
  EXPECT_EQ(of({"."}), of({"exports"}));
}

TEST_F(Explain, RefusesWhatNoSourceCouldSay) {
  const auto complaint = [&](const std::string& option, const std::string& value) {
    const Ended ended = shop.run({"explain", "job.toml", option, value});
    EXPECT_EQ(ended.exit_code, 2);
    return ended.err;
  };
  EXPECT_EQ(complaint("--time-zone", "Mars"),
            "ordertail: --time-zone \"Mars\" is no time zone; write one such as America/New_York; "
            "see `ordertail explain --help`\n");
  EXPECT_EQ(complaint("--date-order", "myd"),
            "ordertail: --date-order \"myd\" is none of mdy, dmy and ymd; see `ordertail explain "
            "--help`\n");
  EXPECT_EQ(complaint("--numbers", "1_000"),
            "ordertail: --numbers \"1_000\" is none of 1234.56, 1,234.56, 1.234,56, 1 234,56 and "
            "1234,56; see `ordertail explain --help`\n");
}

}  // namespace
}  // namespace ordertail::stories
