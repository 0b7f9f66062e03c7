#include "delivery/throttle.h"

#include <algorithm>

namespace ordertail {
namespace {

using std::chrono::nanoseconds;
constexpr nanoseconds kWindow = std::chrono::milliseconds(10'050);
constexpr nanoseconds kCatchUp = std::chrono::milliseconds(25);

}  // namespace

Throttle::Throttle(unsigned limit, SteadyTime start)
    : spacing_(limit == 0 ? nanoseconds::zero()
                          : (kWindow + nanoseconds(limit - 1)) / nanoseconds::rep{limit}),
      next_(start + spacing_) {}

std::size_t Throttle::due(std::size_t wanted, SteadyTime now) const {
  if (spacing_ == nanoseconds::zero()) return wanted;
  const SteadyTime first = std::max(next_, now - kCatchUp);
  if (first > now) return 0;
  return std::min(wanted, static_cast<std::size_t>((now - first) / spacing_) + 1);
}

void Throttle::left(std::size_t count, SteadyTime now) {
  if (count == 0 || spacing_ == nanoseconds::zero()) return;
  next_ = std::max(next_, now - kCatchUp) + spacing_ * static_cast<nanoseconds::rep>(count);
}

}  // namespace ordertail
