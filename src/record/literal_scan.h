// Finding any of a few literals in a block, at memory speed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "record/simd.h"

namespace ordertail {

/// Finds the next occurrence of any of a few byte strings: compares two rare bytes of each literal
/// at 32 places at once (AVX2 where the machine has it, SSE2 otherwise), then verifies. All
/// literals in one pass; the time grows with their number.
class LiteralScan {
 public:
  /// Empty literals are not allowed; no literal at all means that find() finds nothing.
  explicit LiteralScan(const std::vector<std::string>& literals, Simd simd = best_simd());

  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  /// Offset of the first occurrence of any literal in `text` at or after `from`, else npos.
  [[nodiscard]] std::size_t find(std::string_view text, std::size_t from = 0) const;

  [[nodiscard]] bool empty() const { return needles_.empty(); }

 private:
  struct Needle {
    std::string text;
    std::size_t first_at = 0;  // offsets in text of its two rarest bytes
    std::size_t second_at = 0;
    char first = 0;  // those bytes
    char second = 0;
  };

  [[nodiscard]] bool any_at(std::string_view text, std::size_t at) const;
  [[nodiscard]] std::size_t find_sse2(std::string_view text, std::size_t& from) const;
  [[nodiscard]] std::size_t find_avx2(std::string_view text, std::size_t& from) const;

  std::vector<Needle> needles_;
  std::size_t reach_ = 0;  // how far a needle's bytes reach beyond a place, at most
  Simd simd_;
};

/// Number of LF bytes in `text`.
[[nodiscard]] std::uint64_t count_line_feeds(std::string_view text, Simd simd = best_simd());

}  // namespace ordertail
