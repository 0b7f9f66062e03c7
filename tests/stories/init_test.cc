// A first job, from nothing but the files.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

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
  "two/odd\\[1].csv",
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
