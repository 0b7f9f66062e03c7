// What a stretch of a file turned out to be.
#pragma once

#include <algorithm>
#include <boost/iterator/indirect_iterator.hpp>
#include <boost/range/iterator_range.hpp>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"
#include "event/reject.h"
#include "event/sighting.h"

namespace ordertail {

/// An order that is no sale, or none any more: refunded, cancelled. It may have been submitted
/// while it was one.
struct Withdrawal {
  Hash128 id;          ///< that the purchase would have
  std::string reason;  ///< "refunded", "cancelled": the pattern's word
  std::string file;
  Position at;
  std::uint64_t rows = 1;
  std::string order_number{};  ///< for people; empty when the row does not tell
};

/// Rows that name an order and leave blank what would tell whether it is a sale. By themselves they
/// are none; an order that stands elsewhere in the file may be without them.
struct Stray {
  Hash128 id;          ///< that the purchase would have
  std::string reason;  ///< what they are skipped for: "when:Financial Status"
  std::string file;
  Position at;
  std::uint64_t rows = 1;
  std::string order_number{};
  std::uint64_t end = 0;  ///< where the last of them ends in the file
};

/// Events, rejects and counts, in file order. Every record is in exactly one of: the `rows` of an
/// event, of a reject, of a withdrawal or of a stray, `skipped`. Made to be used again: clear()
/// keeps the memory.
class Findings {
 public:
  std::vector<Reject> rejects;
  std::vector<Remark> remarks;
  std::vector<Withdrawal> withdrawn;
  std::vector<Stray> strays;
  std::vector<Sighting> sightings;                            ///< their rows are `skipped`
  std::map<std::string, std::uint64_t, std::less<>> skipped;  ///< rows by reason

  /// A range of const Event&.
  [[nodiscard]] auto events() const {
    const auto begin = boost::make_indirect_iterator(events_.cbegin());
    return boost::make_iterator_range(begin, begin + static_cast<std::ptrdiff_t>(count_));
  }
  /// Adds an event by trading it for one that is used up.
  void add(std::unique_ptr<Event>& event) {
    if (count_ == events_.size()) events_.push_back(std::make_unique<Event>());
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
  /// Adds what was found behind all of this, by trading: `others` are used up.
  void append(Findings& others) {
    for (std::size_t i = 0; i < others.count_; ++i) add(others.events_[i]);
    std::move(others.rejects.begin(), others.rejects.end(), std::back_inserter(rejects));
    std::move(others.remarks.begin(), others.remarks.end(), std::back_inserter(remarks));
    std::move(others.withdrawn.begin(), others.withdrawn.end(), std::back_inserter(withdrawn));
    std::move(others.strays.begin(), others.strays.end(), std::back_inserter(strays));
    std::move(others.sightings.begin(), others.sightings.end(), std::back_inserter(sightings));
    for (const auto& [reason, rows] : others.skipped) skip(reason, rows);
    others.clear();
  }
  void clear() {
    count_ = 0;
    rejects.clear();
    remarks.clear();
    withdrawn.clear();
    strays.clear();
    sightings.clear();
    skipped.clear();
  }

 private:
  std::vector<std::unique_ptr<Event>> events_;
  std::size_t count_ = 0;
};

}  // namespace ordertail
