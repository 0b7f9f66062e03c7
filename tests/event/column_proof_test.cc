#include "event/column_proof.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "every_text.h"

namespace ordertail {

// gtest finds it by argument-dependent look-up.
void PrintTo(Proof proof, std::ostream* out) {
  constexpr const char* kNames[] = {"decided", "any", "unproven", "contradictory"};
  *out << kNames[static_cast<std::size_t>(proof)];
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A column whose first cell is in line 2.
NumberProof numbers(const std::vector<std::string>& cells) {
  NumberProof proof;
  std::uint64_t line = 1;
  for (const std::string& cell : cells) proof.add(cell, ++line);
  return proof;
}

TEST(NumberProof, DecidesWhereOneStyleIsLeft) {
  EXPECT_EQ(numbers({"5", "1,234.56"}).decision(), NumberStyle::comma_point);
  EXPECT_EQ(numbers({"1,234", "0.50"}).decision(), NumberStyle::comma_point);
  EXPECT_EQ(numbers({"1,234,567"}).decision(), NumberStyle::comma_point);
  EXPECT_EQ(numbers({"1.234", "0,50 €"}).decision(), NumberStyle::point_comma);
  EXPECT_EQ(numbers({"12,50", "1 234"}).decision(), NumberStyle::space_comma);
  EXPECT_EQ(numbers({"1,234.56"}).outcome(), Proof::decided);
  EXPECT_THAT(numbers({"7", "1,234", "0.50"}).evidence(),
              ElementsAre("line 3: \"1,234\" is written like 1,234.56, 1.234,56, 1 234,56 or "
                          "1234,56",
                          "line 4: \"0.50\" is written like 1234.56 or 1,234.56"));
}

TEST(NumberProof, KnowsWhenItDoesNotMatter) {
  for (const std::vector<std::string>& cells :
       {std::vector<std::string>{}, {"5", "-17", "$300"}, {"", "n/a"}, {"0.5", "1234.5"}}) {
    const NumberProof proof = numbers(cells);
    EXPECT_EQ(proof.outcome(), Proof::any);
    EXPECT_EQ(proof.decision(), NumberStyle::plain);
  }
  EXPECT_EQ(numbers({"0,50", "1234,5"}).outcome(), Proof::any);
  EXPECT_EQ(parse_money("1234,5", *numbers({"0,50", "1234,5"}).decision()), Money{12'345'000});
  // Three digits after a comma, but the comma is no group's: other cells say so.
  EXPECT_EQ(parse_money("1,234", *numbers({"1,234", "0,5"}).decision()), Money{12'340});
}

TEST(NumberProof, PassesOverWhatNoStyleCanRead) {
  EXPECT_EQ(numbers({"(5.00)", "n/a", "1,234.56", ""}).decision(), NumberStyle::comma_point);
  EXPECT_THAT(numbers({"(5.00)", "n/a"}).evidence(), IsEmpty());
}

TEST(NumberProof, RefusesAColumnThatProvesNothing) {
  const NumberProof proof = numbers({"7", "1,234", "2,000", "$3,500", "4,000"});
  EXPECT_EQ(proof.outcome(), Proof::unproven);
  EXPECT_EQ(proof.decision(), std::nullopt);
  EXPECT_EQ(proof.refusal("orders.csv", "Total"),
            "orders.csv: the amounts in \"Total\" can be read in more than one way, and nothing in "
            "the column proves which is right:\n"
            "  line 3: \"1,234\" may be 1234.00 or 1.234\n"
            "  line 4: \"2,000\" may be 2000.00 or 2.00\n"
            "  line 5: \"$3,500\" may be 3500.00 or 3.50\n"
            "Add to the [[source]] the line that is true of this file:\n"
            "  numbers = \"1,234.56\"\n"
            "  numbers = \"1.234,56\"\n"
            "  numbers = \"1 234,56\"\n"
            "  numbers = \"1234,56\"");
}

TEST(NumberProof, RefusesAColumnThatContradictsItself) {
  const NumberProof proof = numbers({"1,234.56", "7", "1,234", "1.234,56"});
  EXPECT_EQ(proof.outcome(), Proof::contradictory);
  EXPECT_EQ(proof.decision(), std::nullopt);
  EXPECT_EQ(proof.refusal("orders.csv", "Total"),
            "orders.csv: the amounts in \"Total\" are not all written the same way:\n"
            "  line 2: \"1,234.56\" is written like 1,234.56\n"
            "  line 5: \"1.234,56\" is written like 1.234,56\n"
            "Export the file again in one language, or split it: one file, and one [[source]] with "
            "its numbers, for each way of writing them.");
}

/// What evidence.h says, cell by cell and style by style.
Proof proof_by_definition(const std::vector<std::string>& cells) {
  std::vector<NumberStyle> left;
  const auto can_read = [&](const std::string& cell, NumberStyle style) {
    return parse_money(cell, style).has_value();
  };
  for (const NumberStyle style : kNumberStyles) {
    bool reads_all = true;
    for (const std::string& cell : cells) {
      bool any = false;
      for (const NumberStyle other : kNumberStyles) any = any || can_read(cell, other);
      reads_all = reads_all && (!any || can_read(cell, style));
    }
    if (reads_all) left.push_back(style);
  }
  if (left.empty()) return Proof::contradictory;
  if (left.size() == 1) return Proof::decided;
  for (const std::string& cell : cells) {
    for (const NumberStyle style : left) {
      if (parse_money(cell, style) != parse_money(cell, left.front())) return Proof::unproven;
    }
  }
  return Proof::any;
}

// Also: any contradiction is one between two cells, so there is always evidence to show.
TEST(NumberProof, IsWhatItsDefinitionSays) {
  std::vector<std::string> texts;
  for_every_text("10,. ", 7, [&](const std::string& text) {
    for (const NumberStyle style : kNumberStyles) {
      if (!parse_money(text, style)) continue;
      texts.push_back(text);
      break;
    }
  });
  ASSERT_GT(texts.size(), 50U);
  std::mt19937 random(11);
  std::array<int, 4> seen{};
  for (int round = 0; round < 5'000; ++round) {
    std::vector<std::string> cells(1 + random() % 5);
    for (std::string& cell : cells) cell = texts[random() % texts.size()];
    const NumberProof proof = numbers(cells);
    const Proof expected = proof_by_definition(cells);
    ASSERT_EQ(proof.outcome(), expected) << testing::PrintToString(cells);
    ASSERT_EQ(proof.decision().has_value(), expected == Proof::decided || expected == Proof::any);
    if (expected == Proof::contradictory) {
      ASSERT_GE(proof.evidence().size(), 2U) << testing::PrintToString(cells);
    }
    if (expected == Proof::unproven) {
      ASSERT_GE(proof.evidence().size(), 1U) << testing::PrintToString(cells);
    }
    ++seen[static_cast<std::size_t>(expected)];
  }
  EXPECT_THAT(seen, testing::Each(testing::Gt(100)));
}

DateProof dates(const std::vector<std::string>& cells,
                const std::vector<std::string>& formats = {"%x"}) {
  DateProof proof(formats);
  std::uint64_t line = 1;
  for (const std::string& cell : cells) proof.add(cell, ++line);
  return proof;
}

TEST(DateProof, DecidesByAValueAboveTwelve) {
  EXPECT_EQ(dates({"03/04/2025", "12/31/2025"}).decision(), DateOrder::mdy);
  EXPECT_EQ(dates({"03.04.2025", "31.12.2025"}).decision(), DateOrder::dmy);
  EXPECT_EQ(dates({"2/1/2020", "13/1/2020"}).decision(), DateOrder::dmy);
  EXPECT_EQ(dates({"03-04-2025 14:05", "12-31-2025 09:00"}, {"%x %H:%M"}).decision(),
            DateOrder::mdy);
  EXPECT_EQ(dates({"2025-03-04"}).decision(), DateOrder::ymd);
  EXPECT_EQ(dates({"12/31/2025"}).outcome(), Proof::decided);
  EXPECT_THAT(dates({"03/04/2025", "12/31/2025"}).evidence(),
              ElementsAre("line 3: 12/31/2025 can only be December 31"));
}

TEST(DateProof, PassesOverWhatIsNoDateInAnyOrder) {
  EXPECT_EQ(dates({"", "never", "30/02/2025", "13/13/2025", "31/12/25", "31/12/2025"}).decision(),
            DateOrder::dmy);
}

TEST(DateProof, KnowsWhenItDoesNotMatter) {
  for (const std::vector<std::string>& cells :
       {std::vector<std::string>{}, {"never"}, {"03/03/2025", "12.12.2025"}}) {
    EXPECT_EQ(dates(cells).outcome(), Proof::any);
    EXPECT_NE(dates(cells).decision(), std::nullopt);
  }
  EXPECT_EQ(dates({"03/03/2025", "03/04/2025"}).outcome(), Proof::unproven);
}

TEST(DateProof, ReadsSeveralFormats) {
  const std::vector<std::string> formats{"%x %T", "%F", "%x"};
  EXPECT_EQ(dates({"2025-03-04", "03/04/2025"}, formats).outcome(), Proof::unproven);
  EXPECT_EQ(dates({"2025-03-04", "12/31/2025", "03/04/2025 01:02:03"}, formats).decision(),
            DateOrder::mdy);
}

TEST(DateProof, RefusesAColumnThatProvesNothing) {
  const DateProof proof =
      dates({"03/04/2025", "05/05/2025", "11/12/2025", "1/2/2025", "06/07/2025"});
  EXPECT_EQ(proof.outcome(), Proof::unproven);
  EXPECT_EQ(proof.decision(), std::nullopt);
  EXPECT_EQ(proof.refusal("paypal/march.csv", "Date"),
            "paypal/march.csv: the dates in \"Date\" may be month first or day first, and nothing "
            "in the column proves which:\n"
            "  line 2: 03/04/2025 may be March 4 or 3 April\n"
            "  line 4: 11/12/2025 may be November 12 or 11 December\n"
            "  line 5: 1/2/2025 may be January 2 or 1 February\n"
            "Add to the [[source]] the line that is true of this file:\n"
            "  date_order = \"mdy\"   # 12/31/2025\n"
            "  date_order = \"dmy\"   # 31/12/2025");
}

TEST(DateProof, RefusesAColumnThatContradictsItself) {
  EXPECT_EQ(dates({"12/31/2025", "03/04/2025", "31/12/2025", "12/30/2025", "12/29/2025",
                   "12/28/2025", "30/12/2025"})
                .refusal("orders.csv", "Date"),
            "orders.csv: the dates in \"Date\" are not all in one order:\n"
            "  line 2: 12/31/2025 can only be December 31\n"
            "  line 4: 31/12/2025 can only be 31 December\n"
            "  line 5: 12/30/2025 can only be December 30\n"
            "  line 6: 12/29/2025 can only be December 29\n"
            "  line 8: 30/12/2025 can only be 30 December\n"
            "Export the file again in one language, or split it: one file, and one [[source]] with "
            "its date_order, for each order of dates.");
  const DateProof mixed = dates({"2025-03-05", "03/04/2025"});
  EXPECT_EQ(mixed.outcome(), Proof::contradictory);
  EXPECT_EQ(mixed.decision(), std::nullopt);
  EXPECT_THAT(mixed.evidence(), ElementsAre("line 2: 2025-03-05 can only be March 5",
                                            "line 3: 03/04/2025 may be March 4 or 3 April"));
}

// Columns written in a known order: what is decided is that order, and it is decided as soon as a
// day is above 12.
TEST(DateProof, NeverDecidesWrongly) {
  std::mt19937 random(12);
  std::array<int, 4> seen{};
  for (int round = 0; round < 5'000; ++round) {
    const DateOrder order = kDateOrders[random() % 3];
    const char separator = "/-."[random() % 3];
    std::vector<std::string> cells(1 + random() % 4);
    bool tells = order == DateOrder::ymd;
    bool differs = false;
    for (std::string& cell : cells) {
      const unsigned month = 1 + static_cast<unsigned>(random() % 12);
      const unsigned day = 1 + static_cast<unsigned>(random() % (round % 2 == 0 ? 12 : 28));
      tells = tells || day > 12;
      differs = differs || day != month;
      cell = order == DateOrder::mdy
                 ? fmt::format("{:02}{}{}{}2025", month, separator, day, separator)
             : order == DateOrder::dmy
                 ? fmt::format("{}{}{:02}{}2025", day, separator, month, separator)
                 : fmt::format("2025{}{:02}{}{}", separator, month, separator, day);
    }
    const DateProof proof = dates(cells);
    const Proof expected = tells ? Proof::decided : differs ? Proof::unproven : Proof::any;
    ASSERT_EQ(proof.outcome(), expected) << testing::PrintToString(cells);
    if (tells) {
      ASSERT_EQ(proof.decision(), order) << testing::PrintToString(cells);
    }
    ++seen[static_cast<std::size_t>(expected)];
  }
  EXPECT_THAT(seen, ElementsAre(testing::Gt(100), testing::Gt(10), testing::Gt(100), 0));
}

}  // namespace
}  // namespace ordertail
