#include "input/read_ahead.h"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>
#include <string>

namespace ordertail {
namespace {

/// Gives out `size` bytes that tell their place, in pieces of random length, then ends or fails.
class Scripted final : public ByteStream {
 public:
  Scripted(std::uint64_t size, unsigned seed, bool fails)
      : size_(size), random_(seed), fails_(fails) {}

  static char byte_at(std::uint64_t place) { return static_cast<char>(place * 2654435761U >> 13U); }

  std::size_t read(std::span<char> space) override {
    if (at_ == size_ && fails_) throw std::runtime_error("the disk is gone");
    const std::uint64_t most = std::min<std::uint64_t>(space.size(), size_ - at_);
    const std::uint64_t piece = most == 0 ? 0 : 1 + random_() % most;
    for (std::uint64_t i = 0; i < piece; ++i) space[i] = byte_at(at_ + i);
    at_ += piece;
    return piece;
  }
  std::uint64_t skip(std::uint64_t count) override {
    const std::uint64_t skipped = std::min(count, size_ - at_);
    at_ += skipped;
    return skipped;
  }

 private:
  std::uint64_t size_;
  std::uint64_t at_ = 0;
  std::mt19937 random_;
  bool fails_;
};

/// Reads to the end in pieces of random length; how far it came, or -1 at a wrong byte.
std::int64_t read_all(ReadAhead& stream, std::uint64_t at, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<char> space(std::size_t{1} << 20U);
  while (true) {
    const std::size_t got = stream.read(std::span(space).first(1 + random() % space.size()));
    if (got == 0) return static_cast<std::int64_t>(at);
    for (std::size_t i = 0; i < got; ++i) {
      if (space[i] != Scripted::byte_at(at + i)) return -1;
    }
    at += got;
  }
}

constexpr std::uint64_t kBlock = ReadAhead::kBlock;

TEST(ReadAheadTest, GivesTheSameBytesWhateverTheSizes) {
  unsigned seed = 1;
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, kBlock - 1, kBlock,
                                   kBlock + 1, 2 * kBlock, 5 * kBlock + 17, 9 * kBlock}) {
    ReadAhead stream(std::make_unique<Scripted>(size, ++seed, false));
    EXPECT_EQ(read_all(stream, 0, seed), static_cast<std::int64_t>(size));
    std::array<char, 1> more{};
    EXPECT_EQ(stream.read(more), 0U);  // the end stays the end
  }
}

TEST(ReadAheadTest, SkipsBeforeAndWhileReading) {
  ReadAhead stream(std::make_unique<Scripted>(6 * kBlock, 3, false));
  EXPECT_EQ(stream.skip(kBlock + 5), kBlock + 5);
  std::array<char, 100> piece{};
  ASSERT_EQ(stream.read(piece), piece.size());
  EXPECT_EQ(piece[0], Scripted::byte_at(kBlock + 5));
  EXPECT_EQ(stream.skip(3 * kBlock), 3 * kBlock);
  EXPECT_EQ(read_all(stream, 4 * kBlock + 105, 4), static_cast<std::int64_t>(6 * kBlock));
  EXPECT_EQ(stream.skip(1), 0U);
}

TEST(ReadAheadTest, AFailureComesWhereItBelongsAndStays) {
  for (const std::uint64_t size : {std::uint64_t{10}, 3 * kBlock, 4 * kBlock + 10}) {
    ReadAhead stream(std::make_unique<Scripted>(size, 5, true));
    std::uint64_t at = 0;
    std::vector<char> space(kBlock);
    while (at < size) at += stream.read(space);
    EXPECT_EQ(at, size);
    EXPECT_THROW((void)stream.read(space), std::runtime_error);
    EXPECT_THROW((void)stream.read(space), std::runtime_error);
  }
}

TEST(ReadAheadTest, CanBeDroppedAtAnyTime) {
  for (unsigned pieces = 0; pieces < 40; ++pieces) {
    ReadAhead stream(std::make_unique<Scripted>(50 * kBlock, pieces, false));
    std::vector<char> space(kBlock / 3);
    for (unsigned i = 0; i < pieces; ++i) ASSERT_GT(stream.read(space), 0U);
  }
}

}  // namespace
}  // namespace ordertail
