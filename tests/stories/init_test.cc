// A first job, from nothing but the files.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

class Init : public testing::Test {
 protected:
  Init() { std::filesystem::remove(shop.path("job.toml")); }

  [[nodiscard]] Ended shell(const std::string& line) const {
    return shop.shell("export TZ=America/Chicago; " + line);
  }
  /// What the draft for these files says of its sources, and of files not read.
  [[nodiscard]] std::string sources(const std::string& files) const {
    const Ended ended = shell("$ordertail init " + files);
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    return ended.out.substr(ended.out.find("\n[[source]]"));
  }

  const Shop shop{JobText{kNobody}};
};

TEST_F(Init, WritesAJobThatRuns) {
  shop.write("orders.csv", orders(1, 5));
  shop.write("logs/shop.log", registration(1) + registration(2));
  shop.write("logs/shop.log.1", registration(3));
  const Ended run = shell(
      "$ordertail init . > job.toml && $ordertail check job.toml --offline --json > check.json && "
      "$ordertail import job.toml --dry-run --json");
  ASSERT_EQ(run.exit_code, 0) << run.out << run.err;
  const Json staged = Json::parse(run.out)["staged"];
  EXPECT_EQ(staged["purchases"], 5);
  EXPECT_EQ(staged["events"], 8);
}

TEST_F(Init, MakesAGlobOnlyWhereItMeansNothingElse) {
  shop.write("one/a.csv", orders(1, 1));
  shop.write("one/b.csv", orders(2, 2));
  shop.write("two/a.csv", orders(3, 3));
  shop.write("two/other.csv", "Who,Knows\n");
  shop.write("two/odd[1].csv", orders(4, 4));
  EXPECT_EQ(sources("one two"),
            R"(
[[source]]
# Shopify: Orders > Export
files   = [
  "one/*.csv",
  "two/a.csv",
  "two/odd\\[[0-9]*].csv",
]
pattern = "shopify-orders"

# Not read:
# two/other.csv: no pattern recognises this file, nor has any a column in common with it. Name its pattern in the source, as in `pattern = "shopify-orders"` (`ordertail patterns` lists them; a file without a header line is never recognised), or write one: patterns/README.md says how
)");
  EXPECT_EQ(sources("one/a.csv"), R"(
[[source]]
# Shopify: Orders > Export
files   = ["one/a.csv"]
pattern = "shopify-orders"
)");
}

std::string combined_line() {
  return "192.0.2.7 - - [18/Sep/2025:23:18:28 -0400] \"GET / HTTP/1.1\" 200 5 \"-\" "
         "\"Mozilla/5.0\"\n";
}

std::string iis_lines() {
  return "#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status\n"
         "2025-09-19 03:18:28 192.0.2.7 GET / - 200\n";
}

/// Names of files, and what a job calls them.
struct NamedSeries {
  std::vector<std::string> names;
  std::string files;
};

TEST_F(Init, NamesLogsSoThatThoseToComeAreRead) {
  const std::vector<NamedSeries> all{
      {{"u_ex250919.log", "u_ex250920.log"}, "u_ex*.log*"},
      {{"u_ex250919.log"}, "u_ex*.log*"},
      {{"u_ex2509.log"}, "u_ex*.log*"},
      {{"u_extend1.log", "u_extend2.log"}, "u_extend*.log*"},
      {{"E1ABC.2025-09-19-03.abcd1234.gz", "E1ABC.2025-09-19-03.ffff1234.gz"}, "E1ABC.*"},
      {{"E1ABC.2025-09-19-03.abcdefab.gz"}, "E1ABC.*"},
      {{"access.2025-09-18.log", "access.2025-09-19.log"}, "access.*.log*"},
      {{"access.20250918.log"}, "access.*.log*"},
      {{"access.1758153600.log"}, "access.*.log*"},
      {{"access.18-09-2025.log"}, "access.*.log*"},
      {{"access.1.log", "access.2.log"}, "access.*.log*"},
      {{"shop-2025-09-18-access.log"}, "shop-*-access.log*"},
      {{"2025-09-18.log"}, "[0-9]*.log*"},
      {{"traffic-2025-09-18.txt"}, "traffic-*.txt*"},
      {{"traffic-abcd1234", "traffic-ffff1234"}, "traffic-*"},
      {{"access_log.2025-09-18", "access_log.2025-09-19"}, "access_log*"},
      {{"access_log", "access_log-20250919"}, "access_log*"},
      {{"localhost_access_log.2025-09-18.txt"}, "localhost_access_log*"},
      {{"access.log", "access.log-20250918", "access.log.1", "access.log.2.gz"}, "access.log*"},
      {{"traffic.txt", "traffic.txt.1"}, "traffic.txt*"},
      {{"123456789012_elasticloadbalancing_us-east-1_app.lb.abc_20250919T0000Z_192.0.2.1_x.log.gz",
        "123456789012_elasticloadbalancing_us-east-1_app.lb.abc_20250919T0005Z_192.0.2.9_y.log."
        "gz"},
       "123456789012_elasticloadbalancing_us-east-1_app.lb.abc_*.log*"},
      {{"123456789012_elasticloadbalancing_us-east-1_app.lb.abc_20250919T0000Z_192.0.2.1_x.log.gz"},
       "123456789012_elasticloadbalancing_us-east-1_app.lb.abc_*.log*"},
      {{"2025/09/18/access.log", "2025/10/01/access.log"}, "[0-9]*/[0-9]*/[0-9]*/access.log*"},
  };
  for (const auto& [names, files] : all) {
    std::filesystem::remove_all(shop.path("logs"));
    for (const std::string& name : names) shop.write("logs/" + name, combined_line());
    EXPECT_NE(sources("logs").find("\nfiles   = [\"logs/" + files + "\"]\npattern = "),
              std::string::npos)
        << files << sources("logs");
  }
}

/// Nothing in the folder is read by another's pattern, or by none.
TEST_F(Init, NamesLogsSoThatNoOthersAreRead) {
  shop.write("logs/access_log", combined_line());
  shop.write("logs/access_log-20250918", combined_line());
  shop.write("logs/access_log_ssl", iis_lines());
  shop.write("logs/shop-2025-09-18.log", combined_line());
  shop.write("logs/shop-error.log", "nothing\n");
  shop.write("logs/u_ex250919.log", iis_lines());
  EXPECT_NE(sources("logs").find(R"(
files   = [
  "logs/access_log",
  "logs/access_log[-._][0-9]*",
  "logs/shop-[0-9]*.log*",
]
)"),
            std::string::npos)
      << sources("logs");
  EXPECT_NE(sources("logs").find(R"(
files   = [
  "logs/access_log_ssl",
  "logs/u_ex*.log*",
]
)"),
            std::string::npos)
      << sources("logs");
}

/// Lines that begin with the host's name are lines of a log without it, too, with a wrong address.
TEST_F(Init, NamesThePatternThatFindsTheVisitorsAddress) {
  shop.write("logs/access.log", combined_line());
  shop.write("logs/other_vhosts_access.log", "shop.example.com:443 " + combined_line());
  const std::string text = sources("logs");
  EXPECT_NE(text.find("\nfiles   = [\"logs/access.log*\"]\npattern = \"apache-combined\"\n# check "
                      "this: it may as well be nginx-combined\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\nfiles   = [\"logs/other_vhosts_access.log*\"]\npattern = "
                      "\"apache-vhost-combined\"\n["),
            std::string::npos)
      << text;
}

/// A log that was rotated a moment ago has no line yet.
TEST_F(Init, NamesALogThatIsEmptyNow) {
  shop.write("logs/access.log", "");
  shop.write("logs/access.log.1", combined_line());
  EXPECT_NE(sources("logs").find("\nfiles   = [\"logs/access.log*\"]\n"), std::string::npos);
}

TEST_F(Init, NamesExportsByWhatIsNoNumberWhereTheFolderHasOthers) {
  shop.write("exports/orders_export_1.csv", orders(1, 1));
  shop.write("exports/orders_export_2.csv", orders(2, 2));
  shop.write("exports/other.csv", "Who,Knows\n");
  EXPECT_NE(sources("exports").find("\nfiles   = [\"exports/orders_export_[0-9]*.csv\"]\n"),
            std::string::npos)
      << sources("exports");
}

TEST_F(Init, SaysWhereLaterFilesAreNotRead) {
  shop.write("logs/u_extend1.log", combined_line());
  const auto comment = [](const std::string& glob) {
    return "\n# check this: \"" + glob +
           "\" means one file. If the digits in its name change, later files are not read: write * "
           "in their place\nfiles   = [\"" +
           glob + "\"]\n";
  };
  EXPECT_NE(sources("logs").find(comment("logs/u_extend1.log*")), std::string::npos);
  EXPECT_NE(sources("logs/u_extend1.log").find(comment("logs/u_extend1.log")), std::string::npos);
  shop.write("logs/u_extend2.log", combined_line());
  EXPECT_EQ(sources("logs").find("means one file"), std::string::npos);
}

TEST_F(Init, MarksWhatTheFilesCannotTell) {
  const std::string header =
      "Date,Time,Type,Status,Gross,Currency,From Email Address,Transaction ID,Sales Tax,Shipping "
      "and Handling Amount\n";
  const std::string row =
      "03/04/2025,10:00:00,Website Payment,Completed,5.00,USD,a@example.com,8AB,,\n";
  shop.write("paypal/a.csv", header + row);
  EXPECT_EQ(sources("paypal"), R"(
[[source]]
# PayPal: Activity > Download, English, 2018 and later
files   = ["paypal/*.csv"]
pattern = "paypal-activity"
time_zone = "America/Chicago"   # check this: where the times in these files are local; they do not say
# check this: these files are refused until the source says it.
# paypal/a.csv: the dates in "Date Time" may be month first or day first, and nothing in the column proves which:
#   line 2: 03/04/2025 10:00:00 may be March 4 or 3 April
# Add to the [[source]] the line that is true of this file:
#   date_order = "mdy"   # 12/31/2025
#   date_order = "dmy"   # 31/12/2025
)");
  shop.write("paypal/a.csv", header + row + "31/01" + row.substr(5));
  EXPECT_NE(sources("paypal").find("\n# Dates are read day first, which is proved:\n"
                                   "# paypal/a.csv, line 3: 31/01/2025 10:00:00 can only be 31 "
                                   "January\n"),
            std::string::npos);
}

TEST_F(Init, PutsFilesThatCompleteEachOtherIntoOneSource) {
  // The customers are registrations of their own, too.
  shop.write("volusion/Orders.csv",
             "orderid,customerid,orderstatus,orderdate,paymentamount,totalshippingcost,salestax1,"
             "salestax2,salestax3,total_payment_received\n");
  shop.write("volusion/Customers.csv", "customerid,accesskey,emailaddress,createddate\n");
  const std::string text = sources("volusion");
  const std::size_t orders = text.find("# volusion/Customers.csv completes the others\n");
  ASSERT_NE(orders, std::string::npos) << text;
  EXPECT_NE(text.find("files   = [\"volusion/*.csv\"]\npattern = \"volusion-orders\"\n"),
            std::string::npos)
      << text;
}

TEST_F(Init, WritesASourceForEachSectionThatAPatternReads) {
  const std::string sample = std::string(SAMPLES_DIRECTORY) + "/xcart4-orders/export.csv";
  const std::string text = sources(sample);
  EXPECT_NE(text.find("pattern = \"xcart4-orders\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("pattern = \"xcart4-users\"\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("# Not read"), std::string::npos) << text;
}

TEST_F(Init, SaysTheDelimiterOfAFileThatWasSavedAgain) {
  std::string saved = orders(1, 2);
  std::replace(saved.begin(), saved.end(), ',', ';');
  shop.write("resaved.csv", saved);
  EXPECT_EQ(sources("resaved.csv"), R"(
[[source]]
# Shopify: Orders > Export
files   = ["resaved.csv"]
pattern = "shopify-orders"
delimiter = ";"   # not the pattern's own
)");
  const Ended run = shell(
      "$ordertail init resaved.csv > job.toml && $ordertail import job.toml --dry-run --json");
  ASSERT_EQ(run.exit_code, 0) << run.out << run.err;
  EXPECT_EQ(Json::parse(run.out)["staged"]["purchases"], 2);
}

/// The exports that people take for another are known, so that they are told what these lack.
TEST_F(Init, SaysWhyAnExportCannotBeUsed) {
  const std::string reason =
      "Shopify: Customers > Export: it has no date of registration; the customers who bought are "
      "in Orders > Export\n";
  shop.write("customers.csv",
             "First Name,Last Name,Email,Accepts Email Marketing,Total Spent,Total Orders\n");
  const Ended ended = shell("$ordertail init customers.csv");
  EXPECT_EQ(ended.exit_code, 7);
  EXPECT_TRUE(ended.out.ends_with("\n# Not read:\n# customers.csv: " + reason)) << ended.out;
  const Ended explained = shell("$ordertail explain customers.csv");
  EXPECT_EQ(explained.exit_code, 7);
  EXPECT_TRUE(explained.out.ends_with(
      "  it cannot be used: it has no date of registration; the customers who bought are in Orders "
      "> Export\n"))
      << explained.out;
  shop.write("job.toml", job_text({kNobody, 1, 1, "", "[[source]]\nfiles = \"customers.csv\"\n"}));
  const Ended run = shell("$ordertail import job.toml --dry-run");
  EXPECT_EQ(run.exit_code, 7);
  EXPECT_EQ(run.err, "customers.csv: " + reason);
}

TEST_F(Init, SaysWhyThereIsNothingToRead) {
  shop.write("a.csv", "");
  const Ended ended = shell("$ordertail init a.csv");
  EXPECT_EQ(ended.exit_code, 7);
  EXPECT_TRUE(ended.out.ends_with("\n# Not read:\n# a.csv: the file is empty\n")) << ended.out;
  EXPECT_EQ(ended.err,
            "ordertail: there is no file here that a pattern reads, so the job has no source yet; "
            "the job's last lines say why\n");
  const Ended gone = shell("$ordertail init gone");
  EXPECT_EQ(gone.exit_code, 7);
  EXPECT_EQ(gone.err, "ordertail: cannot open gone: No such file or directory\n");
}

}  // namespace
}  // namespace ordertail::stories
