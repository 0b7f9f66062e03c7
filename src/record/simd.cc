#include "record/simd.h"

namespace ordertail {

Simd best_simd() {
#if defined(__x86_64__)
  static const bool wide =
      __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("pclmul") != 0 &&
      __builtin_cpu_supports("bmi") != 0 && __builtin_cpu_supports("popcnt") != 0;
  return wide ? Simd::avx2 : Simd::sse2;
#else
  return Simd::none;
#endif
}

}  // namespace ordertail
