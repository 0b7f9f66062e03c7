// The body of a submission to a HubSpot form.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "event/event.h"

namespace ordertail {

/// HubSpot's contact property that takes a field of the event; empty: the field is left out.
using Properties = std::map<std::string, std::string, std::less<>>;

/// By the event's own names: first_name goes into "firstname", order_number into "order_number".
/// Not among them is "email", by which HubSpot knows the contact. total_revenue and close_date are
/// of purchases only.
[[nodiscard]] Properties usual_properties(Kind kind);

/// Does HubSpot set this contact property by itself, and refuse a submission that would?
[[nodiscard]] bool is_read_only(std::string_view property);

/// Could this be the name of a contact property: a lower-case letter, then those, digits and '_'?
[[nodiscard]] bool is_property_name(std::string_view text);

/// What the person has agreed to, as the page says it.
struct Consent {
  struct Communication {
    std::int64_t subscription_type_id = 0;
    std::string text;
  };
  std::string text;
  std::vector<Communication> communications;
};

struct LegitimateInterest {
  std::int64_t subscription_type_id = 0;
  std::string legal_basis;  ///< "CUSTOMER", "LEAD"
  std::string text;
};

/// What a job says of one form.
struct FormsSettings {
  Properties properties;        ///< fields without an entry are left out
  Properties extra_properties;  ///< extra fields without an entry keep their key
  /// A hidden field of the form that takes the event's id; empty: none does.
  std::string event_id_field;
  std::string page_uri, page_name;
  std::variant<std::monostate, Consent, LegitimateInterest> legal_ground;
};

/// Absent fields are left out; a time that is absent leaves it to HubSpot to take its own. With
/// every part, less the blanks, and in this order:
///
///   {"fields": [{"objectTypeId": "0-1", "name": "email", "value": "ann@example.com"},
///               firstname, lastname, phone, address, city, state, zip, country, order_number,
///               total_revenue, currency, skus (joined by commas), closedate (as submittedAt,
///               or "2023-12-31" in a property of another name),
///               then the extra fields,
///               {…, "name": "ordertail_event_id", "value": "0a1b…": 32 hexadecimal digits}],
///    "submittedAt": "1704067140000",
///    "context": {"hutk": "60c2…", "ipAddress": "192.0.2.7", "pageUri": "…", "pageName": "…"},
///    "legalConsentOptions": {"consent": {"consentToProcess": true, "text": "…", "communications":
///      [{"value": true, "subscriptionTypeId": 7, "text": "…"}]}}}
///    or                     {"legitimateInterest": {"value": true, "subscriptionTypeId": 7,
///                             "legalBasis": "CUSTOMER", "text": "…"}}
///
/// (https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v3-legacy)
[[nodiscard]] std::string forms_body(const Event& event, const FormsSettings& settings);

}  // namespace ordertail
