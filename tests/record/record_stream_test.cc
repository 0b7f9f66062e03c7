#include "record/record_stream.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>

#include "collect.h"
#include "record/csv_reader.h"
#include "record/line_reader.h"

namespace ordertail {
namespace {

/// Gives out a text in pieces of random length, then ends or fails.
class Scripted final : public ByteStream {
 public:
  Scripted(std::string text, unsigned seed, bool fails)
      : text_(std::move(text)), random_(seed), fails_(fails) {}

  std::size_t read(std::span<char> space) override {
    const std::size_t most = std::min(space.size(), text_.size() - at_);
    if (most == 0 && fails_) throw std::runtime_error("the disk is gone");
    const std::size_t piece = most == 0 ? 0 : 1 + random_() % most;
    std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(at_), piece, space.begin());
    at_ += piece;
    return piece;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
  std::mt19937 random_;
  bool fails_;
};

/// Rows of three cells: many short ones, with now and then a long or a broken one.
std::string invented(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < size) {
    switch (random() % 1000) {
      case 0:
        text += "long,\"" + std::string(random() % 700'000, 'x') + "\n\",3\r\n";
        break;
      case 1:
        text += "broken,\"2\"2,3\n";
        break;
      case 2:
        text += "ragged,2\n";
        break;
      default:
        text += std::to_string(random()) + ",\"two, \"\"quoted\"\"\",3\n";
    }
  }
  return text;
}

std::unique_ptr<CsvReader> reader() {
  return std::make_unique<CsvReader>(CsvFrame(), 3, std::vector<std::size_t>{0, 1, 2});
}

/// All stretches up to the last one, each shown to `look` as well.
Findings read_through(
    RecordStream& stream, const std::function<void(const Stretch&)>& look = [](const Stretch&) {}) {
  Findings found;
  for (bool last = false; !last;) {
    const Stretch& stretch = stream.next();
    EXPECT_EQ(stretch.at, found.next);
    look(stretch);
    gather(stretch.batch, found);
    last = stretch.last;
  }
  return found;
}

class RecordStreamTest : public testing::TestWithParam<std::size_t> {
 protected:
  /// Counts the records of what is in each slot, and fails where it is told to.
  void work(const Stretch& cut) {
    if (cut.at.byte >= fails_from_) throw std::runtime_error("no room");
    EXPECT_GE(prepared_, 1U);
    worked_on_[cut.slot] = cut.at.byte;
  }

  std::array<std::uint64_t, RecordStream::kSlots> worked_on_{};  // where what was begins
  std::atomic<unsigned> prepared_ = 0;
  std::uint64_t fails_from_ = std::numeric_limits<std::uint64_t>::max();

  RecordStream stream_of(const std::string& text, unsigned seed, bool fails,
                         std::size_t least_records = 0) {
    prepared_ = 0;
    worked_on_ = {};
    return {std::make_unique<Scripted>(text, seed, fails),
            reader(),
            Position(),
            {GetParam(), least_records, [this] { ++prepared_; },
             [this](const Stretch& cut) { work(cut); }}};
  }
  [[nodiscard]] bool has_threads() const { return GetParam() > 0; }
};

TEST_P(RecordStreamTest, GivesTheSameRecordsHoweverTheBytesCome) {
  unsigned seed = 0;
  for (const std::size_t size : {0U, 1U, 300'000U, 3'000'000U}) {
    const std::string text = size == 0 ? std::string() : invented(size, ++seed);
    RecordStream stream = stream_of(text, seed, false);
    const Findings found = read_through(stream, [&](const Stretch& stretch) {
      EXPECT_EQ(stretch.bytes,
                std::string_view(text).substr(stretch.at.byte, stretch.bytes.size()));
      EXPECT_EQ(worked_on_[stretch.slot], has_threads() ? stretch.at.byte : 0);
    });
    EXPECT_EQ(found, read_at_once(*reader(), text)) << size << " bytes";
  }
}

/// Lines that match, that do not, that name columns, and that are longer than a line may be.
std::string invented_lines(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string text = "#Fields: a b\n";
  while (text.size() < size) {
    switch (random() % 5000) {
      case 0:
        text += std::string(random() % 8 == 0 ? 2 * kMaxRecordBytes : 100, 'x') + "\n";
        break;
      case 1:
        text += "#Fields: b a\r\n";
        break;
      case 2:
        text += "not one of them\n";
        break;
      default:
        text += std::to_string(random()) + " two\n";
    }
  }
  return text;
}

TEST_P(RecordStreamTest, GivesTheSameLinesWhoeverMatchesThem) {
  const std::string text = invented_lines(8'000'000, 3);
  const std::vector<std::string> wanted{"a", "b"};
  const std::vector<std::function<LineMatcher()>> matchers{
      [&] { return LinePattern(R"((?P<a>\w+) (?P<b>\w+))", wanted); },
      [&] {
        return LineTable({"#Fields:", ' ', wanted, wanted}, wanted);
      }};
  for (const auto& matcher : matchers) {
    const auto lines = [&] {
      return std::make_unique<LineReader>(matcher(), std::vector<std::string>());
    };
    RecordStream stream(std::make_unique<Scripted>(text, 4, false), lines(), Position(),
                        {.threads = GetParam()});
    const Findings found = read_through(stream);
    EXPECT_GT(found.bad.size(), 10U);
    EXPECT_EQ(found, read_at_once(*lines(), text));
  }
}

/// Those of a few bytes take many times as much memory once they are cut.
TEST_P(RecordStreamTest, CutsNoMoreThanSoManyRecordsAtATimeOnceTheyAreShort) {
  std::string text;
  while (text.size() < 3'000'000) text += "x\n";
  const std::string long_line = std::string(200, 'y') + "\n";
  for (unsigned i = 0; i < 10'000; ++i) text += long_line;
  RecordStream stream(
      std::make_unique<Scripted>(text, 5, false),
      std::make_unique<LineReader>(LinePattern("(?P<a>x)", {"a"}), std::vector<std::string>()),
      Position(), {.threads = GetParam()});
  std::size_t longest = 0;
  const Findings found = read_through(stream, [&](const Stretch& stretch) {
    EXPECT_LE(stretch.batch.records.size(), 8192U);
    longest = std::max(longest, stretch.bytes.size());
  });
  EXPECT_EQ(found.records.size(), 1'500'000U);
  EXPECT_EQ(found.bad.size(), 10'000U);
  EXPECT_GT(longest, 100'000U);  // where lines are longer
}

TEST_P(RecordStreamTest, TellsAFailureAfterTheStretchesBeforeIt) {
  for (const std::size_t size : {10U, 600'000U, 2'000'000U}) {
    const std::string text = invented(size, 7);
    RecordStream whole = stream_of(text, 8, false);
    RecordStream stream = stream_of(text, 8, true);
    Findings before;
    for (const Stretch* stretch = &whole.next(); !stretch->last; stretch = &whole.next()) {
      gather(stretch->batch, before);
    }
    Findings found;
    EXPECT_THROW(
        {
          while (true) gather(stream.next().batch, found);
        },
        std::runtime_error);
    EXPECT_EQ(found, before);
    EXPECT_THROW((void)stream.next(), std::runtime_error);
  }
}

TEST_P(RecordStreamTest, BeginsThreadsBehindTheFirstStretchThatIsWorthIt) {
  const std::string one = std::string(300'000, 'x') + ",2,3\n";
  const std::string text = one + one + one + invented(2'000'000, 7) + one + one;
  RecordStream stream = stream_of(text, 8, false, 100);
  bool is_worth_it = false;
  const Findings found = read_through(stream, [&](const Stretch& stretch) {
    const bool was_worked_on = is_worth_it && has_threads();
    EXPECT_EQ(prepared_, was_worked_on ? 1U : 0U);
    EXPECT_EQ(worked_on_[stretch.slot], was_worked_on ? stretch.at.byte : 0U);
    is_worth_it = is_worth_it || stretch.batch.records.size() >= 100;
  });
  EXPECT_TRUE(is_worth_it);
  EXPECT_EQ(found, read_at_once(*reader(), text));
}

TEST_P(RecordStreamTest, TellsAFailureOfTheWorkInItsTurn) {
  if (!has_threads()) GTEST_SKIP() << "nobody works ahead";
  const std::string text = invented(3'000'000, 7);
  fails_from_ = 1'000'000;
  RecordStream stream = stream_of(text, 8, false);
  std::uint64_t reached = 0;
  EXPECT_THROW(
      {
        while (true) reached = stream.next().batch.next.byte;
      },
      std::runtime_error);
  EXPECT_GE(reached, fails_from_);
  EXPECT_LT(reached, text.size());
  EXPECT_THROW((void)stream.next(), std::runtime_error);
}

TEST_P(RecordStreamTest, CanBeDroppedAtAnyTime) {
  const std::string text = invented(5'000'000, 9);
  for (unsigned stretches = 0; stretches < 8; ++stretches) {
    RecordStream stream = stream_of(text, stretches, false);
    for (unsigned i = 0; i < stretches; ++i) ASSERT_FALSE(stream.next().batch.records.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Ahead, RecordStreamTest, testing::Values(0U, 1U, 2U),
                         [](const auto& test) {
                           return test.param == 0 ? std::string("WhenAsked")
                                                  : "Threads" + std::to_string(test.param);
                         });

}  // namespace
}  // namespace ordertail
