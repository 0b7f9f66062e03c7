// Which vector instructions this machine has.
#pragma once

namespace ordertail {

/// The ways to look at many bytes at once. All give the same results; tests try each of them.
enum class Simd {
  none,  ///< byte by byte: the yardstick, and other machines than x86-64
  sse2,  ///< every x86-64
  avx2,  ///< AVX2 and PCLMULQDQ
};

/// The fastest that this machine has.
[[nodiscard]] Simd best_simd();

}  // namespace ordertail
