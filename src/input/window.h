// A bounded look at a stream: what has been read and is not done with.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "input/byte_stream.h"

namespace ordertail {

/// Holds a stretch of the stream. consume() drops bytes at the front, more() adds bytes at the
/// end: a block's worth, or, when the caller could make nothing of what it saw, as much again.
/// Memory: at most twice what the caller keeps, plus two blocks.
class Window {
 public:
  static constexpr std::size_t kBlock = std::size_t{256} << 10U;

  explicit Window(ByteStream& stream) : stream_(stream) {}

  /// Valid until more().
  [[nodiscard]] std::string_view view() const { return {bytes_.data() + begin_, end_ - begin_}; }
  /// True once the stream has ended: view() is all there is left.
  [[nodiscard]] bool at_end() const { return at_end_; }

  void consume(std::size_t count) { begin_ += count; }
  void more();

 private:
  ByteStream& stream_;
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool at_end_ = false;
};

}  // namespace ordertail
