#include "sandbox/orders.h"

namespace ordertail::sandbox {

const Order* Orders::find(std::string_view unique) const {
  const auto found = by_unique_.find(key(unique));
  return found == by_unique_.end() ? nullptr : found->second;
}

const Order* Orders::find(std::uint64_t id) const {
  return id >= kFirstId && id - kFirstId < orders_.size() ? &orders_[id - kFirstId] : nullptr;
}

const Order& Orders::write(std::uint64_t id, const Form& properties, WallTime now) {
  Order& order = id == 0 ? make(now) : orders_.at(id - kFirstId);
  for (const FormField& property : properties) {
    std::string& current = order.properties[property.name];
    if (property.name == unique_property_) {
      by_unique_.erase(current);
      if (!property.value.empty()) by_unique_.emplace(key(property.value), &order);
    }
    current = property.value;
  }
  order.updated = now;
  return order;
}

void Orders::associate(std::uint64_t order, std::uint64_t contact) {
  orders_.at(order - kFirstId).contacts.insert(contact);
}

Order& Orders::make(WallTime now) {
  Order& order = orders_.emplace_back();
  order.id = kFirstId + orders_.size() - 1;
  order.created = order.updated = now;
  return order;
}

}  // namespace ordertail::sandbox
