#include "record/line_table.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <string>

#include "expect_error.h"
#include "record/collect.h"
#include "record/line_reader.h"

namespace ordertail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const TableForm kForm{"#Fields:", ' ', {"date", "c-ip", "cs-uri-stem", "sc-status"}, {"sc-status"}};

LineReader reader(const std::vector<std::string>& literals = {}) {
  return {LineTable(kForm, {"sc-status", "c-ip"}), literals};
}

std::vector<std::vector<std::string>> cells_of(const Findings& found) {
  std::vector<std::vector<std::string>> cells;
  for (const FoundRecord& record : found.records) cells.push_back(record.cells);
  return cells;
}

TEST(LineTable, FollowsTheNamesWhereverTheyChange) {
  LineReader lines = reader();
  const Findings found = read_at_once(lines,
                                      "#Version: 1.0\r\n"
                                      "#Fields: date c-ip sc-status\r\n"
                                      "2025-01-01 192.0.2.7 200\r\n"
                                      "#Fields: sc-status x-own date\n"
                                      "404 a 2025-01-02\n"
                                      "#Fields:\tsc-status\tc-ip\n"
                                      "500 192.0.2.8");
  EXPECT_THAT(cells_of(found), ElementsAre(ElementsAre("200", "192.0.2.7"), ElementsAre("404", ""),
                                           ElementsAre("500", "192.0.2.8")));
  EXPECT_THAT(found.bad, IsEmpty());
  EXPECT_EQ(found.passed_over, 4U) << "the lines about the table";
}

TEST(LineTable, HeedsNamesThatStandAmongLinesPassedOver) {
  LineReader lines = reader({"/done"});
  const Findings found = read_at_once(lines,
                                      "#Fields: cs-uri-stem sc-status\n/ 200\n/done 200\n"
                                      "#Fields: sc-status cs-uri-stem\n201 /\n201 /done\n");
  EXPECT_THAT(cells_of(found), ElementsAre(ElementsAre("200", ""), ElementsAre("201", "")));
  EXPECT_EQ(found.passed_over, 4U);
}

std::string why(const std::string& text) {
  LineReader lines = reader();
  const Findings found = read_at_once(lines, text);
  if (found.bad.size() != 1) return std::to_string(found.bad.size()) + " bad lines";
  const BadRecord& bad = found.bad.front();
  return std::to_string(bad.at.byte - bad.begin.byte) + ": " + bad.why;
}

TEST(LineTable, TellsWhyALineIsNoRow) {
  EXPECT_EQ(why("2025-01-01 200\n"), "0: no line #Fields: before it names sc-status");
  EXPECT_EQ(why("#Fields: date c-ip\n2025-01-01 192.0.2.7\n"),
            "0: no line #Fields: before it names sc-status");
  EXPECT_EQ(why("#Fields: date sc-status\n2025-01-01\n"),
            "10: it has 1 values, and #Fields: names 2");
  EXPECT_EQ(why("#Fields: date sc-status\n2025-01-01 200 more\n"),
            "15: it has more values than the 2 that #Fields: names");
}

TEST(LineTable, NamesTheColumnsWhereOneIsWantedThatIsNone) {
  EXPECT_EQ(error_of(ExitCode::usage, [] { LineTable(kForm, {"status"}); }),
            "The log has no column \"status\"; it may have date, c-ip, cs-uri-stem, sc-status.");
}

class Text final : public ByteStream {
 public:
  explicit Text(std::string text) : text_(std::move(text)) {}
  std::size_t read(std::span<char> space) override {
    const std::size_t size = std::min(space.size(), text_.size() - at_);
    std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(at_), size, space.begin());
    at_ += size;
    return size;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

TEST(LineTable, FindsTheLastNamesBeforeAPlace) {
  std::mt19937 random(3);
  for (int round = 0; round < 40; ++round) {
    std::string text;
    std::string last;
    while (text.size() < 700'000) {
      std::string line;
      switch (random() % 4) {
        case 0:
          line = last = "#Fields: a" + std::to_string(random());
          break;
        case 1:
          line = "x #Fields: no";
          break;
        case 2:
          line.assign(random() % (random() % 30 == 0 ? 3 * kMaxRecordBytes : 200'000), 'x');
          break;
        default:
          line = "row";
      }
      text += line + "\n";
    }
    const std::uint64_t end = text.size();
    Text stream(text + "#Fields: behind\n");
    ASSERT_EQ(last_naming_line(stream, end, "#Fields:"), last);
  }
  Text marked("\xEF\xBB\xBF#Fields: a\nrow\n");
  EXPECT_EQ(last_naming_line(marked, 18, "#Fields:"), "#Fields: a");
}

}  // namespace
}  // namespace ordertail
