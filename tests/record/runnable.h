// The instruction sets that this machine can run, so that each is tested.
#pragma once

#include <vector>

#include "record/simd.h"

namespace ordertail {

inline std::vector<Simd> runnable() {
  std::vector<Simd> all{Simd::none};
  if (best_simd() != Simd::none) all.push_back(Simd::sse2);
  if (best_simd() == Simd::avx2) all.push_back(Simd::avx2);
  return all;
}

}  // namespace ordertail
