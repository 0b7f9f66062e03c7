// The orders of a portal, and to which of its contacts they belong.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "sandbox/form.h"

namespace ordertail::sandbox {

struct Order {
  std::uint64_t id = 0;  ///< from Orders::kFirstId, without gaps
  std::map<std::string, std::string> properties;
  std::set<std::uint64_t> contacts;  ///< those it is associated with
  WallTime created;
  WallTime updated;
};

class Orders {
 public:
  using Record = Order;

  /// No contact has the id of an order, so that a client that takes one for the other is found out.
  static constexpr std::uint64_t kFirstId = 1'000'000'001;

  /// Of two orders, this property never has the same value but none.
  explicit Orders(std::string unique_property) : unique_property_(std::move(unique_property)) {}

  /// Unique values are taken as they are: of blanks and of case no public source tells.
  [[nodiscard]] static std::string key(std::string_view unique) { return std::string(unique); }
  [[nodiscard]] const Order* find(std::string_view unique) const;
  [[nodiscard]] const Order* find(std::uint64_t id) const;

  /// Into the order with that id, or into a new one when it is 0. An empty value clears the
  /// property. If the unique property is among them, its value is no other order's.
  const Order& write(std::uint64_t id, const Form& properties, WallTime now);

  /// Once is as good as twice. There is such an order.
  void associate(std::uint64_t order, std::uint64_t contact);

  [[nodiscard]] const std::deque<Order>& all() const { return orders_; }

 private:
  Order& make(WallTime now);

  std::string unique_property_;
  std::deque<Order> orders_;  // a deque, so that what was found stays valid
  std::unordered_map<std::string, const Order*> by_unique_;
};

}  // namespace ordertail::sandbox
