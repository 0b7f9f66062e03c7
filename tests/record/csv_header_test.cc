#include "record/csv_header.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

namespace ordertail {
namespace {

using testing::ElementsAre;

TEST(CsvHeader, HoldsTrimmedAndUnescapedNames) {
  const auto header =
      read_csv_header("Name, \"Email\" ,\" Paid \"\"at\"\" \",\n", Ending::more, {});
  ASSERT_TRUE(header);
  EXPECT_THAT(header->columns, ElementsAre("Name", "\"Email\"", "Paid \"at\"", ""));
}

TEST(CsvHeader, SkipsAByteOrderMarkAndEmptyLinesAndCountsThem) {
  const auto header = read_csv_header("\xEF\xBB\xBF\r\n\"Order\r\nID\";Total\r\n1;2\r\n",
                                      Ending::more, {.dialect = {.delimiter = ';'}});
  ASSERT_TRUE(header);
  EXPECT_THAT(header->columns, ElementsAre("Order\r\nID", "Total"));
  EXPECT_EQ(header->next, (Position{.line = 4, .byte = 24}));
}

TEST(CsvHeader, NeedsTheWholeRecord) {
  const std::string text = "\xEF\xBB\xBFName,\"Email\"\r\n";
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(read_csv_header(text.substr(0, size), Ending::more, {})) << size;
  }
  EXPECT_TRUE(read_csv_header(text, Ending::more, {}));
  EXPECT_TRUE(read_csv_header(text.substr(0, text.size() - 2), Ending::last, {}));
}

TEST(CsvHeader, IsNoneInAnEmptyOrBrokenFile) {
  for (const char* text : {"", "\n\r\n", "a,\"b", "a,\"b\"c\n"}) {
    EXPECT_FALSE(read_csv_header(text, Ending::last, {})) << text;
  }
}

TEST(CsvHeader, FindsTheFirstColumnOfAName) {
  const auto header = read_csv_header("Name,EMAIL,Total,email\n", Ending::last, {});
  ASSERT_TRUE(header);
  EXPECT_EQ(header->find("Email"), 1U);
  EXPECT_EQ(header->find("name"), 0U);
  EXPECT_EQ(header->find("Mail"), std::nullopt);
}

CsvHeader header_of(std::string_view text, const CsvFrame& frame) {
  return read_csv_header(text, Ending::last, frame).value();
}

TEST(CsvHeader, TakesThePrefixOffEachName) {
  const CsvFrame frame{.dialect = {.delimiter = ';'}, .header_prefix = "!"};
  EXPECT_THAT(header_of(" !ORDERID;\"!B!\";PLAIN;!!\n", frame).columns,
              ElementsAre("ORDERID", "B!", "PLAIN", "!"));
}

TEST(CsvHeader, MayHaveADelimiterOfItsOwn) {
  const CsvFrame frame{.dialect = {.delimiter = '\t'}, .header_delimiter = ','};
  EXPECT_THAT(header_of("Order ID,\"Customer, Email\"\n1\ta\n", frame).columns,
              ElementsAre("Order ID", "Customer, Email"));
}

TEST(CsvHeader, IsReadAsTheDialectSays) {
  EXPECT_THAT(
      header_of("Date, \"Name\", Type\n", {.dialect = {.blank_before_quote = true}}).columns,
      ElementsAre("Date", "Name", "Type"));
  EXPECT_THAT(header_of("\"a\",b\n", {.dialect = {.quoting = Quoting::none}}).columns,
              ElementsAre("\"a\"", "b"));
  EXPECT_THAT(header_of("\"5\" x\",b\n", {.dialect = {.quoting = Quoting::lenient}}).columns,
              ElementsAre("5\" x", "b"));
}

TEST(CsvHeader, IsGivenForAFileWithoutOne) {
  const CsvFrame frame{.dialect = {}, .columns = {"id", "email", "id"}};
  for (const std::string bom : {"", "\xEF\xBB\xBF"}) {
    const CsvHeader header = header_of(bom + "1,a@example.com,2\n", frame);
    EXPECT_EQ(header.columns, frame.columns);
    EXPECT_EQ(header.next, (Position{.line = 1, .byte = bom.size()}));
  }
  EXPECT_FALSE(read_csv_header("\xEF\xBB", Ending::more, frame));
  EXPECT_TRUE(read_csv_header("a", Ending::last, frame));
}

TEST(CsvHeader, FollowsItsSectionsLine) {
  const CsvFrame frame{.dialect = {.delimiter = ';'}, .section = "ORDERS"};
  const std::string_view text =
      "[USERS]\nLOGIN\n\"a\n[ORDERS]\n\"\n\"broken\n[ORDERS];\r\n\r\nID;TOTAL\r\n1;2\n";
  const CsvHeader header = header_of(text, frame);
  EXPECT_THAT(header.columns, ElementsAre("ID", "TOTAL"));
  EXPECT_EQ(header.next, (Position{.line = 10, .byte = text.find("1;2")}));
  EXPECT_FALSE(read_csv_header("[USERS]\na\n[ORDERS_2]\nb\n", Ending::last, frame));
  EXPECT_FALSE(read_csv_header("[ORDERS]\n", Ending::last, frame));
}

TEST(CsvHeader, MayStandBehindAPreamble) {
  const CsvFrame frame{.dialect = {}, .header_has = {"Order Number", "buyer email"}};
  const std::string_view text =
      "\r\n,,\r\nSeller ID : x\r\n\"a\"b\r\nOrder Number\r\n,Order Number,Buyer Email\r\n,1,a\r\n";
  const CsvHeader header = header_of(text, frame);
  EXPECT_THAT(header.columns, ElementsAre("", "Order Number", "Buyer Email"));
  EXPECT_EQ(header.next, (Position{.line = 7, .byte = text.find(",1,a")}));
}

TEST(CsvHeader, IsLookedForAmongTheFirstFiftyRecords) {
  const CsvFrame frame{.dialect = {}, .header_has = {"b"}};
  std::string preamble;
  for (std::size_t i = 1; i < CsvHeaderReader::kMaxPreamble; ++i) preamble += "x\n\n";
  EXPECT_TRUE(read_csv_header(preamble + "a,b\n", Ending::last, frame));
  EXPECT_FALSE(read_csv_header(preamble + "x\na,b\n", Ending::last, frame));
}

TEST(CsvHeader, IsTheSameHoweverTheFileIsChunked) {
  const std::vector<CsvFrame> frames{
      {.dialect = {}},
      {.dialect = {}, .section = "S"},
      {.dialect = {}, .columns = {"a"}, .section = "S"},
      {.dialect = {}, .header_has = {"a"}},
  };
  const std::vector<std::string> words{"\xEF\xBB\xBF", "[S]\n", "\"x\n", "\"", "a,b", "\r\n", "\r"};
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    const CsvFrame& frame = frames[random() % frames.size()];
    std::string text;
    for (std::size_t i = random() % 12; i > 0; --i) text += words[random() % words.size()];
    const auto expected = read_csv_header(text, Ending::last, frame);
    CsvHeaderReader reader(frame);
    std::optional<CsvHeader> header;
    for (std::size_t shown = 0; !header && shown <= text.size(); ++shown) {
      const std::size_t done = reader.next().byte;
      header = reader.read(std::string_view(text).substr(done, shown - done),
                           shown == text.size() ? Ending::last : Ending::more);
    }
    ASSERT_EQ(header.has_value(), expected.has_value()) << testing::PrintToString(text);
    if (!header) continue;
    ASSERT_EQ(header->columns, expected->columns) << testing::PrintToString(text);
    ASSERT_EQ(header->next, expected->next) << testing::PrintToString(text);
  }
}

TEST(CsvHeader, IsFoundFarIntoAFileInBoundedWindows) {
  const std::string before =
      "[T]\na\n\"" + std::string(3 * kMaxRecordBytes, 'x') + "\n" + std::string(5'000'000, '\n');
  const std::string text = before + "[S]\na,b\n";
  CsvHeaderReader reader({.dialect = {}, .section = "S"});
  std::optional<CsvHeader> header;
  std::size_t shown = 0;
  while (!header && shown < text.size()) {
    const std::size_t done = reader.next().byte;
    ASSERT_LE(shown - done, kMaxRecordBytes + 1);
    shown = std::min(shown + 100'000, text.size());
    header = reader.read(std::string_view(text).substr(done, shown - done),
                         shown == text.size() ? Ending::last : Ending::more);
  }
  ASSERT_TRUE(header);
  EXPECT_EQ(header->next.byte, text.size());
}

}  // namespace
}  // namespace ordertail
