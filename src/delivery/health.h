// When a server, or a job, is so ill that going on would do harm. Values: they own no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace ordertail {

/// Requests in a row that failed: a server error, a connection that was lost or never made.
class Breaker {
 public:
  static constexpr unsigned kMost = 5;

  void failed() { ++in_a_row_; }
  void succeeded() { in_a_row_ = 0; }
  [[nodiscard]] bool is_open() const { return in_a_row_ >= kMost; }
  [[nodiscard]] unsigned in_a_row() const { return in_a_row_; }

 private:
  unsigned in_a_row_ = 0;
};

/// At most one request in ten is a repetition, but for a handful: a server that is in trouble is
/// not burdened further. Halves of a request are no repetitions.
class RetryBudget {
 public:
  static constexpr std::uint64_t kHandful = 20;

  void requested(std::uint64_t count) { requests_ += count; }
  /// Takes one; false when there is none left.
  [[nodiscard]] bool take() {
    if (retries_ >= kHandful + requests_ / 10) return false;
    ++retries_;
    return true;
  }
  [[nodiscard]] std::uint64_t taken() const { return retries_; }
  [[nodiscard]] std::uint64_t requests() const { return requests_; }

 private:
  std::uint64_t requests_ = 0, retries_ = 0;
};

/// The last events that a server settled, and how many of them it rejected.
class RejectRate {
 public:
  static constexpr std::size_t kWindow = 500;
  static constexpr std::size_t kLeast = 20;

  void settled(bool rejected) {
    window_.push_back(rejected);
    rejected_ += rejected ? 1 : 0;
    if (window_.size() <= kWindow) return;
    rejected_ -= window_.front() ? 1 : 0;
    window_.pop_front();
  }
  /// More than a fifth, and not just a few: not single events are wrong, but all of it.
  [[nodiscard]] bool is_systemic() const {
    return rejected_ >= kLeast && rejected_ * 5 > window_.size();
  }
  [[nodiscard]] std::size_t rejected() const { return rejected_; }
  [[nodiscard]] std::size_t settled() const { return window_.size(); }

 private:
  std::deque<bool> window_;
  std::size_t rejected_ = 0;
};

}  // namespace ordertail
