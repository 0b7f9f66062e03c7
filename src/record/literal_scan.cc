#include "record/literal_scan.h"

#include <algorithm>
#include <array>
#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define ORDERTAIL_AVX2 __attribute__((target("avx2,bmi,popcnt")))

namespace ordertail {
namespace {

// The bytes of web server logs, most frequent first: dates, addresses, numbers, user agents, paths.
// A rough order is enough; bytes that are not listed are rarer than all of these.
constexpr std::string_view kFrequentBytes =
    " 01.2/53\"64798eotai-nrcslp;:dmhuMgbf()kA+LGETHPWwKv,y[]SNxjCzXFqIDORUBVJY_=&%?Q";

/// The higher, the rarer.
constexpr std::array<unsigned char, 256> kRarity = [] {
  std::array<unsigned char, 256> rarity{};
  rarity.fill(255);
  for (std::size_t i = 0; i < kFrequentBytes.size(); ++i) {
    rarity[static_cast<unsigned char>(kFrequentBytes[i])] = static_cast<unsigned char>(i);
  }
  return rarity;
}();

std::size_t rarest(std::string_view text, std::size_t besides) {
  std::size_t best = besides == 0 && text.size() > 1 ? 1 : 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto rarity = [&](std::size_t at) {
      return kRarity[static_cast<unsigned char>(text[at])];
    };
    if (i != besides && rarity(i) > rarity(best)) best = i;
  }
  return best;
}

}  // namespace

LiteralScan::LiteralScan(const std::vector<std::string>& literals, Simd simd) : simd_(simd) {
  for (const std::string& literal : literals) {
    const std::size_t first = rarest(literal, npos);
    const std::size_t second = rarest(literal, first);
    needles_.push_back({.text = literal,
                        .first_at = first,
                        .second_at = second,
                        .first = literal[first],
                        .second = literal[second]});
    reach_ = std::max(reach_, literal.size());
  }
}

bool LiteralScan::any_at(std::string_view text, std::size_t at) const {
  const std::string_view rest = text.substr(at);
  return std::any_of(needles_.begin(), needles_.end(),
                     [&](const Needle& needle) { return rest.starts_with(needle.text); });
}

std::size_t LiteralScan::find(std::string_view text, std::size_t from) const {
  if (needles_.empty()) return npos;
#if defined(__x86_64__)
  std::size_t found = npos;
  if (simd_ == Simd::avx2) found = find_avx2(text, from);
  if (simd_ == Simd::sse2) found = find_sse2(text, from);
  if (found != npos) return found;
#endif
  for (; from < text.size(); ++from) {
    if (any_at(text, from)) return from;
  }
  return npos;
}

#if defined(__x86_64__)
std::size_t LiteralScan::find_sse2(std::string_view text, std::size_t& from) const {
  constexpr std::size_t kPlaces = 16;
  for (; from + reach_ + kPlaces <= text.size(); from += kPlaces) {
    __m128i candidates = _mm_setzero_si128();
    for (const Needle& needle : needles_) {
      const auto equal_at = [&](std::size_t at, char byte) {
        const void* bytes = text.data() + from + at;
        return _mm_cmpeq_epi8(_mm_loadu_si128(static_cast<const __m128i*>(bytes)),
                              _mm_set1_epi8(byte));
      };
      candidates =
          _mm_or_si128(candidates, _mm_and_si128(equal_at(needle.first_at, needle.first),
                                                 equal_at(needle.second_at, needle.second)));
    }
    auto places = static_cast<unsigned>(_mm_movemask_epi8(candidates));
    for (; places != 0; places &= places - 1) {
      const std::size_t place = from + static_cast<std::size_t>(std::countr_zero(places));
      if (any_at(text, place)) return place;
    }
  }
  return npos;
}

ORDERTAIL_AVX2 std::size_t LiteralScan::find_avx2(std::string_view text, std::size_t& from) const {
  constexpr std::size_t kPlaces = 64;  // two vectors, since nearly always nothing is in either
  for (; from + reach_ + kPlaces <= text.size(); from += kPlaces) {
    __m256i low = _mm256_setzero_si256();
    __m256i high = _mm256_setzero_si256();
    for (const Needle& needle : needles_) {
      const auto* first = reinterpret_cast<const __m256i*>(text.data() + from + needle.first_at);
      const auto* second = reinterpret_cast<const __m256i*>(text.data() + from + needle.second_at);
      const __m256i first_byte = _mm256_set1_epi8(needle.first);
      const __m256i second_byte = _mm256_set1_epi8(needle.second);
      low = _mm256_or_si256(
          low, _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_loadu_si256(first), first_byte),
                                _mm256_cmpeq_epi8(_mm256_loadu_si256(second), second_byte)));
      high = _mm256_or_si256(
          high, _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_loadu_si256(first + 1), first_byte),
                                 _mm256_cmpeq_epi8(_mm256_loadu_si256(second + 1), second_byte)));
    }
    const __m256i any = _mm256_or_si256(low, high);
    if (_mm256_testz_si256(any, any) != 0) continue;
    std::uint64_t places = static_cast<std::uint32_t>(_mm256_movemask_epi8(high));
    places = places << 32U | static_cast<std::uint32_t>(_mm256_movemask_epi8(low));
    for (; places != 0; places &= places - 1) {
      const std::size_t place = from + static_cast<std::size_t>(std::countr_zero(places));
      if (any_at(text, place)) return place;
    }
  }
  return find_sse2(text, from);
}

namespace {

// One byte lane counts at most 255 before it must be summed up.
constexpr std::size_t kLaneMax = 255;

std::uint64_t count_sse2(std::string_view text, std::size_t& done) {
  const __m128i line_feeds = _mm_set1_epi8('\n');
  __m128i total = _mm_setzero_si128();
  while (text.size() - done >= 16) {
    __m128i lanes = _mm_setzero_si128();
    for (std::size_t i = 0; i < kLaneMax && text.size() - done >= 16; ++i, done += 16) {
      const void* bytes = text.data() + done;
      const __m128i block = _mm_loadu_si128(static_cast<const __m128i*>(bytes));
      lanes = _mm_sub_epi8(lanes, _mm_cmpeq_epi8(block, line_feeds));
    }
    total = _mm_add_epi64(total, _mm_sad_epu8(lanes, _mm_setzero_si128()));
  }
  std::uint64_t sums[2];
  _mm_storeu_si128(reinterpret_cast<__m128i*>(sums), total);
  return sums[0] + sums[1];
}

ORDERTAIL_AVX2 std::uint64_t count_avx2(std::string_view text, std::size_t& done) {
  const __m256i line_feeds = _mm256_set1_epi8('\n');
  __m256i total = _mm256_setzero_si256();
  while (text.size() - done >= 64) {
    __m256i even = _mm256_setzero_si256();
    __m256i odd = _mm256_setzero_si256();
    for (std::size_t i = 0; i < kLaneMax && text.size() - done >= 64; ++i, done += 64) {
      const auto* blocks = reinterpret_cast<const __m256i*>(text.data() + done);
      even = _mm256_sub_epi8(even, _mm256_cmpeq_epi8(_mm256_loadu_si256(blocks), line_feeds));
      odd = _mm256_sub_epi8(odd, _mm256_cmpeq_epi8(_mm256_loadu_si256(blocks + 1), line_feeds));
    }
    const __m256i zero = _mm256_setzero_si256();
    total = _mm256_add_epi64(total, _mm256_sad_epu8(even, zero));
    total = _mm256_add_epi64(total, _mm256_sad_epu8(odd, zero));
  }
  std::uint64_t sums[4];
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums), total);
  return sums[0] + sums[1] + sums[2] + sums[3];
}

}  // namespace
#endif

std::uint64_t count_line_feeds(std::string_view text, [[maybe_unused]] Simd simd) {
  std::size_t done = 0;
  std::uint64_t count = 0;
#if defined(__x86_64__)
  if (simd == Simd::avx2) count = count_avx2(text, done);
  if (simd == Simd::sse2) count = count_sse2(text, done);
#endif
  const std::string_view rest = text.substr(done);
  return count + static_cast<std::uint64_t>(std::count(rest.begin(), rest.end(), '\n'));
}

}  // namespace ordertail
