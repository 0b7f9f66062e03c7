#include "record/line_reader.h"

#include <gmock/gmock.h>

#include <random>

#include "record/collect.h"

namespace ordertail {
namespace {

using Fault = BadRecord::Fault;

const std::vector<std::string> kLiterals = {"hit", "H"};

LineReader reader(const std::vector<std::string>& literals) {
  return {LinePattern(R"((?P<first>\w*)[ \r](?P<rest>.*))", {"rest", "first"}), literals};
}

bool holds_one(std::string_view line, const std::vector<std::string>& literals) {
  for (const std::string& literal : literals) {
    if (line.find(literal) != std::string_view::npos) return true;
  }
  return literals.empty();
}

/// What the reader of the pattern above must find in lines that are not too long.
Findings read_slowly(std::string_view text, const std::vector<std::string>& literals) {
  const LinePattern pattern(R"((?P<first>\w*)[ \r](?P<rest>.*))", {"rest", "first"});
  Findings found;
  while (found.next.byte < text.size()) {
    const Position begin = found.next;
    const std::size_t line_feed = text.find('\n', begin.byte);
    const bool ended = line_feed != std::string_view::npos;
    std::string_view line = text.substr(begin.byte, line_feed - begin.byte);
    found.next.byte += line.size() + (ended ? 1 : 0);
    if (ended) ++found.next.line;
    if (ended && line.ends_with('\r')) line.remove_suffix(1);
    if (!holds_one(line, literals)) {
      ++found.passed_over;
    } else if (std::string_view cells[2]; pattern.match(line, cells)) {
      found.records.push_back({begin, found.next.byte, {cells, cells + 2}});
    } else if (!line.empty()) {
      // It is a word, with which there is nothing wrong, but no blank follows.
      found.bad.push_back({.begin = begin,
                           .end = found.next.byte,
                           .at = {begin.line, begin.byte + line.size()},
                           .fault = Fault::no_match,
                           .why = R"(`[ \r]` does not match there)"});
    }
  }
  return found;
}

TEST(LineReader, PassesOverAByteOrderMark) {
  const std::string mark = "\xEF\xBB\xBF";
  const std::string text = mark + "hit 1\n" + mark + "hit 2\n";
  for (std::size_t bytes = 1; bytes <= text.size(); ++bytes) {
    LineReader lines = reader(kLiterals);
    const Findings found = read_in_windows(lines, text, [&] { return bytes; });
    ASSERT_EQ(found.records.size(), 1U);
    EXPECT_EQ(found.records[0].begin.byte, 3U);
    EXPECT_EQ(found.records[0].begin.line, 1U);
    EXPECT_EQ(found.records[0].cells, (std::vector<std::string>{"1", "hit"}));
    ASSERT_EQ(found.bad.size(), 1U) << "amid the file it is what it is";
    EXPECT_EQ(found.next.byte, text.size());
  }
  LineReader lines = reader({});
  const Findings alone = read_in_windows(lines, mark, [] { return 3U; });
  EXPECT_TRUE(alone.records.empty() && alone.bad.empty());
}

TEST(LineReader, FindsWhatASlowReaderFindsInAnyWindows) {
  std::mt19937 random(1);
  const std::vector<std::string> words = {"hit", "hi", "H",  "x",    " ",
                                          "\r",  "\n", "\n", "\r\n", "it "};
  for (int round = 0; round < 8'000; ++round) {
    std::string text;
    for (std::size_t i = random() % 60; i > 0; --i) text += words[random() % words.size()];
    const std::vector<std::string> literals =
        round % 3 == 0 ? std::vector<std::string>{} : kLiterals;
    const std::size_t most = 1 + random() % 80;
    const Findings expected = read_slowly(text, literals);
    LineReader lines = reader(literals);
    ASSERT_EQ(read_at_once(lines, text), expected) << testing::PrintToString(text);
    ASSERT_EQ(read_in_windows(lines, text, [&] { return 1 + random() % most; }), expected)
        << testing::PrintToString(text);
  }
}

TEST(LineReader, FindsTheSameInBlocksWithLongLines) {
  std::mt19937 random(2);
  for (int round = 0; round < 20; ++round) {
    std::string text;
    while (text.size() < 3 * kMaxRecordBytes) {
      text += random() % 4 == 0 ? "hit " : "miss ";
      text.append(random() % (random() % 50 == 0 ? 900'000 : 300), 'x');
      text += random() % 2 == 0 ? "\n" : "\r\n";
    }
    LineReader lines = reader(kLiterals);
    const Findings expected = read_slowly(text, kLiterals);
    ASSERT_EQ(read_at_once(lines, text), expected);
    ASSERT_EQ(read_in_windows(lines, text, [&] { return 1 + random() % 500'000; }), expected);
  }
}

TEST(LineReader, TakesTheLongestLineAndGivesUpALongerOneWhateverItHolds) {
  for (const std::string_view line_end : {"\n", "\r\n"}) {
    for (const std::string begin : {"hit ", "miss "}) {
      const std::string longest =
          begin + std::string(kMaxRecordBytes - begin.size() - line_end.size(), 'x') +
          std::string(line_end);
      const std::string text = "hit 1\n" + longest + "hit 2\nx" + longest + "hit 3\n";
      LineReader lines = reader(kLiterals);
      const Findings found = read_at_once(lines, text);
      EXPECT_EQ(found.records.size() + found.passed_over, 4U);
      ASSERT_EQ(found.bad.size(), 1U);
      const Position where{.line = 4, .byte = 12 + kMaxRecordBytes};
      EXPECT_EQ(found.bad[0], (BadRecord{.begin = where,
                                         .end = where.byte + kMaxRecordBytes + 1,
                                         .at = where,
                                         .fault = Fault::too_long,
                                         .excerpt = ("x" + longest).substr(0, 80)}));
      EXPECT_EQ(found.records.back().begin, (Position{.line = 5, .byte = found.bad[0].end}));
      EXPECT_EQ(read_in_windows(lines, text, [] { return 77'777; }), found);
    }
  }
}

TEST(LineReader, GivesUpAHugeLineWithoutEndAsOneStretch) {
  const std::string text = "hit 1\n" + std::string(5 * kMaxRecordBytes, 'x');
  LineReader lines = reader(kLiterals);
  const Findings found = read_in_windows(lines, text, [] { return 100'000; });
  ASSERT_EQ(found.bad.size(), 1U);
  EXPECT_EQ(found.bad[0].end, text.size());
  EXPECT_EQ(found.records.size(), 1U);
  EXPECT_EQ(read_at_once(lines, text), found);
}

TEST(LineReader, MatchesALastLineWithoutEnd) {
  LineReader lines = reader(kLiterals);
  const Findings found = read_at_once(lines, "miss\n\nhit last");
  ASSERT_EQ(found.records.size(), 1U);
  EXPECT_EQ(found.records[0].begin, (Position{.line = 3, .byte = 6}));
  EXPECT_EQ(found.records[0].end, 14U);
  EXPECT_THAT(found.records[0].cells, testing::ElementsAre("last", "hit"));
  EXPECT_EQ(found.passed_over, 2U);
}

}  // namespace
}  // namespace ordertail
