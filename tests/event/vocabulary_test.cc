// What pattern authors can say of an event, shown by what comes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "event/reading.h"
#include "event/sample_check.h"
#include "expect_error.h"

namespace ordertail {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

/// `purchase` begins in line 7.
std::string text_of(const std::string& csv, const std::string& purchase) {
  return "name = \"p\"\ndescribes = \"d\"\nverified = \"v\"\n[csv]\n" + csv + "\n[purchase]\n" +
         purchase + "\n[[sample]]\ninput = \"\"\n";
}
std::string refusal(const std::string& csv, const std::string& purchase) {
  return error_of(ExitCode::usage, [&] { (void)parse_pattern(text_of(csv, purchase), "p.toml"); });
}

class VocabularyTest : public testing::Test {
 protected:
  /// Files with the columns Order, Email and Date, and more.
  Reading read(const std::string& purchase, const std::string& text, const std::string& csv = "") {
    const std::string known =
        "order_number = \"Order\"\nemail = \"Email\"\n" +
        std::string(purchase.find("occurred_at") == purchase.npos
                        ? "occurred_at = { column = \"Date\", format = \"%F\", zone = \"UTC\" }\n"
                        : "");
    const Pattern pattern = parse_pattern(text_of(csv, known + purchase), "p.toml");
    return Reader(pattern).read(directory_.write("o.csv", text));
  }
  /// A field of the events, in order.
  static std::vector<std::string> field(const Reading& reading, const std::string& key) {
    std::vector<std::string> values;
    for (const std::string& line : reading.events) {
      const auto event = nlohmann::json::parse(line.substr(line.find('{')));
      const auto& holder = event.contains(key) || !event.contains("extra") ? event : event["extra"];
      const auto value = holder.value(key, nlohmann::json());
      values.push_back(value.is_string() ? value.get<std::string>() : value.dump());
    }
    return values;
  }

  TemporaryDirectory directory_;
  const std::string row_ = ",ann@example.com,2024-01-01,";
};

TEST_F(VocabularyTest, TakesAConstantAndTheFirstOfAllThatFit) {
  const Reading reading = read(
      "currency = \"constant:EUR\"\nphone = [\"Phone *\", \"constant:none\"]\n"
      "extra = { branch = \"constant:north\" }",
      "Order,Email,Date,Phone day,Phone night\n1" + row_ + ",2\n2" + row_ + ",\n3" + row_ +
          "1,2\n");
  EXPECT_THAT(field(reading, "currency"), ElementsAre("EUR", "EUR", "EUR"));
  EXPECT_THAT(field(reading, "phone"), ElementsAre("2", "none", "1"));
  EXPECT_THAT(field(reading, "branch"), ElementsAre("north", "north", "north"));
}

TEST_F(VocabularyTest, TakesEverySkuOfAllThatFit) {
  const std::string text = "Order,Email,Date,Model 2,Model 1,Other\n1" + row_ + "B,A,C\n2" + row_ +
                           ",A,C\n3" + row_ + ",,C\n";
  EXPECT_THAT(field(read("skus = [\"Model *\", \"Other\"]", text), "skus"),
              ElementsAre(R"(["B","A"])", R"(["A"])", R"(["C"])"));
  EXPECT_THAT(field(read("skus = [\"Model 2\", \"Model 1\"]", text), "skus"),
              ElementsAre(R"(["B"])", R"(["A"])", "null"));
}

TEST_F(VocabularyTest, UnpacksSkus) {
  const std::string text = "Order,Email,Date,i1,i2\n1" + row_ +
                           "name:X|sku: A12 |quantity:1,name:Y|sku:|quantity:1\n2" + row_ +
                           ",sku:B|sku:C\n3" + row_ + "none,\n";
  EXPECT_THAT(field(read("skus = { column = \"i*\", each = 'sku:([^|]*)' }", text), "skus"),
              ElementsAre(R"(["A12"])", R"(["B","C"])", "null"));
  EXPECT_THAT(field(read("skus = { column = \"i2\", each = '([A-C]?)' }", text), "skus"),
              ElementsAre("null", R"(["B","C"])", "null"));
  EXPECT_EQ(refusal("", "skus = { column = \"i\", each = 'sku:(a)|(b)' }"),
            "p.toml:7:31: the expression must have exactly one group, which is the SKU; write "
            "(?:...) for any other");
  EXPECT_EQ(refusal("", "skus = { each = '(a)' }"),
            "p.toml:7:8: packed SKUs need the key \"column\"");
  EXPECT_THAT(refusal("", "skus = { column = \"i\", each = '(' }"),
              HasSubstr("p.toml:7:31: \"(\" is no RE2 expression: missing )"));
}

TEST_F(VocabularyTest, AddsToAnAmountAndTakesOffAllThatFit) {
  const std::string money =
      "total_revenue = { column = \"Net\", plus = \"Fee\", minus = [\"Tax *\", \"Post*\"] }";
  const Reading reading = read(money, "Order,Email,Date,Net,Fee,Tax 1,Tax 2\n1" + row_ +
                                          "10,5,1,0.5\n2" + row_ + "10,,,\n3" + row_ + ",5,1,1\n");
  EXPECT_THAT(field(reading, "total_revenue"), ElementsAre("13.50", "10.00", "null"));
  EXPECT_EQ(error_of(ExitCode::source, [&] { (void)read(money, "Order,Email,Date,Net,Tax 1\n"); }),
            "o.csv:1: there is no column \"Fee\", which a purchase needs for its total_revenue");
}

TEST_F(VocabularyTest, TakesTheFirstAlternativeThatTheFileHas) {
  const std::string both =
      "total_revenue = [{ column = \"Net\" }, { column = \"Total\", minus = \"Tax\" }]\n"
      "occurred_at = [{ column = \"UTC\", format = \"%F\", zone = \"UTC\" }, "
      "{ column = [\"Day\", \"Time\"], format = \"%F %H\", zone = \"-01:00\" }]";
  const std::string mail = ",ann@example.com,";
  const Reading first =
      read(both, "Order,Email,UTC,Day,Time,Total,Tax,Net\n1" + mail + "2024-01-01,,,9,1,7\n");
  EXPECT_THAT(field(first, "total_revenue"), ElementsAre("7.00"));
  EXPECT_THAT(field(first, "occurred_at"), ElementsAre("2024-01-01T00:00:00Z"));
  const Reading second =
      read(both, "Order,Email,Day,Time,Total,Tax\n1" + mail + "2024-01-01,05,9,1\n");
  EXPECT_THAT(field(second, "total_revenue"), ElementsAre("8.00"));
  EXPECT_THAT(field(second, "occurred_at"), ElementsAre("2024-01-01T06:00:00Z"));
  EXPECT_EQ(error_of(ExitCode::source, [&] { (void)read(both, "Order,Email,Day,Time,Total\n"); }),
            "o.csv:1: there is no column \"Net\", which a purchase needs for its total_revenue");
  EXPECT_EQ(error_of(ExitCode::source, [&] { (void)read(both, "Order,Email,Net,Day\n"); }),
            "o.csv:1: there is no column \"UTC\", which a purchase needs for its occurred_at");
}

TEST_F(VocabularyTest, ReadsATimeByTheFirstFormatThatFits) {
  const Reading reading = read(
      "occurred_at = { column = \"Date\", format = [\"%F %T\", \"%d-%m-%Y\"], zone = \"UTC\" }",
      "Order,Email,Date\n1,a@example.com,2020-03-19 06:40:32\n2,a@example.com,16-05-2018\n"
      "3,a@example.com,2018/05/16\n");
  EXPECT_THAT(field(reading, "occurred_at"),
              ElementsAre("2020-03-19T06:40:32Z", "2018-05-16T00:00:00Z"));
  EXPECT_THAT(reading.rejects, ElementsAre(HasSubstr("is no time of the form YYYY-MM-DD HH:MM:SS "
                                                     "or DD-MM-YYYY")));
}

TEST_F(VocabularyTest, TakesTheCurrencyFromTheAmountWhenNothingElseSays) {
  const Reading reading = read("total_revenue = \"Total\"\ncurrency = \"Currency\"",
                               "Order,Email,Date,Total,Currency\n1" + row_ + "EUR 7.50,\n2" + row_ +
                                   "$7.50,CHF\n3" + row_ + "$7.50,\n4" + row_ + "EUR 7.50,CHF\n");
  EXPECT_THAT(field(reading, "total_revenue"), ElementsAre("7.50", "7.50", "7.50"));
  EXPECT_THAT(field(reading, "currency"), ElementsAre("EUR", "CHF", "null"));
  EXPECT_EQ(reading.rejects.size(), 1U) << "one order in two currencies";
}

TEST_F(VocabularyTest, JudgesAValueBeforeAStarThatMeansAllOthers) {
  const std::string text = "Order,Email,Date,A,B\n1" + row_ + "paid,\n2" + row_ + "Late,\n3" +
                           row_ + "other,\n4" + row_ + ",\n5" + row_ + "paid,off\n6" + row_ +
                           "paid,x\n";
  const Reading reading = read(
      "[purchase.when]\nA = { is = \"paid\", unpaid = \"*\", late = \"late\" }\n"
      "B = { odd = \"off\", not = \"x\" }",
      text);
  EXPECT_THAT(field(reading, "order_number"), ElementsAre("1"));
  EXPECT_THAT(reading.skipped, ElementsAre(Pair("late", 1U), Pair("odd", 1U), Pair("unpaid", 1U),
                                           Pair("when:A", 1U), Pair("when:B", 1U)));
  const Reading any = read("[purchase.when]\nA = { is = \"*\", late = [\"late\", \"\"] }", text);
  EXPECT_THAT(field(any, "order_number"), ElementsAre("1", "3", "5", "6"));
  EXPECT_EQ(refusal("", "when = { A = { Refunded = \"x\" } }"),
            "p.toml:7:27: \"Refunded\" is no reason: write one in lower-case letters and _");
  EXPECT_EQ(refusal("", "when = { A = { above = \"0\", is = \"x\" } }"),
            "p.toml:7:29: unknown key \"is\" in [purchase.when.A]");
}

TEST_F(VocabularyTest, NeverWithdrawsARegistration) {
  const Pattern pattern = parse_pattern(
      "name = \"p\"\ndescribes = \"d\"\nverified = \"v\"\n[csv]\n[registration]\nemail = "
      "\"Email\"\n"
      "order_number = \"Order\"\nwhen = { State = { refunded = \"x\" } }\n"
      "[[sample]]\ninput = \"\"\n",
      "p.toml");
  const Reading reading =
      Reader(pattern).read(directory_.write("r.csv", "Order,Email,State\n1,a@example.com,x\n"));
  EXPECT_THAT(reading.withdrawn, ElementsAre());
  EXPECT_THAT(reading.skipped, ElementsAre(Pair("refunded", 1U)));
}

TEST_F(VocabularyTest, NeverReadsWhatIsDropped) {
  const std::string drop = "drop = [\"Card *\"]";
  const char* what = "the column \"card No\" is one that \"drop\" says is never read";
  for (const char* key : {"phone = ", "phone = [\"A\", ", "skus = ", "total_revenue = ",
                          "extra.x = ", "total_revenue = { column = \"A\", minus = ",
                          "occurred_at = { format = \"%F\", column = "}) {
    const std::string open = key;
    const std::string close = open.find('[') != open.npos   ? "]"
                              : open.find('{') != open.npos ? " }"
                                                            : "";
    EXPECT_THAT(refusal(drop, open + "\"card No\"" + close), HasSubstr(what)) << key;
  }
  EXPECT_THAT(refusal(drop, "when = { \"card No\" = \"x\" }"), HasSubstr(what));
  const Reading reading =
      read("phone = \"*No\"", "Order,Email,Date,Card No,Shoe No\n1" + row_ + "4111,43\n", drop);
  EXPECT_THAT(field(reading, "phone"), ElementsAre("43"));
}

TEST(SampleCheck, ComparesCounts) {
  const std::string pattern =
      "name = \"p\"\ndescribes = \"d\"\nverified = \"v\"\n[csv]\ncharset = \"utf-8\"\n"
      "[[companion]]\nname = \"c\"\nkey = \"k\"\nmatch = \"Order\"\nrecognise = \"k\"\n"
      "[purchase]\norder_number = \"Order\"\nemail = \"Email\"\n"
      "occurred_at = { column = \"Date\", format = \"%F\", zone = \"UTC\" }\n"
      "when = { State = { refunded = \"r\", unpaid = \"u\" } }\n"
      "[[sample]]\ncompanions = { c = \"k\" }\ninput = '''\nOrder,Email,Date,State\n"
      "1,a@example.com,2024-01-01,r\n2,a@example.com,2024-01-01,u\n,,,\n'''\n";
  const auto complaints = [&](const std::string& expected) {
    return check_samples({"p", "p.toml", pattern + expected}).complaints;
  };
  EXPECT_THAT(complaints("withdrawn = 1\n"), ElementsAre());
  EXPECT_THAT(complaints("withdrawn = 1\nskipped = { blank_row = 1, unpaid = 1 }\n"),
              ElementsAre());
  EXPECT_THAT(complaints("skipped = { unpaid = 2 }\n"),
              ElementsAre("p.toml: sample 1: 1 orders are withdrawn, expected 0",
                          "p.toml: sample 1: skipped are [blank_row 1, unpaid 1], expected "
                          "[unpaid 2]"));
  EXPECT_EQ(error_of(ExitCode::usage,
                     [] {
                       (void)parse_samples(
                           "name = \"p\"\ndescribes = \"d\"\nverified = \"v\"\n[csv]\n[[sample]]\n"
                           "input = \"\"\ncompanions = { x = \"\" }\n",
                           "p.toml");
                     }),
            "p.toml:7:16: unknown key \"x\" in [sample.companions]");
}

}  // namespace
}  // namespace ordertail
