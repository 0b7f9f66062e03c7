#include "sandbox/rate_window.h"

namespace ordertail::sandbox {
namespace {

constexpr std::chrono::seconds kWindow{10};

}  // namespace

bool RateWindow::admit(SteadyTime now) {
  if (!limit_) return true;
  while (!admitted_.empty() && now - admitted_.front() >= kWindow) admitted_.pop_front();
  if (admitted_.size() >= *limit_) return false;
  admitted_.push_back(now);
  return true;
}

}  // namespace ordertail::sandbox
