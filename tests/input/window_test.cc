#include "input/window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace ordertail {
namespace {

/// Gives out a text in pieces of any size.
class ScriptedStream final : public ByteStream {
 public:
  ScriptedStream(std::string text, unsigned seed, std::size_t largest)
      : text_(std::move(text)), random_(seed), largest_(largest) {}

  std::size_t read(std::span<char> space) override {
    EXPECT_FALSE(space.empty());
    EXPECT_FALSE(ended_) << "read again after the end";
    const std::size_t count =
        std::min({space.size(), text_.size() - at_, 1 + random_() % largest_});
    std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(at_), count, space.begin());
    at_ += count;
    ended_ = count == 0;
    return count;
  }
  std::uint64_t skip(std::uint64_t count) override { return count; }

 private:
  std::string text_;
  std::mt19937 random_;
  std::size_t largest_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

std::string numbered_lines(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += std::to_string(i) + '\n';
  return text;
}

TEST(Window, ShowsTheSameBytesHoweverTheyArrive) {
  const std::string text = numbered_lines(1'500'000);
  for (unsigned seed = 0; seed < 12; ++seed) {
    ScriptedStream stream(text, seed, seed % 3 == 0 ? 7'000 : seed % 3 == 1 ? 300'000 : 2'000'000);
    Window window(stream);
    std::mt19937 random(seed);
    std::string seen;
    while (true) {
      window.more();
      const std::string_view view = window.view();
      const std::size_t count = window.at_end() ? view.size() : random() % (view.size() + 1);
      seen += view.substr(0, count);
      window.consume(count);
      ASSERT_EQ(window.view(), view.substr(count));
      if (window.at_end()) break;
    }
    EXPECT_EQ(seen, text) << seed;
  }
}

TEST(Window, AddsABlockAtLeastAndAsMuchAsItHoldsAtMost) {
  const std::string text = numbered_lines(8U << 20U);
  ScriptedStream stream(text, 1, 100'000);
  Window window(stream);
  std::mt19937 random(1);
  while (!window.at_end()) {
    const std::size_t kept = window.view().size();
    window.more();
    ASSERT_LE(window.view().size(), std::max(kept * 2, kept + Window::kBlock));
    if (!window.at_end()) {
      ASSERT_GE(window.view().size(), kept + Window::kBlock);
    }
    if (window.view().size() > 1'000'000) window.consume(window.view().size() - random() % 1000);
  }
}

TEST(Window, ALongRecordIsReachedWithFewCopies) {
  ScriptedStream stream(std::string(4U << 20U, 'x'), 1, 1U << 30U);
  Window window(stream);
  int calls = 0;
  while (!window.at_end()) {
    window.more();
    ++calls;
  }
  EXPECT_EQ(window.view().size(), 4U << 20U);
  EXPECT_LE(calls, 7);  // 256 KiB doubled to 4 MiB, and the end
}

TEST(Window, OfNothingIsAtItsEnd) {
  ScriptedStream stream("", 1, 1);
  Window window(stream);
  EXPECT_EQ(window.view(), "");
  window.more();
  EXPECT_TRUE(window.at_end());
  window.more();
  EXPECT_EQ(window.view(), "");
}

}  // namespace
}  // namespace ordertail
