#include "base/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace ordertail {
namespace {

using namespace std::string_literals;

TEST(Trim, TakesBlanksAndNoBreakSpacesOffBothEnds) {
  EXPECT_EQ(trim(" \t\r\n a b\xC2\xA0 \n"), "a b");
  EXPECT_EQ(trim("\xC2\xA0 \xC2\xA0"), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("a"), "a");
}

TEST(Trim, LeavesOtherBytesAlone) {
  EXPECT_EQ(trim("\xC3\xA0"), "\xC3\xA0");  // ends in A0, and is no blank
  EXPECT_EQ(trim("\va\f"), "\va\f");
  EXPECT_EQ(trim("\xA0"), "\xA0");
}

TEST(Lower, ChangesAsciiLettersOnly) {
  EXPECT_EQ(lower("AZ az[@ \xC3\x84"), "az az[@ \xC3\x84");
  EXPECT_TRUE(equal_ignoring_case("Created AT", "created at"));
  EXPECT_FALSE(equal_ignoring_case("ab", "abc"));
  EXPECT_FALSE(equal_ignoring_case("@", "`"));
}

TEST(Utf8Length, KnowsTheEdgesOfUnicode) {
  EXPECT_EQ(utf8_length(""), 0U);
  EXPECT_EQ(utf8_length("\x7F"), 1U);
  EXPECT_EQ(utf8_length("\x80"), 0U);
  EXPECT_EQ(utf8_length("\xC1\xBF"), 0U);  // overlong
  EXPECT_EQ(utf8_length("\xC2\x80"), 2U);
  EXPECT_EQ(utf8_length("\xC2"), 0U);
  EXPECT_EQ(utf8_length("\xE0\x9F\xBF"), 0U);  // overlong
  EXPECT_EQ(utf8_length("\xE0\xA0\x80"), 3U);
  EXPECT_EQ(utf8_length("\xED\x9F\xBF"), 3U);
  EXPECT_EQ(utf8_length("\xED\xA0\x80"), 0U);  // a surrogate
  EXPECT_EQ(utf8_length("\xF0\x8F\xBF\xBF"), 0U);
  EXPECT_EQ(utf8_length("\xF0\x90\x80\x80"), 4U);
  EXPECT_EQ(utf8_length("\xF4\x8F\xBF\xBF"), 4U);
  EXPECT_EQ(utf8_length("\xF4\x90\x80\x80"), 0U);
  EXPECT_EQ(utf8_length("\xF5\x80\x80\x80"), 0U);
}

TEST(Printable, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("plain \xC3\xA9 \xF0\x9F\x98\x80"), "plain \xC3\xA9 \xF0\x9F\x98\x80");
  EXPECT_EQ(printable("\x1B[2J\t\n\x7F\0!"s), "\\x1b[2J\\t\\x0a\\x7f\\x00!");
  EXPECT_EQ(printable("\xC2\x9B"
                      "0m"),
            "\\xc2\\x9b0m");  // C1: CSI
  EXPECT_EQ(printable("\xE2\x80\xAE"
                      "gpj"),
            "\\xe2\\x80\\xaegpj");                          // right-to-left override
  EXPECT_EQ(printable("\xE2\x81\xA6"), "\\xe2\\x81\\xa6");  // isolate
  EXPECT_EQ(printable("\xE2\x80\x8F\xD8\x9C"), "\\xe2\\x80\\x8f\\xd8\\x9c");
  EXPECT_EQ(printable("\xE2\x80\xA8"), "\\xe2\\x80\\xa8");  // line separator
  EXPECT_EQ(printable("a\xFF\xC3"), "a\\xff\\xc3");
}

TEST(Printable, StopsAtTheLimitWithoutCuttingACharacter) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcdef...");
  EXPECT_EQ(printable("ab\xE2\x82\xAC", 4), "ab...");
  EXPECT_EQ(printable(std::string(100, 'x')), std::string(80, 'x') + "...");
}

TEST(Printable, IsAlwaysWellFormedAndFreeOfControls) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 12, '\0');
    // Bytes near the interesting ones, so that sequences come about.
    constexpr std::string_view kBytes =
        "\xC2\xE2\x80\x81\xA6\xAE\x9B\xD8\x9C\xF0\x90\x1B\x7F"
        "a\0";
    for (char& c : text) c = kBytes[random() % kBytes.size()];
    std::string_view rest = text;
    const std::string shown = printable(text);
    rest = shown;
    while (!rest.empty()) {
      const std::size_t length = utf8_length(rest);
      ASSERT_GT(length, 0U) << to_hex(text);
      if (length == 1) {
        ASSERT_GE(rest[0], ' ') << to_hex(text);
      }
      rest.remove_prefix(length);
    }
  }
}

TEST(PrintableLines, KeepsTheLineEndsOnly) {
  EXPECT_EQ(printable_lines("a\x1B[2J\n  b\x07\r\n"), "a\\x1b[2J\n  b\\x07\\x0d\n");
  EXPECT_EQ(printable_lines(std::string(5000, 'x')), std::string(5000, 'x'));
  EXPECT_EQ(printable_lines(""), "");
}

TEST(PrintableName, IsOneWholeLine) {
  EXPECT_EQ(printable_name("a\x1B[2J\nb.csv"), "a\\x1b[2J\\x0ab.csv");
  EXPECT_EQ(printable_name(std::string(5000, 'x')), std::string(5000, 'x'));
}

TEST(Discreet, MasksWhatMayBeAnEmailAddress) {
  EXPECT_EQ(discreet("ann@example.com"), "a***@example.com");
  EXPECT_EQ(discreet("1;00"), "1;00");
  EXPECT_EQ(discreet(""), "");
}

TEST(Masked, KeepsTheFirstCharacterAndTheDomain) {
  EXPECT_EQ(masked("ann@example.com"), "a***@example.com");
  EXPECT_EQ(masked("1001"), "1***");
  EXPECT_EQ(masked(""), "");
  EXPECT_EQ(masked("\xC3\xA9ve@example.org"), "\xC3\xA9***@example.org");
  EXPECT_EQ(masked("\x1B[2J"), "\\x1b***");
  EXPECT_EQ(masked("a@b@example.com"), "a***@example.com");
}

TEST(Grouped, SetsACommaEveryThreeDigits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(12'345'678), "12,345,678");
  EXPECT_EQ(grouped(UINT64_MAX), "18,446,744,073,709,551,615");
}

TEST(Nearest, FindsTheLikeliestSlip) {
  const std::vector<std::string> keys{"delimiter", "recognise", "layout", "order_key"};
  EXPECT_EQ(nearest("delimeter", keys), "delimiter");
  EXPECT_EQ(nearest("Recognize", keys), "recognise");
  EXPECT_EQ(nearest("orderkey", keys), "order_key");
  EXPECT_EQ(nearest("LAYOUT", keys), "layout");
}

TEST(Nearest, OffersNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest("zzzz", {"name", "text"}), "");
  EXPECT_EQ(nearest("name", {}), "");
  EXPECT_EQ(nearest("abcd", {"abxy"}), "abxy");  // a half is near enough
  EXPECT_EQ(nearest("abcd", {"axyz"}), "");
}

TEST(Hex, IsUndoneByFromHex) {
  std::mt19937 random(2);
  for (int round = 0; round < 1000; ++round) {
    std::string bytes(random() % 40, '\0');
    std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<char>(random()); });
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
  }
  EXPECT_EQ(to_hex("\x00\x9F\xFF"s), "009fff");
  EXPECT_EQ(from_hex("4A4b"), "JK");
}

TEST(Hex, RefusesWhatIsNone) {
  EXPECT_EQ(from_hex("abc"), "");
  EXPECT_EQ(from_hex("0g"), "");
  EXPECT_EQ(from_hex("+1"), "");
  EXPECT_EQ(from_hex(" 1"), "");
}

}  // namespace
}  // namespace ordertail
