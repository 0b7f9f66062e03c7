#include "record/csv_reader.h"

#include <gmock/gmock.h>

#include <array>
#include <map>
#include <memory>
#include <random>

#include "record/collect.h"
#include "record/runnable.h"
#include "record/slow_csv.h"
#include "record/texts.h"

namespace ordertail {
namespace {

using Fault = BadRecord::Fault;

std::vector<std::size_t> all_columns(std::size_t columns) {
  std::vector<std::size_t> all(columns);
  for (std::size_t i = 0; i < columns; ++i) all[i] = i;
  return all;
}

/// One reader for each kind, used again and again: at the end of an input it forgets everything.
CsvReader& reader_of(std::size_t columns, Simd simd) {
  static std::map<std::pair<std::size_t, Simd>, std::unique_ptr<CsvReader>> readers;
  std::unique_ptr<CsvReader>& reader = readers[{columns, simd}];
  if (!reader) {
    reader = std::make_unique<CsvReader>(CsvFrame{}, columns, all_columns(columns), simd);
  }
  return *reader;
}

Findings read(std::string_view text, std::size_t columns, Simd simd = best_simd()) {
  return read_at_once(reader_of(columns, simd), text);
}

Findings read_slowly(std::string_view text, std::size_t columns) {
  return read_csv_slowly(text, {}, columns, all_columns(columns));
}

void expect_agreement(const std::string& text, std::size_t columns) {
  const Findings expected = read_slowly(text, columns);
  for (const Simd simd : runnable()) {
    ASSERT_EQ(read(text, columns, simd), expected)
        << testing::PrintToString(text) << " in way " << static_cast<int>(simd);
  }
}

TEST(CsvReader, AgreesWithTheSlowReaderOnEveryShortText) {
  // Once by itself, and (when it is a little shorter) once behind a record that moves it across the
  // border of two 64-byte blocks.
  for (const std::size_t columns : {1U, 2U}) {
    const std::string before = std::string(59, 'x') + (columns == 1 ? "" : ",") + "\n";
    for_every_text({"a", ",", "\"", "\r", "\n"}, 7, [&](const std::string& text) {
      expect_agreement(text, columns);
      if (text.size() < 7) expect_agreement(before + text, columns);
    });
  }
}

TEST(CsvReader, AgreesWithTheSlowReaderOnRandomTexts) {
  std::mt19937 random(1);
  for (int round = 0; round < 15'000; ++round) {
    const std::string_view alphabet = std::array<std::string_view, 4>{
        "ab,\"\r\n", "aaaaaaaaaaaa,,\"\n", "abc,,,,,\n", "\",\",\",\"\"\"\"\",\r\n"}[random() % 4];
    const std::string text = random_text(random, random() % 400, alphabet);
    const std::size_t columns = 1 + random() % 4;
    expect_agreement(text, columns);
    if (testing::Test::HasFailure()) return;
  }
}

/// A table of regular rows, some of whose bytes are then replaced.
std::string damaged_table(std::mt19937& random, std::size_t rows, std::size_t columns) {
  std::string text;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      if (column > 0) text += ',';
      switch (random() % 6) {
        case 0:
          text += "\"quoted, and \"\"so\"\" on\"";
          break;
        case 1:
          text += "\"two\r\nlines\"";
          break;
        case 2:
          break;
        default:
          text += std::string(random() % 30, 'v');
      }
    }
    text += std::array<std::string_view, 3>{"\n", "\r\n", "\r"}[random() % 3];
  }
  for (std::size_t damage = random() % 4; damage > 0; --damage) {
    text[random() % text.size()] = "\",\n\rx"[random() % 5];
  }
  return text;
}

TEST(CsvReader, AgreesWithTheSlowReaderOnDamagedTables) {
  std::mt19937 random(2);
  for (int round = 0; round < 1'500; ++round) {
    const std::size_t columns = 1 + random() % 12;
    expect_agreement(damaged_table(random, 1 + random() % 20, columns), columns);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(CsvReader, ChunkingNeverShows) {
  std::mt19937 random(3);
  for (int round = 0; round < 2'000; ++round) {
    const std::size_t columns = 1 + random() % 4;
    const std::string text = round % 2 == 0 ? random_text(random, random() % 200, "ab,\"\r\n")
                                            : damaged_table(random, 1 + random() % 20, columns);
    const Findings expected = read_slowly(text, columns);
    const std::size_t most = 1 + random() % 100;
    for (const Simd simd : runnable()) {
      CsvReader& reader = reader_of(columns, simd);
      ASSERT_EQ(read_in_windows(reader, text, [&] { return 1 + random() % most; }), expected)
          << testing::PrintToString(text);
    }
  }
}

TEST(CsvReader, ReadsPiecesOfManyRecordsAlikeInEveryWay) {
  std::mt19937 random(4);
  for (int round = 0; round < 6; ++round) {
    const std::string text = damaged_table(random, 3'000, 12);  // several pieces of the index
    const Findings expected = read(text, 12, Simd::none);
    EXPECT_GT(expected.records.size(), 2'000U);
    for (const Simd simd : runnable()) {
      ASSERT_EQ(read(text, 12, simd), expected);
      CsvReader& reader = reader_of(12, simd);
      ASSERT_EQ(read_in_windows(reader, text, [&] { return 1 + random() % 100'000; }), expected);
    }
  }
}

TEST(CsvReader, HoldsOnlyTheSelectedColumnsInTheirOrder) {
  CsvReader reader({.dialect = {.delimiter = ';'}}, 4, {3, 0, 3});
  const Findings found = read_at_once(reader, "a;b;c;d\n1;\"2;\n\";3;\"4 \"\"x\"\"\";\n");
  ASSERT_EQ(found.records.size(), 2U);
  EXPECT_THAT(found.records[0].cells, testing::ElementsAre("d", "a", "d"));
  EXPECT_THAT(found.records[1].cells, testing::ElementsAre("4 \"x\"", "1", "4 \"x\""));
}

TEST(CsvReader, CountsEveryKindOfLineEndOnce) {
  const Findings found = read("a,b\r\nc,d\re,f\n\n\r\r\n\"g\r\n\r\n\",h\r\ni,j", 2);
  ASSERT_EQ(found.records.size(), 5U);
  EXPECT_EQ(found.records[0].begin, (Position{.line = 1, .byte = 0}));
  EXPECT_EQ(found.records[1].begin, (Position{.line = 2, .byte = 5}));
  EXPECT_EQ(found.records[2].begin, (Position{.line = 3, .byte = 9}));
  EXPECT_EQ(found.records[3].begin, (Position{.line = 7, .byte = 17}));
  EXPECT_EQ(found.records[4].begin, (Position{.line = 10, .byte = 28}));
  EXPECT_EQ(found.records[4].end, 31U);
  EXPECT_EQ(found.next, (Position{.line = 10, .byte = 31}));
}

TEST(CsvReader, SaysWhereAQuotedCellGoesWrong) {
  const Findings found = read("1,a\n2,\"x\n\"y,b\nz\n3,c\n", 2);
  ASSERT_EQ(found.bad.size(), 1U);
  EXPECT_EQ(found.bad[0], (BadRecord{.begin = {.line = 2, .byte = 4},
                                     .end = 16,
                                     .lines = 3,
                                     .at = {.line = 2, .byte = 6},
                                     .fault = Fault::text_after_quote,
                                     .excerpt = "\"x"}));
}

class CsvCaps : public testing::TestWithParam<Simd> {
 protected:
  Findings read_two(std::string_view text) { return read(text, 2, GetParam()); }
};

TEST_P(CsvCaps, TakesTheLongestRecordAndGivesUpALongerOne) {
  for (const std::string_view line_end : {"\n", "\r", "\r\n"}) {
    const std::string longest =
        "a," + std::string(kMaxRecordBytes - 2 - line_end.size(), 'x') + std::string(line_end);
    EXPECT_EQ(read_two(longest + "b,c\n").records.size(), 2U);

    const Findings found = read_two("a" + longest + "b,c\n");
    ASSERT_EQ(found.bad.size(), 1U);
    EXPECT_EQ(found.bad[0], (BadRecord{.begin = {},
                                       .end = kMaxRecordBytes + 1,
                                       .lines = 1,
                                       .at = {},
                                       .fault = Fault::too_long,
                                       .excerpt = ("a" + longest).substr(0, 80)}));
    ASSERT_EQ(found.records.size(), 1U);
    EXPECT_EQ(found.records[0].begin, (Position{.line = 2, .byte = kMaxRecordBytes + 1}));
  }
}

TEST_P(CsvCaps, TakesTheLongestQuotedRecordAndGivesUpALongerOne) {
  const std::string longest = "a,\"" + std::string(kMaxRecordBytes - 5, '\t') + "\"\n";
  EXPECT_EQ(read_two(longest).records.size(), 1U);
  EXPECT_EQ(read_two("a" + longest).bad.at(0).fault, Fault::too_long);
  // Without its line end it is no longer.
  EXPECT_EQ(read_two("a" + longest.substr(0, longest.size() - 1)).records.size(), 1U);
}

TEST_P(CsvCaps, TakesAThousandLineEndsInARecordAndNotOneMore) {
  for (const std::string_view line_end : {"\n", "\r", "\r\n"}) {
    std::string inside;
    for (std::size_t i = 0; i < kMaxRecordLines; ++i) inside += line_end;
    const Findings most = read_two("a,b\nc,\"" + inside + "\"\ne,f\n");
    ASSERT_EQ(most.records.size(), 3U);
    EXPECT_EQ(most.records[1].cells[1], inside);
    EXPECT_EQ(most.records[2].begin.line, 2 + kMaxRecordLines + 1);

    const Findings over = read_two("a,b\nc,\"" + inside + std::string(line_end) + "\"\ne,f\n");
    ASSERT_EQ(over.bad.size(), 1U);
    EXPECT_EQ(over.bad[0].fault, Fault::unclosed_quote);
    EXPECT_EQ(over.bad[0].at, (Position{.line = 2, .byte = 6}));
    EXPECT_EQ(over.bad[0].lines, kMaxRecordLines + 2);
    EXPECT_EQ(over.bad[0].excerpt, "\"");
    ASSERT_EQ(over.records.size(), 2U);
    EXPECT_EQ(over.records[1].begin.line, 2 + kMaxRecordLines + 2);
  }
}

TEST_P(CsvCaps, GivesUpAHugeUnclosedQuoteAsOneStretchInBoundedWindows) {
  const std::string line = "lorem ipsum dolor sit amet consectetur\n";
  std::string text = "a,b\nc,\"" + line;
  while (text.size() < 8 * kMaxRecordBytes) text += line;
  const std::uint64_t end = text.size();
  text += "e,f\n";
  CsvReader& reader = reader_of(2, GetParam());
  const Findings found = read_in_windows(reader, text, [] { return 300'000; });
  ASSERT_EQ(found.bad.size(), 1U);
  EXPECT_EQ(found.bad[0].fault, Fault::unclosed_quote);
  EXPECT_EQ(found.bad[0].end, end);
  EXPECT_EQ(found.bad[0].excerpt, "\"" + line.substr(0, line.size() - 1));
  EXPECT_EQ(found.records.size(), 2U);
  EXPECT_EQ(read_at_once(reader, text), found);
}

TEST_P(CsvCaps, GivesUpAHugeLineAsOneStretchInBoundedWindows) {
  const std::string text = "a,b\n" + std::string(5 * kMaxRecordBytes, 'x') + "\r\ne,f\n";
  CsvReader& reader = reader_of(2, GetParam());
  const Findings found = read_in_windows(reader, text, [] { return 100'000; });
  ASSERT_EQ(found.bad.size(), 1U);
  EXPECT_EQ(found.bad[0].fault, Fault::too_long);
  EXPECT_EQ(found.bad[0].end, 4 + 5 * kMaxRecordBytes + 2);
  EXPECT_EQ(found.bad[0].excerpt, std::string(80, 'x'));
  EXPECT_EQ(found.records.size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Ways, CsvCaps, testing::ValuesIn(runnable()));

}  // namespace
}  // namespace ordertail
