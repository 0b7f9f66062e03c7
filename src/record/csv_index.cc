#include "record/csv_index.h"

#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Inlined into functions of other targets, so that each gets the instructions of its own.
#define ORDERTAIL_INLINE __attribute__((always_inline)) inline
#define ORDERTAIL_AVX2 __attribute__((target("avx2,pclmul,bmi,popcnt")))

namespace ordertail {

/// Of 64 bytes, bit i is byte i.
struct CsvIndex::Masks {
  std::uint64_t quotes, delimiters, line_feeds, returns;
};

/// What a block must know of the byte before it.
struct CsvIndex::Carry {
  std::uint64_t inside = 0;  // all ones within quotes
  std::uint64_t separator = 1;
  std::uint64_t closing_quote = 0;
  std::uint64_t carriage_return = 0;
};

namespace {

constexpr std::size_t kBlock = 64;
// add_block writes in eights, beyond what it counts.
constexpr std::size_t kSlack = 64;

/// Appends the offsets of the bits of `bits`.
ORDERTAIL_INLINE std::size_t append_bits(std::uint64_t bits, std::uint32_t offset,
                                         std::uint32_t* out) {
  const auto count = static_cast<std::size_t>(std::popcount(bits));
  for (std::size_t written = 0; written < count; written += 8) {
    for (std::size_t i = 0; i < 8; ++i) {
      out[written + i] = offset + static_cast<std::uint32_t>(std::countr_zero(bits));
      bits &= bits - 1;
    }
  }
  return count;
}

}  // namespace

CsvIndex::CsvIndex(char delimiter, Simd simd)
    : delimiter_(delimiter),
      simd_(simd),
      separators_(std::make_unique_for_overwrite<std::uint32_t[]>(1 + kPieceBytes + kSlack)),
      record_ends_(std::make_unique_for_overwrite<std::uint32_t[]>(kPieceBytes + kSlack)),
      notes_(std::make_unique_for_overwrite<std::uint32_t[]>(kPieceBytes + kSlack)) {}

/// Adds one block; false when it holds something irregular, before which the index then ends.
ORDERTAIL_INLINE bool CsvIndex::add_block(const Masks& masks, std::uint64_t quote_parity,
                                          Carry& carry, std::uint32_t offset) {
  const std::uint64_t inside = quote_parity ^ carry.inside;  // opening quote in, closing quote out
  const std::uint64_t opening = masks.quotes & inside;
  const std::uint64_t closing = masks.quotes & ~inside;
  const std::uint64_t breaks = masks.delimiters | masks.line_feeds | masks.returns;
  const std::uint64_t after_closing = closing << 1U | carry.closing_quote;
  const std::uint64_t after_break = breaks << 1U | carry.separator;
  const std::uint64_t after_return = masks.returns << 1U | carry.carriage_return;
  const std::uint64_t irregular =
      (opening & ~(after_break | after_closing)) | (after_closing & ~(breaks | masks.quotes));

  // The bits below the first irregular one; all when there is none.
  const std::uint64_t valid = irregular == 0 ? ~std::uint64_t{0} : (irregular - 1) & ~irregular;
  const std::uint64_t line_ends = (masks.returns | (masks.line_feeds & ~after_return)) & valid;
  const std::uint64_t separators = ((masks.delimiters & valid) | line_ends) & ~inside;
  for (std::uint64_t ends = line_ends & ~inside; ends != 0; ends &= ends - 1) {
    const std::uint64_t before = separators & (ends - 1) & ~ends;
    record_ends_[record_end_count_++] = static_cast<std::uint32_t>(
        separator_count_ + static_cast<std::size_t>(std::popcount(before)));
  }
  separator_count_ += append_bits(separators, offset, separators_.get() + 1 + separator_count_);
  const std::uint64_t notes = (line_ends & inside) | (opening & after_closing & valid);
  note_count_ += append_bits(notes, offset, notes_.get() + note_count_);

  carry.inside = std::uint64_t{0} - (inside >> 63U);
  carry.separator = breaks >> 63U;
  carry.closing_quote = closing >> 63U;
  carry.carriage_return = masks.returns >> 63U;
  return irregular == 0;
}

#if defined(__x86_64__)
namespace {

ORDERTAIL_INLINE std::uint64_t equal_mask(const __m128i* bytes, char wanted) {
  const __m128i pattern = _mm_set1_epi8(wanted);
  std::uint64_t mask = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const int part = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes[i], pattern));
    mask |= static_cast<std::uint64_t>(static_cast<unsigned>(part)) << (16 * i);
  }
  return mask;
}

__attribute__((target("avx2"), always_inline)) inline std::uint64_t equal_mask(__m256i low,
                                                                               __m256i high,
                                                                               char wanted) {
  const __m256i pattern = _mm256_set1_epi8(wanted);
  const int low_part = _mm256_movemask_epi8(_mm256_cmpeq_epi8(low, pattern));
  const int high_part = _mm256_movemask_epi8(_mm256_cmpeq_epi8(high, pattern));
  return static_cast<std::uint64_t>(static_cast<unsigned>(low_part)) |
         static_cast<std::uint64_t>(static_cast<unsigned>(high_part)) << 32U;
}

/// Bit i is the parity of the bits 0 to i.
ORDERTAIL_INLINE std::uint64_t prefix_parity(std::uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

/// The same by a carry-less product with all ones.
__attribute__((target("pclmul"), always_inline)) inline std::uint64_t prefix_parity_clmul(
    std::uint64_t bits) {
  const __m128i product =
      _mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<long long>(bits)), _mm_set1_epi8(-1), 0);
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
}

}  // namespace

void CsvIndex::build_sse2(const char* bytes, std::size_t size, Carry& carry, std::uint32_t offset) {
  for (std::size_t at = 0; at < size && regular_; at += kBlock) {
    __m128i block[4];
    std::memcpy(block, bytes + at, kBlock);
    const Masks masks{.quotes = equal_mask(block, '"'),
                      .delimiters = equal_mask(block, delimiter_),
                      .line_feeds = equal_mask(block, '\n'),
                      .returns = equal_mask(block, '\r')};
    regular_ = add_block(masks, prefix_parity(masks.quotes), carry,
                         offset + static_cast<std::uint32_t>(at));
  }
}

ORDERTAIL_AVX2 void CsvIndex::build_avx2(const char* bytes, std::size_t size, Carry& carry,
                                         std::uint32_t offset) {
  for (std::size_t at = 0; at < size && regular_; at += kBlock) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + at));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + at + 32));
    const Masks masks{.quotes = equal_mask(low, high, '"'),
                      .delimiters = equal_mask(low, high, delimiter_),
                      .line_feeds = equal_mask(low, high, '\n'),
                      .returns = equal_mask(low, high, '\r')};
    regular_ = add_block(masks, prefix_parity_clmul(masks.quotes), carry,
                         offset + static_cast<std::uint32_t>(at));
  }
}
#endif

void CsvIndex::build(std::string_view piece) {
  separator_count_ = record_end_count_ = note_count_ = 0;
  regular_ = true;
#if defined(__x86_64__)
  Carry carry;
  const auto build_blocks = simd_ == Simd::avx2 ? &CsvIndex::build_avx2 : &CsvIndex::build_sse2;
  const std::size_t whole = piece.size() / kBlock * kBlock;
  (this->*build_blocks)(piece.data(), whole, carry, 0);
  if (regular_ && whole < piece.size()) {
    char tail[kBlock] = {};
    std::memcpy(tail, piece.data() + whole, piece.size() - whole);
    (this->*build_blocks)(tail, kBlock, carry, static_cast<std::uint32_t>(whole));
  }
#else
  regular_ = piece.empty();
#endif
}

}  // namespace ordertail
