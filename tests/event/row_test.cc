// Names found among columns, and what a row says under them.
#include "event/row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ordertail {
namespace {

using testing::ElementsAre;

std::vector<std::string> names_of(const BoundColumns& columns) {
  std::vector<std::string> names;
  for (const BoundColumn& column : columns) names.push_back(column.name);
  return names;
}

TEST(Fits, ComparesWithoutRegardToCaseAndAroundAStar) {
  EXPECT_TRUE(fits("Order ID", "ORDER id"));
  EXPECT_FALSE(fits("Order ID", "Order ID "));
  for (const char* name : {"*", "Card*", "*Name", "card*NAME", "Card Na*me", "Card Name*"}) {
    EXPECT_TRUE(fits(name, "Card Name")) << name;
  }
  for (const char* name : {"ard*", "*Nam", "Card N*name", "Card Name*e"}) {
    EXPECT_FALSE(fits(name, "Card Name")) << name;
  }
}

/// A name with a star fits exactly the texts that its two parts begin and end, without overlap.
TEST(Fits, IsWhatAppendingSays) {
  const std::vector<std::string> parts{"", "a", "b", "ab", "ba", "aa"};
  for (const std::string& front : parts) {
    for (const std::string& back : parts) {
      for (const std::string column : {"", "a", "b", "aa", "ab", "ba", "aba", "abba", "aab"}) {
        bool obvious = false;
        for (std::size_t i = 0; i <= column.size(); ++i) {
          for (std::size_t j = i; j <= column.size(); ++j) {
            obvious = obvious || (column.substr(0, i) == front && column.substr(j) == back);
          }
        }
        EXPECT_EQ(fits(front + "*" + back, column), obvious) << front << "*" << back << column;
      }
    }
  }
}

TEST(Selection, BindsEveryKindOfName) {
  Selection selection({"ID", "Item 2", "Item 1", "ID"});
  EXPECT_THAT(names_of(selection.bind("id")), ElementsAre("id"));
  EXPECT_THAT(names_of(selection.bind("Item *")), ElementsAre("Item 2", "Item 1"));
  EXPECT_THAT(names_of(selection.bind("Price")), ElementsAre());
  EXPECT_EQ(selection.bind("query:a b").front().kind, BoundColumn::Kind::query);
  EXPECT_EQ(selection.bind("constant:").front().kind, BoundColumn::Kind::constant);
  EXPECT_THAT(selection.chosen(), ElementsAre(0, 1, 2));  // the first of two of one name
  EXPECT_EQ(selection.bind("Item 1").front().place, 2U);
  EXPECT_TRUE(selection.has("constant:x"));
  EXPECT_TRUE(selection.has("it*"));
  EXPECT_FALSE(selection.has("Items"));
  EXPECT_EQ(selection.nearest_to("Item"), "Item 2");
}

TEST(Selection, NeverSeesWhatIsDropped) {
  Selection selection({"Card Number", "Card Name", "Name"}, {"card *"});
  EXPECT_THAT(names_of(selection.bind("*Name")), ElementsAre("Name"));
  EXPECT_FALSE(selection.has("Card Name"));
  EXPECT_THAT(names_of(selection.bind("Card Number")), ElementsAre());
}

TEST(Selection, TakesTheColonForACompanionsOnlyIfThereIsOne) {
  Selection selection({"Total: tax", "id"});
  CompanionSpec companion;
  companion.name = "people";
  companion.form.drop = {"Pass*"};
  selection.add_companion(companion, {"Password", "E-mail", "id"});
  const BoundColumns tax = selection.bind("Total: tax");
  EXPECT_EQ(tax.at(0).kind, BoundColumn::Kind::cell);
  const BoundColumns email = selection.bind("people:e-mail");
  EXPECT_EQ(email.at(0).kind, BoundColumn::Kind::companion);
  EXPECT_EQ(email.at(0).name, "people:e-mail");
  EXPECT_THAT(names_of(selection.bind("people:*")), ElementsAre("people:E-mail", "people:id"));
  EXPECT_FALSE(selection.has("people:Password"));
  EXPECT_THAT(selection.companion(0).chosen_names(), ElementsAre("E-mail", "id"));
  EXPECT_EQ(selection.nearest_to("people:mail"), "people:E-mail");
}

std::string bare_of(const std::string& cell, const CsvForm& form) {
  std::deque<std::string> decoded;
  return std::string(bare(cell, form, decoded));
}

TEST(Bare, TakesOffWhatGuardsACell) {
  CsvForm form;
  EXPECT_EQ(bare_of(" '=\"07\" &amp; ", form), "'=\"07\" &amp;");
  form.apostrophe_guard = true;
  EXPECT_EQ(bare_of(" '07 ", form), "07");
  EXPECT_EQ(bare_of("0'7", form), "0'7");
  form.formula_guard = true;
  EXPECT_EQ(bare_of("=\"07\"", form), "07");
  EXPECT_EQ(bare_of("=\"\"", form), "");
  for (const char* cell : {"=\"", "=\"7", "=7", "\"7\"", "=SUM(\"a\")"}) {
    EXPECT_EQ(bare_of(cell, form), cell);
  }
  form.entities = true;
  EXPECT_EQ(bare_of("=\"Salt &amp;amp; Co&nbsp;\"", form), "Salt &amp; Co");
}

TEST(Row, ReadsCompanionsFirstOrAll) {
  Pattern pattern;
  pattern.csv.emplace();
  pattern.companions.resize(1);
  pattern.companions[0].name = "lines";
  Selection selection({"id"});
  selection.add_companion(pattern.companions[0], {"sku", "note"});
  const BoundColumns sku = selection.bind("lines:sku");
  const BoundColumns constant = selection.bind("constant:C");
  const BoundColumns note = selection.bind("lines:note");
  const std::vector<std::vector<std::string>> rows{{" A ", ""}, {"", ""}, {"B", " late "}};

  Row row(pattern);
  row.begin({});
  row.join(0, rows);
  EXPECT_EQ(row.text(sku), "A");
  EXPECT_EQ(row.text(note), "late");
  std::vector<std::string_view> values;
  row.collect(sku.front(), values);
  row.collect(constant.front(), values);
  EXPECT_THAT(values, ElementsAre("A", "B", "C"));

  row.begin({});
  EXPECT_EQ(row.text(sku), "");
}

}  // namespace
}  // namespace ordertail
