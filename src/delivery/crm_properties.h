// Which of HubSpot's CRM properties take what of an event.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "delivery/forms_body.h"
#include "event/event.h"

namespace ordertail {

enum class CrmObject { contact, order };

/// Of every field that can go into a property of such an object, by the name of the field; empty:
/// left out unless a job says otherwise. Beside the event's own fields these are
///
///   lifecycle_stage  of a contact: "lead" by a registration, "customer" by a purchase
///   order_name       of an order: its number
///
/// An order's total_revenue, which is before tax and shipping, goes into hs_subtotal_price:
/// hs_total_price includes them. The address is the buyer's, as exports have it: for billing.
/// (https://developers.hubspot.com/docs/guides/api/crm/commerce/orders)
[[nodiscard]] Properties usual_properties(CrmObject object);

/// Does HubSpot set this property by itself, and refuse a request that would?
[[nodiscard]] bool is_read_only(CrmObject object, std::string_view property);

/// Fields of events as properties, for one kind of object.
class CrmProperties {
 public:
  /// `fields`: as usual_properties(), property by field. `extras`: property by the event's extra
  /// field; others are left out.
  CrmProperties(const Properties& fields, const Properties& extras);

  /// Appends `,"firstname":"Ann"` and so on: what `events`, the oldest first, say together. A later
  /// one prevails over an earlier one, but what it lacks stays; a customer never becomes a lead
  /// again. All values are strings. Times are "2024-01-01T02:00:00Z"; so are close dates in
  /// HubSpot's closedate and hs_processed_date, which are times, shown in the zone of whoever
  /// looks: the purchase's own time is that day in the account's zone. In any other property a
  /// close date is "2023-12-31".
  void append(std::span<const Event* const> events, std::string& body) const;

 private:
  struct Column {
    std::string property;
    std::string (*value)(const Event&) = nullptr;  // computed, or
    std::string Event::*text = nullptr;            // a text field, or
    std::string extra;                             // an extra field
    bool is_stage = false;
  };
  [[nodiscard]] static Column column_of(std::string_view field, const std::string& property);
  [[nodiscard]] static std::string_view value_of(const Event& event, const Column& column,
                                                 std::string& computed);
  std::vector<Column> columns_;
};

}  // namespace ordertail
