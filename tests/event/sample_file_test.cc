#include "event/sample_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "expect_error.h"

namespace ordertail {
namespace {

std::string content_of(const SampleFile& file) {
  std::ostringstream content;
  content << std::ifstream(file.path(), std::ios::binary).rdbuf();
  return content.str();
}

TEST(SampleFile, HoldsTheTextWithoutItsFirstLineEnd) {
  EXPECT_EQ(content_of(SampleFile("\n\na\n", "")), "\na\n");
  EXPECT_EQ(content_of(SampleFile("\xFF", "")), "\xFF");
}

TEST(SampleFile, IsWrittenInItsCharacterSet) {
  using namespace std::string_literals;
  EXPECT_EQ(content_of(SampleFile("\nGeb\u00FChr", "windows-1252")), "Geb\xFChr");
  EXPECT_EQ(content_of(SampleFile("\uFEFFa\U0001F600", "utf-16le")),
            "\xFF\xFE"s + "a\0"s + "\x3D\xD8\x00\xDE"s);
  EXPECT_EQ(content_of(SampleFile("", "utf-16le")), "");
}

TEST(SampleFile, IsRefusedWhenItCannotBeWritten) {
  EXPECT_EQ(error_of(ExitCode::usage, [] { SampleFile("a", "klingon"); }),
            "there is no character set \"klingon\"; `iconv -l` lists them");
  EXPECT_EQ(error_of(ExitCode::usage, [] { SampleFile("\u20AC", "iso-8859-1"); }),
            "the sample's input cannot be written in \"iso-8859-1\"");
}

}  // namespace
}  // namespace ordertail
