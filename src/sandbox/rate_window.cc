#include "sandbox/rate_window.h"

namespace ordertail::sandbox {

bool RateWindow::has_room(SteadyTime now) {
  while (!admitted_.empty() && now - admitted_.front() >= span_) admitted_.pop_front();
  return !limit_ || admitted_.size() < *limit_;
}

bool RateWindow::admit(SteadyTime now) {
  if (!has_room(now)) return false;
  if (limit_) admitted_.push_back(now);
  return true;
}

}  // namespace ordertail::sandbox
