// What a stretch of a file turned out to be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"
#include "event/reject.h"

namespace ordertail {

/// Events, rejects and counts, in file order. Every record is in exactly one of: the `rows` of an
/// event, the `rows` of a reject, `skipped`. Made to be used again: clear() keeps the memory.
class Findings {
 public:
  std::vector<Reject> rejects;
  std::vector<Remark> remarks;
  std::map<std::string, std::uint64_t, std::less<>> skipped;  ///< rows by reason

  [[nodiscard]] std::span<const Event> events() const { return {events_.data(), count_}; }
  /// Adds an event by swapping it with a used-up one.
  void add(Event& event) {
    if (count_ == events_.size()) events_.emplace_back();
    std::swap(events_[count_++], event);
  }
  void skip(std::string_view reason, std::uint64_t row_count) {
    const auto found = skipped.find(reason);
    if (found != skipped.end()) {
      found->second += row_count;
    } else {
      skipped.emplace(reason, row_count);
    }
  }
  void clear() {
    count_ = 0;
    rejects.clear();
    remarks.clear();
    skipped.clear();
  }

 private:
  std::vector<Event> events_;
  std::size_t count_ = 0;
};

}  // namespace ordertail
