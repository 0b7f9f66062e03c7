#include "sandbox/properties.h"

#include <algorithm>

#include "sandbox/contacts.h"
#include "sandbox/formats.h"

namespace ordertail::sandbox {
namespace {

/// An internal name: a letter, then letters, digits and underscores, all lower-case.
bool is_name(std::string_view text) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

std::optional<PropertyTrouble> trouble(PropertyType type, std::string_view value) {
  const auto unless = [](bool fits, PropertyTrouble otherwise) {
    return fits ? std::nullopt : std::optional(otherwise);
  };
  if (type == PropertyType::read_only) return PropertyTrouble::read_only;
  if (value.empty()) return std::nullopt;
  switch (type) {
    case PropertyType::email:
      return unless(is_email(value), PropertyTrouble::bad_email);
    case PropertyType::date:
      return unless(is_date(value), PropertyTrouble::bad_date);
    case PropertyType::datetime:
      return unless(is_datetime(value), PropertyTrouble::bad_datetime);
    case PropertyType::number:
      return unless(is_number(value), PropertyTrouble::bad_number);
    case PropertyType::currency:
      return unless(is_currency_code(value), PropertyTrouble::bad_option);
    case PropertyType::lifecycle:
      return unless(is_lifecycle_stage(value), PropertyTrouble::bad_option);
    case PropertyType::text:
    case PropertyType::form_only:
    case PropertyType::read_only:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::optional<PropertyType> Properties::type_of(std::string_view name) const {
  if (const auto found = built_in_.find(name); found != built_in_.end()) return found->second;
  const auto found = custom_.declared.find(name);
  if (found != custom_.declared.end()) return found->second;
  return std::nullopt;
}

std::optional<PropertyTrouble> Properties::judge_field(std::string_view name,
                                                       std::string_view value) const {
  if (!is_name(name)) return PropertyTrouble::unknown;
  return trouble(type_of(name).value_or(PropertyType::text), value);
}

std::optional<PropertyTrouble> Properties::judge(std::string_view name,
                                                 std::string_view value) const {
  const std::optional<PropertyType> type = type_of(name);
  if (!type && !custom_.any) return PropertyTrouble::unknown;
  if (type == PropertyType::form_only) return PropertyTrouble::read_only;
  return judge_field(name, value);
}

// HubSpot's list of default contact properties,
// https://knowledge.hubspot.com/properties/hubspots-default-contact-properties; the last few are
// recalled. "closedate" is a datetime, "Date the contact became a customer". The read-only ones are
// calculated; of "total_revenue" it is told in
// https://knowledge.hubspot.com/articles/kcs_article/reports/what-is-the-difference-between-annual-revenue-and-salesforce-total-revenue-in-the-companies-report
const Properties::BuiltIn& contact_properties() {
  using enum PropertyType;
  static const Properties::BuiltIn known = {
      {"email", email},
      {"firstname", text},
      {"lastname", text},
      {"phone", text},
      {"mobilephone", text},
      {"fax", text},
      {"jobtitle", text},
      {"address", text},
      {"city", text},
      {"state", text},
      {"country", text},
      {"zip", text},
      {"company", text},
      {"website", text},
      {"lifecyclestage", lifecycle},
      {"closedate", datetime},
      {"hs_marketable_status", form_only},
      {"total_revenue", read_only},
      {"num_conversion_events", read_only},
      {"num_unique_conversion_events", read_only},
      {"recent_conversion_date", read_only},
      {"first_conversion_date", read_only},
      // Recalled:
      {"annualrevenue", number},
      {"date_of_birth", text},
      {"hs_language", text},
      {"hs_lead_status", text},
      {"hubspot_owner_id", text},
      {"industry", text},
      {"message", text},
      {"numemployees", text},
      {"salutation", text},
      {"twitterhandle", text},
      {"createdate", read_only},
      {"first_conversion_event_name", read_only},
      {"hs_object_id", read_only},
      {"lastmodifieddate", read_only},
      {"num_associated_deals", read_only},
      {"recent_conversion_event_name", read_only},
      {"recent_deal_amount", read_only},
      {"recent_deal_close_date", read_only},
  };
  return known;
}

// The guide of the orders API, https://developers.hubspot.com/docs/guides/api/crm/commerce/orders,
// and names in the code of public integrations. HubSpot publishes no list, so that the types are
// told from the names, and the last few are recalled.
const Properties::BuiltIn& order_properties() {
  using enum PropertyType;
  static const Properties::BuiltIn known = {
      {"hs_order_name", text},
      {"hs_currency_code", currency},
      {"hs_source_store", text},
      {"hs_fulfillment_status", text},
      {"hs_pipeline", text},
      {"hs_pipeline_stage", text},
      {"hs_external_order_id", text},
      {"hs_external_order_status", text},
      {"hs_external_created_date", datetime},
      {"hs_processed_date", datetime},
      {"hs_total_price", number},
      {"hs_subtotal_price", number},
      {"hs_discount_codes", text},
      {"hs_shipping_address_street", text},
      {"hs_shipping_address_city", text},
      {"hs_shipping_address_state", text},
      {"hs_shipping_address_postal_code", text},
      {"hs_billing_address_street", text},
      {"hs_billing_address_city", text},
      {"hs_billing_address_state", text},
      {"hs_billing_address_postal_code", text},
      // Recalled:
      {"hs_shipping_address_country", text},
      {"hs_shipping_address_name", text},
      {"hs_billing_address_country", text},
      {"hs_billing_address_name", text},
      {"hs_billing_address_email", text},
      {"hs_order_discount", number},
      {"hs_order_note", text},
      {"hs_payment_status", text},
      {"hs_tax", number},
      {"hubspot_owner_id", text},
      {"hs_createdate", read_only},
      {"hs_lastmodifieddate", read_only},
      {"hs_object_id", read_only},
  };
  return known;
}

}  // namespace ordertail::sandbox
