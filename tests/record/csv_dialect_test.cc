#include "record/csv_dialect.h"

#include <gmock/gmock.h>

#include <random>

#include "record/collect.h"
#include "record/csv_reader.h"
#include "record/slow_csv.h"
#include "record/texts.h"

namespace ordertail {
namespace {

using Fault = BadRecord::Fault;
using testing::ElementsAre;

struct Dialect {
  const char* name;
  CsvDialect dialect;
  std::vector<std::string> words;  // to make texts of
};

std::ostream& operator<<(std::ostream& out, const Dialect& dialect) {
  return out << dialect.name;
}

const std::vector<Dialect> kDialects{
    {"rfc_blank", {.blank_before_quote = true}, {"a", ",", "\"", "\r", "\n", " "}},
    {"lenient", {.quoting = Quoting::lenient}, {"a", ",", "\"", "\r", "\n"}},
    {"lenient_blank",
     {.quoting = Quoting::lenient, .blank_before_quote = true},
     {"a", ",", "\"", "\n", " "}},
    {"backslash", {.quoting = Quoting::backslash}, {"a", ",", "\"", "\r", "\n", "\\"}},
    {"backslash_blank",
     {.quoting = Quoting::backslash, .blank_before_quote = true},
     {",", "\"", "\n", "\\", "\t"}},
    {"none",
     {.quoting = Quoting::none, .blank_before_quote = true},
     {"a", ",", "\"", "\r", "\n", " "}},
};

class CsvDialects : public testing::TestWithParam<Dialect> {
 protected:
  CsvFrame frame() const { return {.dialect = GetParam().dialect}; }
};

TEST_P(CsvDialects, AgreesWithTheSlowReaderOnEveryShortTextHoweverChunked) {
  CsvReader one(frame(), 1, {0});
  CsvReader two(frame(), 2, {1, 0});
  for_every_text(GetParam().words, 6, [&](const std::string& text) {
    const Findings of_one = read_csv_slowly(text, frame(), 1, {0});
    ASSERT_EQ(read_at_once(one, text), of_one) << testing::PrintToString(text);
    const Findings of_two = read_csv_slowly(text, frame(), 2, {1, 0});
    ASSERT_EQ(read_in_windows(two, text, [] { return 1; }), of_two) << testing::PrintToString(text);
  });
}

TEST_P(CsvDialects, AgreesWithTheSlowReaderOnRandomTextsHoweverChunked) {
  std::mt19937 random(1);
  std::string alphabet = "abc";
  for (const std::string& word : GetParam().words) alphabet += word;
  for (int round = 0; round < 2'000; ++round) {
    const std::size_t columns = 1 + random() % 4;
    const std::string text = random_text(random, random() % 200, alphabet);
    const Findings expected = read_csv_slowly(text, frame(), columns, {0});
    CsvReader reader(frame(), columns, {0});
    ASSERT_EQ(read_at_once(reader, text), expected) << testing::PrintToString(text);
    const std::size_t most = 1 + random() % 50;
    ASSERT_EQ(read_in_windows(reader, text, [&] { return 1 + random() % most; }), expected)
        << testing::PrintToString(text);
  }
}

TEST_P(CsvDialects, TakesTheLongestRecordAndGivesUpALongerOne) {
  for (const std::string before : {"", " ", "\""}) {
    const std::string after = before == "\"" ? "\"\n" : "\n";
    const std::string longest =
        before + std::string(kMaxRecordBytes - before.size() - after.size(), 'x') + after;
    CsvReader reader(frame(), 1, {0});
    EXPECT_EQ(read_at_once(reader, longest + "b\n").records.size(), 2U);
    const Findings over =
        read_at_once(reader, before + "x" + longest.substr(before.size()) + "b\n");
    ASSERT_EQ(over.bad.size(), 1U);
    EXPECT_EQ(over.bad[0].fault, Fault::too_long);
    EXPECT_EQ(over.bad[0].at, Position{});
    EXPECT_EQ(over.records.size(), 1U);
  }
}

INSTANTIATE_TEST_SUITE_P(All, CsvDialects, testing::ValuesIn(kDialects),
                         [](const auto& each) { return std::string(each.param.name); });

std::vector<std::string> cells_of(const CsvDialect& dialect, std::size_t columns,
                                  std::string_view record) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < columns; ++i) all.push_back(i);
  CsvReader reader({.dialect = dialect}, columns, all);
  const Findings found = read_at_once(reader, record);
  EXPECT_EQ(found.records.size(), 1U) << found;
  EXPECT_TRUE(found.bad.empty()) << found;
  return found.records.empty() ? std::vector<std::string>{} : found.records[0].cells;
}

TEST(CsvDialect, LetsQuotesStandAloneInLenientCells) {
  const CsvDialect lenient{.quoting = Quoting::lenient};
  EXPECT_THAT(cells_of(lenient, 3, "\"ab \"cd\" ef\",\"\",\"x\"\"y\"\n"),
              ElementsAre("ab \"cd\" ef", "", "x\"y"));
  EXPECT_THAT(cells_of(lenient, 2, "5\" x 7\",\"6\" x\r\n8\"\"\""),
              ElementsAre("5\" x 7\"", "6\" x\r\n8\""));
}

TEST(CsvDialect, TakesABackslashBeforeAQuoteForItsEscape) {
  const CsvDialect backslash{.quoting = Quoting::backslash};
  EXPECT_THAT(cells_of(backslash, 4, R"("a\"b","a\\b","a\\"b","a""b\n")"),
              ElementsAre("a\"b", R"(a\\b)", R"(a\"b)", R"(a"b\n)"));
  EXPECT_THAT(cells_of(backslash, 2, R"(a\"b,"say \"\"")"), ElementsAre(R"(a\"b)", R"(say "")"));
}

TEST(CsvDialect, DoesNotLoseACellThatEndsInABackslashWithoutAWord) {
  CsvReader reader({.dialect = {.quoting = Quoting::backslash}}, 2, {0});
  const Findings found = read_at_once(reader, "\"C:\\\",\"x\"\nb,c\n");
  ASSERT_EQ(found.bad.size(), 1U);
  EXPECT_EQ(found.bad[0].fault, Fault::text_after_quote);
  EXPECT_EQ(found.records.size(), 1U);
}

TEST(CsvDialect, KnowsNoQuotesWhereThereAreNone) {
  EXPECT_THAT(cells_of({.delimiter = '\t', .quoting = Quoting::none}, 3, "\"a\t\"\"\t 6\" x\n"),
              ElementsAre("\"a", "\"\"", " 6\" x"));
}

TEST(CsvDialect, PassesOverBlanksBeforeAQuoteOnly) {
  EXPECT_THAT(cells_of({.blank_before_quote = true}, 4, "\"a\", \t\"b, \"\"c\"\"\", d, \n"),
              ElementsAre("a", "b, \"c\"", " d", " "));
  EXPECT_THAT(cells_of({.delimiter = '\t', .blank_before_quote = true}, 3, "\t \"a\"\tb"),
              ElementsAre("", "a", "b"));
}

const CsvFrame kSections{.dialect = {}, .section = "S"};

TEST(CsvSections, AgreeWithTheSlowReaderOnEveryShortTextHoweverChunked) {
  CsvReader one(kSections, 1, {0});
  CsvReader two(kSections, 2, {0});
  CsvFrame bare = kSections;
  bare.columns = {"A", "B"};
  CsvReader headerless(bare, 2, {0});
  for_every_text({"[S]", "[T]", "a,", "\"", "\n", "\r"}, 6, [&](const std::string& text) {
    ASSERT_EQ(read_at_once(one, text), read_csv_slowly(text, kSections, 1, {0}))
        << testing::PrintToString(text);
    ASSERT_EQ(read_in_windows(two, text, [] { return 1; }),
              read_csv_slowly(text, kSections, 2, {0}))
        << testing::PrintToString(text);
    ASSERT_EQ(read_in_windows(headerless, text, [] { return 2; }),
              read_csv_slowly(text, bare, 2, {0}))
        << testing::PrintToString(text);
  });
}

TEST(CsvSections, AgreeWithTheSlowReaderOnRandomTextsHoweverChunked) {
  std::mt19937 random(2);
  const std::vector<std::string> words{"[S]\n", "[T],\r\n", "[S],,", "a,b\n", "\"x\ny\",", "\"",
                                       "\n",    "[",        "s]",    ",",     "\r\n"};
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    for (std::size_t i = random() % 40; i > 0; --i) text += words[random() % words.size()];
    const Findings expected = read_csv_slowly(text, kSections, 2, {0});
    CsvReader reader(kSections, 2, {0});
    const std::size_t most = 1 + random() % 20;
    ASSERT_EQ(read_in_windows(reader, text, [&] { return 1 + random() % most; }), expected)
        << testing::PrintToString(text);
  }
}

TEST(CsvSections, AreReadUntilAnotherBeginsAndAgainWhereTheyGoOn) {
  CsvReader reader({.dialect = {.delimiter = ';'}, .section = "ORDERS"}, 2, {0});
  const Findings found = read_at_once(reader,
                                      "1;a\n"
                                      "2;\"[ORDER_ITEMS]\"\n"
                                      "\n"
                                      "[ORDER_ITEMS]\n"
                                      "!ORDERID;!PRODUCT\n"
                                      "1;\"x\n[ORDERS]\n\"\n"
                                      "\n"
                                      "1;\"broken\n"
                                      "[ORDERS];\n"
                                      "\n"
                                      "!ORDERID;!LOGIN\n"
                                      "3;b\n"
                                      "[USERS]\n"
                                      "!LOGIN");
  ASSERT_EQ(found.records.size(), 3U);
  EXPECT_THAT(found.records[2].cells, ElementsAre("3"));
  EXPECT_EQ(found.records[2].begin.line, 14U);
  EXPECT_TRUE(found.bad.empty());
  EXPECT_EQ(found.passed_over, 12U);
}

TEST(CsvSections, EndWhatIsBeingGivenUp) {
  CsvReader reader(kSections, 2, {0});
  const Findings found = read_at_once(reader, "1,\"a\"b\nc,\"\n[T]\nx,y\n");
  ASSERT_EQ(found.bad.size(), 1U);
  EXPECT_EQ(found.bad[0].lines, 2U);
  EXPECT_EQ(found.passed_over, 2U);
  EXPECT_TRUE(found.records.empty());
}

TEST(CsvSections, BeginWithALineOfCapitalsDigitsAndUnderscoresInBrackets) {
  for (const char* line : {"[ORDER_ITEMS2]\n", "[A],\n", "[A],,,\n"}) {
    CsvReader reader(kSections, 2, {0});
    EXPECT_EQ(read_at_once(reader, line).passed_over, 1U) << line;
  }
  for (const char* line : {"[]\n", "[Orders]\n", "[A]x\n", " [A]\n", "[A],b\n", "\"[A]\"\n"}) {
    CsvReader reader(kSections, 2, {0});
    EXPECT_EQ(read_at_once(reader, line).passed_over, 0U) << line;
  }
  CsvReader without(CsvFrame{}, 1, {0});
  EXPECT_EQ(read_at_once(without, "[A]\n").records.size(), 1U);
}

TEST(CsvSections, AreResumedWhereTheOtherOneBegins) {
  const std::string_view text = "1,a\n[T]\nx,y\n";
  CsvReader reader(kSections, 2, {0});
  RecordBatch batch;
  reader.read(text, {}, Ending::more, batch);
  EXPECT_EQ(batch.given_up, (Position{.line = 2, .byte = 4}));
  EXPECT_EQ(batch.consumed, text.size());
  EXPECT_EQ(batch.passed_over, 0U);
  reader.read("", batch.next, Ending::last, batch);
  EXPECT_EQ(batch.given_up, (Position{.line = 2, .byte = 4}));
  EXPECT_EQ(batch.passed_over, 2U);
  reader.read(text, {}, Ending::last, batch);
  reader.read("1,a\n", {}, Ending::last, batch);
  EXPECT_EQ(batch.given_up, std::nullopt);
  EXPECT_EQ(batch.records.size(), 1U);
}

TEST(CsvSections, PassOverAHugeLineInBoundedWindows) {
  const std::string text =
      "1,a\n[T]\n\"" + std::string(3 * kMaxRecordBytes, 'x') + "\r\n[S]\nh,i\n2,b";
  CsvReader reader(kSections, 2, {0});
  const Findings found = read_in_windows(reader, text, [] { return 100'000; });
  EXPECT_EQ(found.records.size(), 2U);
  EXPECT_EQ(found.passed_over, 4U);
  EXPECT_TRUE(found.bad.empty());
}

}  // namespace
}  // namespace ordertail
