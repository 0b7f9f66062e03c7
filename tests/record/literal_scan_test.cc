#include "record/literal_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "record/runnable.h"

namespace ordertail {
namespace {

std::size_t find_naively(std::string_view text, const std::vector<std::string>& literals,
                         std::size_t from) {
  std::size_t first = LiteralScan::npos;
  for (const std::string& literal : literals) first = std::min(first, text.find(literal, from));
  return first;
}

std::string random_text(std::mt19937& random, std::size_t size, std::string_view alphabet) {
  std::string text(size, ' ');
  for (char& c : text) c = alphabet[random() % alphabet.size()];
  return text;
}

TEST(LiteralScan, FindsWhatANaiveSearchFinds) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    const std::string_view alphabet = round % 2 == 0 ? "ab" : "aQ ?/xyz\xFF";
    std::vector<std::string> literals(1 + random() % 5);
    for (std::string& literal : literals) literal = random_text(random, 1 + random() % 9, alphabet);
    const std::string text = random_text(random, random() % 200, alphabet);
    // Exactly sized, so that a look outside is an error that ASan sees.
    const std::vector<char> exact(text.begin(), text.end());
    const std::string_view shown(exact.data(), exact.size());
    const std::size_t from = random() % (text.size() + 2);
    for (const Simd simd : runnable()) {
      ASSERT_EQ(LiteralScan(literals, simd).find(shown, from), find_naively(text, literals, from));
    }
  }
}

TEST(LiteralScan, FindsALiteralAtEveryPlaceOfEverySize) {
  const std::string literal = "/complete?";
  for (const Simd simd : runnable()) {
    const LiteralScan scan({"/register?", literal}, simd);
    for (std::size_t size = literal.size(); size < 140; ++size) {
      for (std::size_t at = 0; at + literal.size() <= size; ++at) {
        std::vector<char> text(size, '?');
        std::copy(literal.begin(), literal.end(), text.begin() + static_cast<std::ptrdiff_t>(at));
        ASSERT_EQ(scan.find({text.data(), text.size()}), at) << size;
        ASSERT_EQ(scan.find({text.data(), text.size()}, at + 1), LiteralScan::npos) << size;
      }
    }
  }
}

TEST(LiteralScan, FindsNothingWithoutLiterals) {
  EXPECT_TRUE(LiteralScan({}).empty());
  EXPECT_EQ(LiteralScan({}).find("abc"), LiteralScan::npos);
  EXPECT_FALSE(LiteralScan({"a"}).empty());
}

TEST(CountLineFeeds, CountsAtEverySize) {
  std::mt19937 random(2);
  for (std::size_t size = 0; size < 1'000; ++size) {
    const std::string text = random_text(random, size, "\nx\r\x8A");
    const std::vector<char> exact(text.begin(), text.end());
    for (const Simd simd : runnable()) {
      ASSERT_EQ(count_line_feeds({exact.data(), exact.size()}, simd),
                static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')));
    }
  }
}

TEST(CountLineFeeds, CountsMoreThanAByteLaneHolds) {
  const std::string text(100'003, '\n');
  for (const Simd simd : runnable()) EXPECT_EQ(count_line_feeds(text, simd), text.size());
}

}  // namespace
}  // namespace ordertail
