// Sources of one job that give different orders the same number.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "event/event.h"

namespace ordertail {

/// One job is one shop, so that orders of one number are one order: the cart's and PayPal's, told
/// twice. Two shops in one job, or two PayPal accounts, that number alike would have some of their
/// orders taken for others and never sent.
class AlikeOrders {
 public:
  /// What follows is of the job's source `index` (from 0), read by `pattern`; empty: not said.
  void begin_source(std::size_t index, const std::string& pattern);
  /// Holds a purchase against those of the sources before. Two of one number that are more than a
  /// month apart, or of two people and read by the same pattern, are two orders.
  void add(const Event& event);
  /// A sentence for people, with the first such pair masked; empty when there is none.
  [[nodiscard]] std::string warning() const;

 private:
  struct Order {
    std::size_t source;
    std::string pattern, email;
    Instant at;
  };
  [[nodiscard]] bool is_another(const Order& before, const Event& event) const;

  std::map<Hash128, Order> orders_;  // by event id
  std::size_t source_ = 0;
  std::string pattern_, example_;
  std::size_t pairs_ = 0;  // of this source
};

}  // namespace ordertail
