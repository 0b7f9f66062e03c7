#include "record/csv_header.h"

#include <gmock/gmock.h>

#include <array>

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
                                      Ending::more, {.delimiter = ';'});
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

}  // namespace
}  // namespace ordertail
