// What makes two records the same event.
#pragma once

#include <string_view>

#include "base/hash.h"
#include "event/event.h"

namespace ordertail {

/// Keyed hash of (shop, kind, natural key). The natural key is the order number of a purchase and
/// the lower-cased e-mail of a registration, so the same order in the cart's and in PayPal's export
/// is one event. The key is the store's: an id alone reveals neither.
[[nodiscard]] Hash128 event_id(const HashKey& key, const Event& event);

/// An order number as events carry it: trimmed, without a leading '#'.
[[nodiscard]] std::string_view plain_order_number(std::string_view text);

}  // namespace ordertail
