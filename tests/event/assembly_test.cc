// Rows into orders, and what completes them.
#include "event/assembly.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "event/reading.h"
#include "event/stretch_assembly.h"
#include "expect_error.h"
#include "record/csv_reader.h"

namespace ordertail {
namespace {

using testing::ElementsAre;
using testing::Pair;

/// A pattern with these lines in [csv], and these in [purchase] after the obvious ones.
Pattern pattern_of(const std::string& csv, const std::string& purchase,
                   const std::string& rest = {}) {
  return parse_pattern(fmt::format("name = \"p\"\ndescribes = \"d\"\nverified = \"v\"\n"
                                   "[csv]\n{}\n[[sample]]\ninput = \"\"\n{}\n[purchase]\n"
                                   "order_number = \"Order\"\n"
                                   "occurred_at = {{ column = \"Date\", format = \"%F\", zone = "
                                   "\"UTC\" }}\n{}\n",
                                   csv, rest, purchase),
                       "p.toml");
}

class AssemblyTest : public testing::Test {
 protected:
  Reading read(const Pattern& pattern, const std::string& text) {
    return Reader(pattern).read(directory_.write("o.csv", text));
  }
  /// The events without what is the same in all of them.
  static std::vector<std::string> gist(const Reading& reading, const std::string& key) {
    std::vector<std::string> all;
    for (const std::string& event : reading.events) {
      const std::size_t from = event.find("\"" + key + "\":");
      all.push_back(
          from == event.npos ? "" : event.substr(from, event.find_first_of(",}", from) - from));
    }
    return all;
  }

  TemporaryDirectory directory_;
};

const std::string kBlankKey = "layout = \"blank-key\"\norder_key = \"Order\"";
const std::string kMailAndSku = "email = \"Email\"\nskus = \"SKU\"";

TEST_F(AssemblyTest, JoinsRowsOfABlankKeyToTheOrderBefore) {
  const Reading reading = read(pattern_of(kBlankKey, kMailAndSku),
                               "Order,Email,Date,SKU,Note\n"
                               ",,,Z,\n"  // no order yet
                               "1,ann@example.com,2024-01-01,A,\n"
                               ",,,B,\n"
                               ",,,,only a note\n"  // blank in all that is read
                               ",,,C,\n"
                               "1,ann@example.com,2024-01-01,D,\n"  // an order of its own
                               "2,oops,2024-01-01,E,\n"
                               ",,,F,\n"
                               "3,ann@example.com\n"  // ragged: whose the next is, nobody knows
                               ",,,G,\n");
  EXPECT_EQ(reading.events.size(), 2U);
  EXPECT_EQ(reading.events.at(0).rfind("3 rows ", 0), 0U);
  EXPECT_NE(reading.events.at(0).find(R"("skus":["A","B","C"])"), std::string::npos);
  EXPECT_NE(reading.events.at(1).find(R"("skus":["D"])"), std::string::npos);
  EXPECT_THAT(reading.rejects,
              ElementsAre("orphan_row Order @2:26 1 Order is empty, so this row belongs to the "
                          "order above it, and there is none that could be read",
                          "bad_email Email @8:124 2 Email: \"o***\" is no e-mail address",
                          "ragged_row  @10:151 2 this row has 2 cells, the header has 5; the rows "
                          "behind it that name no order are rejected with it"));
  EXPECT_THAT(reading.skipped, ElementsAre(Pair("blank_row", 1U)));
}

/// What a row that cannot be read said, and of which order, nobody knows.
TEST_F(AssemblyTest, ABadRowTakesTheOrdersBesideItWithIt) {
  const std::string beside =
      "behind this order, cannot be read and may be a row of it: correct that line and run again";
  const Reading blank = read(pattern_of(kBlankKey, kMailAndSku),
                             "Order,Email,Date,SKU\n"
                             "1,ann@example.com,2024-01-01,A\n"
                             ",,,B\n"
                             ",,C\n"
                             ",,,D\n"
                             "2,ann@example.com,2024-01-01,E\n");
  EXPECT_THAT(gist(blank, "order_number"), ElementsAre("\"order_number\":\"2\""));
  EXPECT_THAT(blank.rejects, ElementsAre("beside_bad_row Order @2:21 2 line 4, " + beside,
                                         "ragged_row  @4:57 2 this row has 3 cells, the header has "
                                         "4; the rows behind it that name no order are rejected "
                                         "with it"));
  const Reading repeated =
      read(pattern_of("layout = \"repeated-key\"\norder_key = \"Order\"", kMailAndSku),
           "Order,Email,Date,SKU\n"
           "1,ann@example.com,2024-01-01,A\n"
           "1,ann@example.com,2024-01-01\n"
           "1,ann@example.com\n"
           "2,ann@example.com,2024-01-01,E\n"
           "2,ann@example.com,2024-01-01,F\n"
           "3,ann@example.com,2024-01-01,G\n"
           "4,oops,2024-01-01,G\n"
           "4\n");
  EXPECT_THAT(gist(repeated, "order_number"), ElementsAre("\"order_number\":\"3\""));
  EXPECT_THAT(
      repeated.rejects,
      ElementsAre("beside_bad_row Order @2:21 1 line 3, " + beside,
                  "ragged_row  @3:52 1 this row has 3 cells, the header has 4",
                  "ragged_row  @4:81 3 this row has 2 cells, the header has 4; it may have been a "
                  "row of order 2, which is rejected with it",
                  "bad_email Email @8:192 1 Email: \"o***\" is no e-mail address",
                  "ragged_row  @9:212 1 this row has 1 cells, the header has 4"));
}

TEST_F(AssemblyTest, RefusesAFileThatLacksTheOrderKey) {
  EXPECT_EQ(error_of(ExitCode::source,
                     [&] {
                       (void)read(
                           pattern_of("layout = \"blank-key\"\norder_key = \"Key\"", kMailAndSku),
                           "Order,Email,Date\n");
                     }),
            "o.csv:1: there is no column \"Key\", which tells the rows of one order from the "
            "next");
}

/// Against the obvious grouping, read in one go and in every kind of part.
TEST_F(AssemblyTest, GroupsAsIsObviousHoweverItIsRead) {
  const Reader reader(pattern_of(kBlankKey, kMailAndSku));
  std::mt19937 random(7);
  for (int round = 0; round < 150; ++round) {
    std::string text = "Order,Email,Date,SKU,Note\n";
    std::vector<std::pair<int, std::vector<std::string>>> orders;  // their rows and SKUs
    std::size_t orphans = 0, blank = 0;
    for (std::size_t row = 0, rows = random() % 12; row < rows; ++row) {
      const std::string sku = fmt::format("S{}", row);
      switch (random() % 4) {
        case 0:
          text += ",, , ,note\n";
          ++blank;
          break;
        case 1:
          text += fmt::format("{},ann@example.com,2024-01-01,{},\n", row, sku);
          orders.push_back({1, {sku}});
          break;
        default:
          text += fmt::format(" ,,,{},\n", sku);
          if (orders.empty()) {
            ++orphans;
          } else {
            ++orders.back().first;
            orders.back().second.push_back(sku);
          }
      }
    }
    const auto path = directory_.write("o.csv", text);
    const Reading whole = reader.read(path);
    ASSERT_EQ(whole.events.size(), orders.size()) << text;
    for (std::size_t i = 0; i < orders.size(); ++i) {
      const auto& [rows, skus] = orders[i];
      EXPECT_EQ(whole.events[i].rfind(fmt::format("{} rows ", rows), 0), 0U) << text;
      EXPECT_NE(whole.events[i].find(fmt::format("\"skus\":[\"{}\"]", fmt::join(skus, "\",\""))),
                std::string::npos)
          << text;
    }
    EXPECT_EQ(whole.rejects.size(), orphans) << text;
    EXPECT_EQ(whole.skipped.count("blank_row") ? whole.skipped.at("blank_row") : 0, blank);
    for (const std::uint64_t most : {1U, 2U}) {
      EXPECT_EQ(reader.read(path, {}, most).lines(), whole.lines()) << text;
      const Reading runs = reader.read_in_runs(path, most);
      EXPECT_EQ(runs.lines(), whole.lines()) << text;
      EXPECT_EQ(runs.rows, whole.rows) << text;
    }
  }
}

TEST_F(AssemblyTest, PassesOverFootersWholeOrRagged) {
  const Reading reading = read(pattern_of("layout = \"repeated-key\"\norder_key = \"Order\"\n"
                                          "footer = '\\d+ record\\(s\\) downloaded|Seller ID : .*'",
                                          kMailAndSku),
                               "First,Order,Email,Date,SKU\n"
                               ",1,ann@example.com,2024-01-01,A\n"
                               ",,,,\n"
                               ",1,,,B\n"
                               "2 record(s) downloaded,,,,\n"
                               "\"2 record(s) downloaded\"\n"
                               "Seller ID : shop,x\n"
                               "Buyer ID : shop,x\n");
  EXPECT_THAT(gist(reading, "skus"), ElementsAre("\"skus\":[\"A\""));
  EXPECT_EQ(reading.events.at(0).rfind("2 rows ", 0), 0U);
  EXPECT_THAT(reading.skipped, ElementsAre(Pair("blank_row", 1U), Pair("footer", 3U)));
  EXPECT_EQ(reading.rejects.size(), 1U);
}

/// Shopify's later rows name their order and leave its status blank.
TEST_F(AssemblyTest, TellsOfRowsThatStrayFromTheirOrder) {
  const Pattern pattern = builtin("shopify-orders");
  const std::string header =
      "Name,Email,Financial Status,Currency,Subtotal,Created at,Lineitem quantity,Lineitem sku,"
      "Billing Name,Cancelled at\n";
  const auto row = [](int number, std::string_view status, std::string_view cancelled = "") {
    return fmt::format("#{},ann@example.com,{},USD,1.00,2025-01-02 03:04:05 +0000,1,S-1,Ann,{}\n",
                       number, status, cancelled);
  };
  const Reading few =
      read(pattern, header + row(1, "paid") + row(2, "pending") + row(1, "") + row(1, "") +
                        row(3, "voided") + row(2, "") + row(3, "", "x"));
  EXPECT_THAT(gist(few, "order_number"), ElementsAre("\"order_number\":\"1\""));
  EXPECT_THAT(few.strays, ElementsAre(testing::StartsWith("1 when:Financial Status @4:"),
                                      testing::StartsWith("2 when:Financial Status @7:")));
  EXPECT_EQ(few.withdrawn.size(), 2U);
  EXPECT_THAT(few.skipped, ElementsAre(Pair("when:Financial Status", 1U)));

  // Many stretches, whose orders are found before their turn, or row by row.
  std::mt19937 random(11);
  std::string many = header;
  for (int i = 0; i < 40'000; ++i) {
    const auto number = static_cast<int>(random() % 15'000);
    many += row(number, random() % 2 == 0 ? "paid" : "");
    while (random() % 3 == 0) many += row(number, "");
  }
  const auto path = directory_.write("many.csv", many);
  const Reader reader(pattern);
  const Reading at_once = reader.read(path);
  EXPECT_GT(at_once.strays.size(), 10'000U);
  EXPECT_EQ(reader.read(path, {}, 100).lines(), at_once.lines());
}

TEST_F(AssemblyTest, SumsTheRevenueOverRows) {
  const Pattern pattern = pattern_of("layout = \"repeated-key\"\norder_key = \"Order\"",
                                     "email = \"Email\"\ntotal_revenue = { column = \"Price\", "
                                     "minus = \"Off\", over = \"rows\" }");
  const std::string head = "Order,Email,Date,Price,Off\n";
  const std::string rest = ",a@example.com,2024-01-01,";
  const Reading reading =
      read(pattern, head + "1" + rest + "10,1\n1" + rest + "5.5,\n1" + rest + ",\n" +  //
                        "2" + rest + ",\n2" + rest + "7,\n" +                          //
                        "3" + rest + "1,\n3" + rest + "x,\n3" + rest + "2,\n");
  EXPECT_THAT(gist(reading, "total_revenue"),
              ElementsAre("\"total_revenue\":\"14.50\"", "\"total_revenue\":\"7.00\""));
  EXPECT_THAT(reading.rejects,
              ElementsAre("bad_amount Price @8:209 3 Price: \"x\" is no amount written like "
                          "1234.56"));
  const Reading first = read(pattern_of("layout = \"repeated-key\"\norder_key = \"Order\"",
                                        "email = \"Email\"\ntotal_revenue = \"Price\""),
                             head + "1" + rest + "10,1\n1" + rest + "5.5,\n");
  EXPECT_THAT(gist(first, "total_revenue"), ElementsAre("\"total_revenue\":\"10.00\""));
}

TEST_F(AssemblyTest, WithdrawsAWholeOrder) {
  const Reading reading =
      read(pattern_of("layout = \"repeated-key\"\norder_key = \"Order\"",
                      "email = \"Email\"\n[purchase.when]\nPaid = \"yes\"\n"
                      "State = { not = [\"odd\"], refunded = \"Closed\", fraud = \"Fraud\" }"),
           "Order,Email,Date,Paid,State\n"
           "#1,ann@example.com,2024-01-01,yes,closed\n"
           "#1,ann@example.com,2024-01-01,yes,closed\n"
           "2,ann@example.com,2024-01-01,no,Closed\n"  // withdrawing wins over when:Paid
           "3,ann@example.com,2024-01-01,no,Fraud\n"   // the first failing condition decides
           "4,ann@example.com,2024-01-01,yes,fraud\n"
           "5,ann@example.com,2024-01-01,yes,odd\n"
           ",ann@example.com,2024-01-01,yes,Closed\n"  // of which order, nobody knows
           "1,ann@example.com,2024-01-01,yes,Complete\n");
  ASSERT_EQ(reading.events.size(), 1U);
  ASSERT_EQ(reading.withdrawn.size(), 2U);
  EXPECT_EQ(reading.withdrawn[0], "refunded @2:28 2 " + reading.ids[0]);
  EXPECT_EQ(reading.withdrawn[1].rfind("refunded @4:", 0), 0U);
  EXPECT_THAT(reading.skipped, ElementsAre(Pair("fraud", 1U), Pair("refunded", 1U),
                                           Pair("when:Paid", 1U), Pair("when:State", 1U)));
}

/// The rows of companions by hand, as the one who reads them will give them.
class CompanionTest : public testing::Test {
 protected:
  using Table = std::map<std::string, std::vector<std::vector<std::string>>, std::less<>>;

  CompanionTest()
      : pattern_(pattern_of("", "email = \"people:mail\"\nskus = \"lines:code\"",
                            "[[companion]]\nname = \"people\"\nkey = \"id\"\nmatch = \"Customer\"\n"
                            "recognise = \"mail\"\n"
                            "[[companion]]\nname = \"lines\"\nkey = \"order\"\nmatch = \"Order\"\n"
                            "section = \"LINES\"\n")) {}

  Findings read(const std::vector<std::vector<std::string_view>>& records) {
    Selection selection({"Order", "Date", "Customer"});
    selection.add_companion(pattern_.companions[0], {"id", "mail"});
    selection.add_companion(pattern_.companions[1], {"code"});
    const CompanionLookup lookup = [&](std::size_t companion, std::string_view key) {
      const Table& table = companion == 0 ? people_ : lines_;
      const auto found = table.find(key);
      return found == table.end() ? CompanionRows() : CompanionRows(found->second);
    };
    Assembly assembly(pattern_, context_, selection, "o.csv", lookup);
    EXPECT_THAT(selection.chosen_names(), ElementsAre("Order", "Date", "Customer"));
    EXPECT_THAT(selection.companion(0).chosen_names(), ElementsAre("mail"));
    Findings findings;
    for (const auto& cells : records) assembly.add(Record{}, cells, findings);
    assembly.finish(findings);
    return findings;
  }

  Pattern pattern_;
  EventContext context_{"main", TimeZone::find("UTC"), {}};
  Table people_{{"7", {{""}, {"ann@example.com"}}}};
  Table lines_{{"1", {{"A"}, {"B"}}}};
};

TEST_F(CompanionTest, CompletesAnOrder) {
  const Findings findings = read({{"1", "2024-01-01", " 7 "}});
  ASSERT_EQ(findings.events().size(), 1);
  const Event& event = findings.events().front();
  EXPECT_EQ(event.email, "ann@example.com");
  EXPECT_THAT(event.skus, ElementsAre("A", "B"));
}

TEST_F(CompanionTest, RejectsAnOrderThatNoRowCompletes) {
  people_["9"] = {{""}};
  const Findings findings = read(
      {{"1", "2024-01-01", "8"}, {"1", "2024-01-01", "ann@example.org"}, {"1", "2024-01-01", "9"}});
  ASSERT_EQ(findings.rejects.size(), 3U);
  EXPECT_EQ(findings.rejects[0].reason, "no_companion_row");
  EXPECT_EQ(findings.rejects[0].field, "people:mail");
  EXPECT_EQ(findings.rejects[0].message,
            "people:mail: no row of people has the id \"8\" of this order; export both at the "
            "same time, so that they cover the same orders");
  EXPECT_EQ(findings.rejects[1].message,
            "people:mail: no row of people has the id \"a***@example.org\" of this order; export "
            "both at the same time, so that they cover the same orders");
  EXPECT_EQ(findings.rejects[2].reason, "missing_email");
}

TEST_F(CompanionTest, RefusesOneThatLacksAColumn) {
  pattern_.mapping(Kind::purchase).text[0] = {"people:number"};
  EXPECT_EQ(error_of(ExitCode::source,
                     [&] {
                       Selection selection({"Order", "Date", "Customer"});
                       selection.add_companion(pattern_.companions[0], {"id", "numbers"});
                       selection.add_companion(pattern_.companions[1], {"code"});
                       Assembly(pattern_, context_, selection, "o.csv");
                     }),
            "o.csv:1: there is no column \"people:number\", which a purchase needs for its "
            "order_number; the nearest is \"people:numbers\"");
}

TEST_F(CompanionTest, RefusesAFileThatLacksTheColumnToMatch) {
  EXPECT_EQ(error_of(ExitCode::source,
                     [&] {
                       Selection selection({"Order", "Date"});
                       selection.add_companion(pattern_.companions[0], {"id", "mail"});
                       selection.add_companion(pattern_.companions[1], {"code"});
                       Assembly(pattern_, context_, selection, "o.csv");
                     }),
            "o.csv:1: there is no column \"Customer\", which tells the rows of people");
}

/// Rows of few orders, so that the next may well belong to the one before; some are none.
std::string invented_rows(std::mt19937& random, std::size_t rows, std::size_t note_bytes) {
  std::string text = "Order,Email,Date,SKU,Note\n";
  const auto one_of = [&](std::initializer_list<const char*> all) {
    return all.begin()[random() % all.size()];
  };
  for (std::size_t i = 0; i < rows; ++i) {
    switch (random() % 24) {
      case 0:
        text += ",,,,\n";
        break;
      case 1:
        text += "2 records,,,,\n";
        break;
      case 2:
        text += one_of({"1,2\n", "2,\"a\"b,,,\n", "3,,,,,,\n", "\n"});
        break;
      default:
        text += fmt::format("{},{},{},{},{}\n", one_of({"", " ", "1", "1", "2", "3"}),
                            one_of({"ann@example.com", "bob@example.com", "oops", ""}),
                            one_of({"2024-01-01", "2024-01-01", "01/02/2024"}),
                            one_of({"A", "B", "", "\xFF"}), std::string(note_bytes, 'n'));
    }
  }
  return text;
}

const std::vector<std::string> kColumns{"Order", "Email", "Date", "SKU", "Note"};

/// Reads a text of these columns in stretches that end anywhere, each ahead of its turn.
std::vector<std::string> found_in_stretches(const Pattern& pattern, const std::string& text,
                                            std::mt19937& random) {
  const EventContext context{"main", TimeZone::find("America/New_York"), HashKey{}};
  Selection selection(kColumns);
  const auto assemble = [&] {
    return std::make_unique<Assembly>(pattern, context, selection, "o.csv");
  };
  auto open = assemble();
  std::vector<StretchAssembly> ahead;
  for (int i = 0; i < 2; ++i) ahead.emplace_back(assemble(), kColumns.size());
  CsvReader reader(pattern.csv->frame, kColumns.size(), selection.chosen());
  RecordBatch batch;
  Position at{2, text.find('\n') + 1};
  std::size_t shown = at.byte;
  Reading reading;
  for (std::size_t stretch = 0; at.byte < text.size(); ++stretch) {
    shown = std::min<std::size_t>(text.size(), shown + 1 + random() % 200);
    reader.read(std::string_view(text).substr(at.byte, shown - at.byte), at,
                shown == text.size() ? Ending::last : Ending::more, batch);
    at = batch.next;
    Findings findings;
    ahead[stretch % 2].read(batch);
    BatchCursor next(batch);
    if (!ahead[stretch % 2].hand_on(batch, next, open, findings)) {
      while (!next.at_end()) open->add_next(batch, next, kColumns.size(), findings);
    }
    EXPECT_TRUE(next.at_end());
    reading.add(findings);
  }
  Findings findings;
  open->finish(findings);
  reading.add(findings);
  return reading.lines();
}

/// What is read ahead begins where an order does, whatever goes before: nothing may show of that.
TEST_F(AssemblyTest, FindsAheadWhatItFindsRowByRow) {
  std::mt19937 random(5);
  for (const std::string layout : {"", "layout = \"repeated-key\"\norder_key = \"Order\"",
                                   "layout = \"blank-key\"\norder_key = \"Order\""}) {
    for (const std::string footer : {"", "\nfooter = '\\d+ records'"}) {
      const Pattern pattern = pattern_of(layout + footer, kMailAndSku);
      const auto expect_same = [&](const std::string& text) {
        const auto path = directory_.write("o.csv", text);
        const Reading whole = Reader(pattern).read(path);
        const Reading row_by_row = Reader(pattern).read(path, {}, 1);
        ASSERT_EQ(whole.lines(), row_by_row.lines()) << text.substr(0, 2'000);
        EXPECT_EQ(whole.rows, row_by_row.rows);
        EXPECT_EQ(whole.found, whole.rows);
        EXPECT_EQ(found_in_stretches(pattern, text, random), whole.lines());
        EXPECT_EQ(whole.checkpoint.offset, row_by_row.checkpoint.offset);
      };
      for (int i = 0; i < 150; ++i) expect_same(invented_rows(random, random() % 24, 0));
      expect_same(invented_rows(random, 200, 9'000));
    }
  }
}

/// No order begins in several stretches: none can be read ahead.
TEST_F(AssemblyTest, ReadsAnOrderOfManyStretches) {
  const std::string row = "1,ann@example.com,2024-01-01,A," + std::string(9'000, 'n') + "\n";
  std::string text = "Order,Email,Date,SKU,Note\n";
  for (int i = 0; i < 300; ++i) text += row;
  const Reading reading =
      read(pattern_of("layout = \"repeated-key\"\norder_key = \"Order\"", kMailAndSku),
           text + "2" + row);
  ASSERT_EQ(reading.events.size(), 2U);
  EXPECT_EQ(reading.events.at(0).rfind("300 rows ", 0), 0U);
}

}  // namespace
}  // namespace ordertail
