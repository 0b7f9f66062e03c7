// What a header that is not as expected tells of its file.
#include "record/header_doubt.h"

#include <gtest/gtest.h>

namespace ordertail {
namespace {

using namespace std::string_literals;
using Columns = std::vector<std::string>;

constexpr const char* kSemicolons =
    "the header looks delimited by semicolons, while the pattern reads commas: export the file "
    "with commas, or add delimiter = \";\" to the source";

CsvFrame frame_with(char delimiter) {
  CsvFrame frame;
  frame.dialect.delimiter = delimiter;
  return frame;
}

TEST(HeaderDoubtTest, TellsAnotherDelimiterFromAHeader) {
  EXPECT_EQ(header_doubt(Columns{"Order;Email;Total"}, ','), kSemicolons);
  EXPECT_EQ(header_doubt(Columns{"Order;Total", "net;Email"}, ','), kSemicolons);
  EXPECT_EQ(
      delimiter_doubt('\t', '|', "mine"),
      "the header looks delimited by tabs, while the pattern mine, whose columns it has, "
      "reads bars: export the file with bars, or add pattern = \"mine\" and delimiter = \"\\t\" "
      "to the source");
}

TEST(HeaderDoubtTest, HasNoneOfAHeaderThatIsInOrder) {
  EXPECT_EQ(header_doubt(Columns{"Order", "Email", "Total; net", "Date"}, ','), "");
  EXPECT_EQ(header_doubt(Columns{"Order"}, ','), "");
  EXPECT_EQ(header_doubt(Columns{""}, ','), "");
  EXPECT_EQ(header_doubt(Columns{}, ','), "");
  EXPECT_EQ(header_doubt(Columns{"Order,x"}, ','), "");
}

/// Whatever the delimiter is, and whatever it is taken for.
TEST(HeaderDoubtTest, FindsTheDelimiterOfAQuotedHeader) {
  for (const char written : ",;\t|"s) {
    for (const char read : ",;\t|"s) {
      const std::string text = "\"Order\""s + written + "\"E-mail\"\n1" + written + "2\n";
      EXPECT_EQ(header_doubt(text, frame_with(read)),
                written == read ? "" : delimiter_doubt(written, read));
    }
  }
}

TEST(HeaderDoubtTest, FindsTheHeaderBehindAPreamble) {
  CsvFrame frame = frame_with(',');
  frame.header_has = {"Order", "E-mail"};
  EXPECT_EQ(header_doubt("A report, of 2025\nOrder;E-mail\n", frame), kSemicolons);
  EXPECT_EQ(header_doubt("A report; of 2025\nOrdr;E-mail\n", frame), "");
}

TEST(HeaderDoubtTest, TellsUtf16WithoutAByteOrderMark) {
  EXPECT_EQ(utf16_doubt("O\0r\0"s),
            "the file looks like UTF-16 without a byte order mark: save it as UTF-8, or add "
            "charset = \"utf-16le\" to the source");
  EXPECT_EQ(utf16_doubt("\0O\0r"s),
            "the file looks like UTF-16 without a byte order mark: save it as UTF-8, or add "
            "charset = \"utf-16be\" to the source");
  EXPECT_EQ(header_doubt(Columns{"O\0r\0"s, "\0E\0"s}, ','), utf16_doubt("O\0r\0"s));
  EXPECT_EQ(header_doubt("\"\0O\0"s, frame_with(',')), utf16_doubt("\"\0"s));
  EXPECT_EQ(utf16_doubt("Order"), "");
  EXPECT_EQ(utf16_doubt("\0\0\0\0"s), "");
  EXPECT_EQ(utf16_doubt("O"), "");
}

}  // namespace
}  // namespace ordertail
