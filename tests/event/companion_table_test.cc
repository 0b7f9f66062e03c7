// Rows of companion files, found by key.
#include "event/companion_table.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "expect_error.h"
#include "input/gzipped.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Cells = CompanionTable::Cells;

class Companion : public testing::Test {
 protected:
  Companion() {
    spec_.name = "customers";
    spec_.key = "customerid";
  }

  CompanionTable::Load load(CompanionTable& table, const std::string& name, std::string_view text) {
    return table.load({directory_.write(name, text), name},
                      [&](const Reject& reject) { rejects_.push_back(reject); });
  }

  TemporaryDirectory directory_;
  CompanionSpec spec_;
  std::vector<Reject> rejects_;
};

TEST_F(Companion, GivesTheColumnsSelectedInTheirOrder) {
  CompanionTable table(spec_, {"*"});
  const std::string header =
      "\xEF\xBB\xBF"
      "customerid,city, emailaddress ,City,\n";
  const std::string row = "7,\"Bonn, \"\"am Rhein\"\"\", ann@example.com ,Rome,x\n";
  const auto counts = load(table, "a.csv", header + row);
  EXPECT_EQ(counts.bytes, row.size());
  EXPECT_EQ(counts.rows, 1U);
  EXPECT_THAT(table.available(), ElementsAre("customerid", "city", "emailaddress"));
  table.select({"EmailAddress", "absent", "city"});
  EXPECT_THAT(table.find("7"), ElementsAre(Cells{"ann@example.com", "", "Bonn, \"am Rhein\""}));
  EXPECT_THAT(table.find("8"), IsEmpty());
  table.select({"customerid"});
  EXPECT_THAT(table.find("7"), ElementsAre(Cells{"7"}));
}

TEST_F(Companion, KeepsOnlyTheColumnsWanted) {
  CompanionTable table(spec_, {"CITY", "Item * SKU", "news*"});
  load(table, "a.csv",
       "customerid,item 2 sku,city,Item 1 SKU,ITEM  SKU,Item SKU,new,news\n7,a,b,c,d,e,f,g\n");
  EXPECT_EQ(table.available().size(), 8U);
  table.select(table.available());
  EXPECT_THAT(table.find("7"), ElementsAre(Cells{"", "a", "b", "c", "d", "", "", "g"}));
}

/// Files of the same companion may have other columns, in another order.
TEST_F(Companion, FindsColumnsByNameInEachFile) {
  CompanionTable table(spec_, {"*"});
  load(table, "a.csv", "customerid,a,b\n7,1,2\n");
  table.select({"b", "c"});
  load(table, "b.csv", "c,B,CustomerID\n3,4,8\n");
  EXPECT_THAT(table.available(), ElementsAre("customerid", "a", "b", "c"));
  EXPECT_THAT(table.find("7"), ElementsAre(Cells{"2", ""}));
  EXPECT_THAT(table.find("8"), ElementsAre(Cells{"4", ""}));
  table.select({"b", "c"});
  EXPECT_THAT(table.find("8"), ElementsAre(Cells{"4", "3"}));
}

/// Exports overlap, and one order's rows may lie in two of them.
TEST_F(Companion, GivesARowOnceHoweverManyFilesHaveIt) {
  CompanionTable table(spec_, {"sku"});
  load(table, "a.csv", "customerid,sku\n7,A\n8,B\n7,C\n9,D\n9,D\n");
  load(table, "b.csv", "customerid,sku\n7,C\n7,C\n7,E\n9,D\n");
  table.select({"sku"});
  EXPECT_THAT(table.find("7"), ElementsAre(Cells{"C"}, Cells{"C"}, Cells{"E"}, Cells{"A"}));
  EXPECT_THAT(table.find("8"), ElementsAre(Cells{"B"}));
  EXPECT_THAT(table.find("9"), ElementsAre(Cells{"D"}, Cells{"D"}));
}

/// Blanks around a key are no part of it; everything else is.
TEST_F(Companion, FindsTrimmedKeysExactly) {
  CompanionTable table(spec_, {"n"});
  load(table, "a.csv", "customerid,n\n 07 ,1\n7,2\na,3\nA,4\n\"7\n\",5\n");
  table.select({"n"});
  EXPECT_THAT(table.find("07"), ElementsAre(Cells{"1"}));
  EXPECT_THAT(table.find(" 7\t"), ElementsAre(Cells{"2"}, Cells{"5"}));
  EXPECT_THAT(table.find("A"), ElementsAre(Cells{"4"}));
}

/// A guest's blank number must not find the person of another blank number.
TEST_F(Companion, FindsNothingByABlankKey) {
  CompanionTable table(spec_, {"n"});
  const auto counts = load(table, "a.csv", "customerid,n\n,1\n \" \",2\n\" \",3\n7,4\n");
  table.select({"n"});
  EXPECT_THAT(table.find(""), IsEmpty());
  EXPECT_THAT(table.find(" "), IsEmpty());
  EXPECT_EQ(counts.rows, 4U);
  EXPECT_EQ(counts.keyless, 2U);
  EXPECT_THAT(table.find("\" \""), ElementsAre(Cells{"2"}));
}

TEST_F(Companion, TakesGuardsOffKeysAndCells) {
  spec_.form.apostrophe_guard = true;
  CompanionTable table(spec_, {"zip"});
  load(table, "a.csv", "customerid,zip\n'7,'01234\n");
  table.select({"zip"});
  EXPECT_THAT(table.find("7"), ElementsAre(Cells{"01234"}));
}

TEST_F(Companion, ReadsItsOwnSectionAndNothingDropped) {
  spec_.form.frame.section = "USERS";
  spec_.form.frame.header_prefix = "!";
  spec_.form.charset = "windows-1252";
  spec_.form.drop = {"Card *"};
  CompanionTable table(spec_, {"*"});
  const auto counts = load(table, "a.csv",
                           "[ORDERS]\n!ORDERID\n1\n[USERS]\n!CUSTOMERID,!NAME,!CARD NUMBER\n"
                           "7,J\xF6rg,4111\n[ITEMS]\n!A,!B,!C\n7,x,y\n");
  table.select({"name", "card number"});
  EXPECT_THAT(table.find("7"), ElementsAre(Cells{"Jörg", ""}));
  EXPECT_EQ(counts.rows, 1U);
  EXPECT_THAT(rejects_, IsEmpty());
}

TEST_F(Companion, CountsEveryRowOnce) {
  CompanionTable table(spec_, {"n"});
  const auto counts = load(table, "a.csv", "customerid,n\n1,a\n2\n3,c\n,d\n4,\"e\"f\n5,g\n");
  table.select({"n"});
  EXPECT_EQ(counts.rows, 6U);
  EXPECT_EQ(counts.keyless, 1U);
  EXPECT_EQ(counts.rejected, 2U);
  EXPECT_EQ(counts.bytes, 24U);
  ASSERT_EQ(rejects_.size(), 2U);
  EXPECT_EQ(rejects_[0].reason, "ragged_row");
  EXPECT_EQ(rejects_[0].message, "this row has 1 cells, the header has 2");
  EXPECT_EQ(rejects_[0].file, "a.csv");
  EXPECT_EQ(rejects_[0].at, (Position{3, 17}));
  EXPECT_EQ(rejects_[1].reason, "text_after_quote");
  EXPECT_THAT(table.find("5"), ElementsAre(Cells{"g"}));
}

/// Whatever is in the cells, in however many files, long or short: what is found is what is there.
TEST_F(Companion, FindsWhatIsThereInItsOrder) {
  std::mt19937 random(5);
  const auto below = [&](std::uint32_t end) { return static_cast<std::uint32_t>(random() % end); };
  CompanionTable table(spec_, {"first", "second"});
  std::map<std::string, std::vector<Cells>> expected;
  std::uint64_t rows = 0;
  for (const int length : {0, 1, 3000, 200, 20'000}) {
    std::string text = "second,customerid,other,first\n";
    std::map<std::string, std::vector<Cells>> its;
    for (int row = 0; row < length; ++row) {
      const std::string key = fmt::format("{:x}", below(5000));
      const std::string first(below(40), static_cast<char>('0' + below(11)));
      const std::string second =
          fmt::format("{}/{}:\n{}", length, row, std::string_view("\0,\xFF", 3));
      text += fmt::format("\"{}\",{},\"{}\",{}\n", second, key, row, first);
      its[key].push_back({first, second});
    }
    for (auto& [key, cells] : its) {  // what was loaded last comes first
      std::vector<Cells>& all = expected[key];
      all.insert(all.begin(), cells.begin(), cells.end());
    }
    rows += load(table, fmt::format("{}.csv", length), text).rows;
  }
  EXPECT_EQ(rows, 23'201U);
  table.select({"first", "second"});
  for (std::uint32_t key = 0; key < 5100; ++key) {
    const std::string hex = fmt::format("{:x}", key);
    EXPECT_EQ(table.find(hex), expected[hex]) << hex;
  }
}

TEST_F(Companion, HoldsNothingOfAFileThatBreaksOff) {
  CompanionTable table(spec_, {"n"});
  load(table, "a.csv", "customerid,n\n1,a\n");
  std::string text = "customerid,n,new\n";
  for (int row = 0; row < 100'000; ++row) text += fmt::format("{},b,c\n", row);
  const std::string whole = gzipped(text);
  EXPECT_THROW(load(table, "b.csv.gz", whole.substr(0, whole.size() - 100)), Error);
  load(table, "c.csv", "customerid,n\n1,d\n");
  EXPECT_THAT(table.available(), ElementsAre("customerid", "n"));
  table.select({"n"});
  EXPECT_THAT(table.find("1"), ElementsAre(Cells{"d"}, Cells{"a"}));
  EXPECT_THAT(table.find("2"), IsEmpty());
}

TEST_F(Companion, RefusesAFileWithoutItsKey) {
  CompanionTable table(spec_, {"email"});
  EXPECT_EQ(error_of(ExitCode::source, [&] { load(table, "a.csv", "customer id,email\n1,x\n"); }),
            "a.csv:1: there is no column \"customerid\", by which the rows of the companion "
            "\"customers\" are found; the nearest is \"customer id\"");
  EXPECT_EQ(error_of(ExitCode::source, [&] { load(table, "b.csv", "\"customerid,email\n1,x\n"); }),
            "b.csv:1: there is no readable header line");
}

}  // namespace
}  // namespace ordertail
