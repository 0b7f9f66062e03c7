// What the stand-in shows of itself to people: one page.
#pragma once

#include <deque>
#include <string>

#include "sandbox/contacts.h"
#include "sandbox/orders.h"
#include "sandbox/portal.h"

namespace ordertail::sandbox {

/// Guide, step 6: the pages Leads and Sources, as one; then the contacts of the APIs of today with
/// their orders, if there are any. Shows the newest 500 of each.
[[nodiscard]] std::string portal_as_html(const std::deque<Lead>& leads,
                                         const std::deque<Contact>& contacts,
                                         const std::deque<Order>& orders);

}  // namespace ordertail::sandbox
