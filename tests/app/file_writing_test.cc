#include "app/file_writing.h"

#include <gtest/gtest.h>

#include "temporary_directory.h"

namespace ordertail {
namespace {

class FileWritingTest : public testing::Test {
 protected:
  FileWriting of(std::string_view bytes, const std::string& charset = "") {
    return writing_of({directory_.write("a.csv", bytes), "a.csv"}, charset);
  }

 private:
  TemporaryDirectory directory_;
};

TEST_F(FileWritingTest, TellsTheEncoding) {
  EXPECT_EQ(of("a,b\n").encoding, "ASCII");
  EXPECT_EQ(of("Zoë\n").encoding, "UTF-8");
  EXPECT_EQ(of("\xEF\xBB\xBFZoë\n").encoding, "UTF-8, with a byte order mark");
  EXPECT_EQ(of(std::string_view("\xFF\xFE"
                                "a\0\n\0",
                                6))
                .encoding,
            "UTF-16, little endian, by its byte order mark");
  EXPECT_EQ(of("Zo\xEB\n", "windows-1252").encoding, "windows-1252, as the pattern says");
  EXPECT_EQ(of("Zo\xEB\n").encoding,
            "not UTF-8: add its character set to the source, such as charset = \"windows-1252\"");
  EXPECT_EQ(of(std::string_view("a\0\n\0", 4)).encoding,
            "no text that can be read: if it is UTF-16 without a byte order mark, add charset = "
            "\"utf-16le\" to the source");
}

TEST_F(FileWritingTest, ACharacterCutByTheLookIsNoFault) {
  std::string text;
  while (text.size() < (std::size_t{300} << 10U)) text += "Zoë\n";
  EXPECT_EQ(of(text).encoding, "UTF-8");
  EXPECT_EQ(of("x" + text).encoding, "UTF-8");
}

TEST_F(FileWritingTest, TellsTheLineEnds) {
  EXPECT_EQ(of("a").line_ends, "none");
  EXPECT_EQ(of("a\nb\n").line_ends, "LF");
  EXPECT_EQ(of("a\r\nb\r\n").line_ends, "CRLF");
  EXPECT_EQ(of("a\rb").line_ends, "CR");
  EXPECT_EQ(of("a\r\nb\n").line_ends, "LF and CRLF mixed");
}

}  // namespace
}  // namespace ordertail
