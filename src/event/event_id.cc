#include "event/event_id.h"

#include "base/text.h"

namespace ordertail {

Hash128 event_id(const HashKey& key, const Event& event) {
  if (event.kind == Kind::purchase) {
    return keyed_hash(key, {event.shop, name_of(event.kind), event.order_number});
  }
  return keyed_hash(key, {event.shop, name_of(event.kind), lower(event.email)});
}

std::string_view plain_order_number(std::string_view text) {
  text = trim(text);
  if (text.starts_with('#')) text.remove_prefix(1);
  return trim(text);
}

}  // namespace ordertail
