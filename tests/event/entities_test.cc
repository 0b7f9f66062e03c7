#include "event/entities.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "every_text.h"

namespace ordertail {
namespace {

std::string decoded(std::string_view text) {
  std::string space = "what was there before";
  return std::string(decode_entities(text, space));
}

TEST(Entities, AreDecoded) {
  EXPECT_EQ(decoded("Tom &amp; Ann&#039;s &lt;b&gt; &quot;x&quot; &apos;"),
            "Tom & Ann's <b> \"x\" '");
  EXPECT_EQ(decoded("Ren&eacute;e M&uuml;ller, &Aring;s &yuml;"), "Renée Müller, Ås ÿ");
  EXPECT_EQ(decoded("&#8364;&#x20ac;&#X20AC;&#128512;&#x10FFFF;"), "€€€😀\xF4\x8F\xBF\xBF");
  EXPECT_EQ(decoded("a&nbsp;b&#160;c&#xA0;d"), "a b c d");
  EXPECT_EQ(decoded("a&#10;b&#9;c"), "a\nb\tc");
}

TEST(Entities, AreDecodedOnce) {
  EXPECT_EQ(decoded("&amp;lt;"), "&lt;");
  EXPECT_EQ(decoded("&amp;amp;#65;"), "&amp;#65;");
}

TEST(Entities, ThatAreNoneStayAsWritten) {
  for (const char* text : {"&",
                           "&&",
                           "&;",
                           "AT&T",
                           "a & b; c",
                           "&nosuch;",
                           "&AMP;",
                           "&amp",
                           "&#;",
                           "&#x;",
                           "&#0;",
                           "&#27;",
                           "&#127;",
                           "&#150;",
                           "&#xD800;",
                           "&#xDFFF;",
                           "&#x110000;",
                           "&#99999999;",
                           "&#4294967361;",
                           "&#-65;",
                           "&#+65;",
                           "&# 65;",
                           "&#65 ;",
                           "&#x41g;",
                           "&#00000000065;",
                           "https://example.com/?a=1&b=2;"}) {
    EXPECT_EQ(decoded(text), text);
  }
}

TEST(Entities, CostNothingWhereThereAreNone) {
  const std::string_view text = "Ann Lee; #12";
  std::string space;
  EXPECT_EQ(decode_entities(text, space).data(), text.data());
  EXPECT_EQ(space, "");
}

// Names and references beside each other, whole and broken: always UTF-8, never longer, and all
// that follows the last '&' is there.
TEST(Entities, LeaveUtf8AndLoseNothing) {
  for_every_text("&#x;1gtC", 6, [](const std::string& text) {
    const std::string result = decoded(text);
    ASSERT_TRUE(is_utf8(result)) << text;
    ASSERT_LE(result.size(), text.size()) << text;
    if (text.find('&') == text.npos) {
      ASSERT_EQ(result, text);
    }
    if (text.find(';') == text.npos) {
      ASSERT_EQ(result, text);
    }
    ASSERT_EQ(decoded("x" + text + "y"), "x" + result + "y");
  });
}

// Every code point that is text, written both ways, is the same UTF-8 as the compiler's.
TEST(Entities, CoverEveryPlaneOfUnicode) {
  for (const auto& [code, utf8] : {std::pair<int, const char*>{0x7E, "~"},
                                   {0xA1, "\u00A1"},
                                   {0x7FF, "\u07FF"},
                                   {0x800, "\u0800"},
                                   {0xD7FF, "\uD7FF"},
                                   {0xE000, "\uE000"},
                                   {0xFFFD, "\uFFFD"},
                                   {0x10000, "\U00010000"},
                                   {0x1F600, "\U0001F600"}}) {
    EXPECT_EQ(decoded("&#" + std::to_string(code) + ";"), utf8);
  }
}

}  // namespace
}  // namespace ordertail
