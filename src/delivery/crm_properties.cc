#include "delivery/crm_properties.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "event/event_json.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kStage = "lifecycle_stage";
constexpr std::string_view kLead = "lead";
constexpr std::string_view kCustomer = "customer";

struct Usual {
  std::string_view field, contact, order;
};

// In the order in which they are written. Custom properties have to be made in HubSpot first, so
// none is written to unless a job names it.
constexpr std::array<Usual, 20> kUsual{{
    {"first_name", "firstname", ""},
    {"last_name", "lastname", ""},
    {"phone", "phone", ""},
    {"address", "address", "hs_billing_address_street"},
    {"city", "city", "hs_billing_address_city"},
    {"state", "state", "hs_billing_address_state"},
    {"zip", "zip", "hs_billing_address_postal_code"},
    {"country", "country", "hs_billing_address_country"},
    {kStage, "lifecyclestage", ""},
    {"order_name", "", "hs_order_name"},
    {"order_number", "", "hs_external_order_id"},
    {"total_revenue", "", "hs_subtotal_price"},
    {"currency", "", "hs_currency_code"},
    {"skus", "", ""},
    {"occurred_at", "", "hs_external_created_date"},
    {"close_date", "closedate", "hs_processed_date"},
    {"shop", "", "hs_source_store"},
    {"email", "", ""},
    {"utk", "", ""},
    {"ip", "", ""},
}};

bool is_of(CrmObject object, std::string_view field) {
  if (object == CrmObject::order) return field != kStage;
  return field != "order_name" && field != "email";  // the address is what a contact is known by
}

std::string time_text(Instant time) {
  return date::format("%FT%TZ", date::sys_seconds(time.time_since_epoch()));
}
std::string time_of(const Event& event) {
  return event.occurred_at ? time_text(*event.occurred_at) : std::string();
}
std::string revenue_of(const Event& event) {
  return event.total_revenue ? to_string(*event.total_revenue) : std::string();
}
std::string skus_of(const Event& event) {
  return fmt::format("{}", fmt::join(event.skus, ","));
}
std::string close_day(const Event& event) {
  return event.close_date ? iso_date(*event.close_date) : std::string();
}
/// Of a purchase without a time: noon of Greenwich, which is the same day nearly everywhere.
std::string close_time(const Event& event) {
  if (!event.close_date || event.occurred_at) return event.close_date ? time_of(event) : "";
  return iso_date(*event.close_date) + "T12:00:00Z";
}

}  // namespace

Properties usual_properties(CrmObject object) {
  Properties properties;
  for (const Usual& usual : kUsual) {
    if (!is_of(object, usual.field)) continue;
    properties.emplace(usual.field, object == CrmObject::contact ? usual.contact : usual.order);
  }
  return properties;
}

bool is_read_only(CrmObject object, std::string_view property) {
  constexpr std::array<std::string_view, 4> kOfOrders{"createdate", "hs_createdate",
                                                      "hs_lastmodifieddate", "lastmodifieddate"};
  const bool is_hubspots =
      property.starts_with("hs_calculated_") || property.starts_with("hs_object_");
  if (is_hubspots) return true;
  if (object == CrmObject::order) {
    return std::find(kOfOrders.begin(), kOfOrders.end(), property) != kOfOrders.end();
  }
  return is_read_only(property) || property == "hs_marketable_status";  // a form can set that one
}

CrmProperties::CrmProperties(const Properties& fields, const Properties& extras) {
  for (const Usual& usual : kUsual) {
    const auto found = fields.find(usual.field);
    if (found == fields.end() || found->second.empty()) continue;
    columns_.push_back(column_of(usual.field, found->second));
  }
  for (const auto& [key, property] : extras) {
    Column column;
    column.property = property;
    column.extra = key;
    columns_.push_back(std::move(column));
  }
}

CrmProperties::Column CrmProperties::column_of(std::string_view field,
                                               const std::string& property) {
  Column column;
  column.property = property;
  column.is_stage = field == kStage;
  if (column.is_stage) return column;
  if (field == "total_revenue") column.value = &revenue_of;
  if (field == "skus") column.value = &skus_of;
  if (field == "occurred_at") column.value = &time_of;
  const bool is_time = property == "closedate" || property == "hs_processed_date";
  if (field == "close_date") column.value = is_time ? &close_time : &close_day;
  if (field == "order_name") column.text = &Event::order_number;
  if (field == "shop") column.text = &Event::shop;
  for (const auto& [key, member] : kTextFields) {
    if (key == field) column.text = member;
  }
  return column;
}

std::string_view CrmProperties::value_of(const Event& event, const Column& column,
                                         std::string& computed) {
  if (column.is_stage) return event.kind == Kind::purchase ? kCustomer : kLead;
  if (column.text != nullptr) return event.*column.text;
  if (column.value != nullptr) {
    computed = column.value(event);
    return computed;
  }
  const auto found = std::find_if(event.extra.begin(), event.extra.end(),
                                  [&](const auto& extra) { return extra.first == column.extra; });
  return found == event.extra.end() ? std::string_view() : found->second;
}

void CrmProperties::append(std::span<const Event* const> events, std::string& body) const {
  std::string computed;
  for (const Column& column : columns_) {
    std::string_view value;
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
      value = value_of(**event, column, computed);
      if (column.is_stage ? value == kCustomer : !value.empty()) break;
    }
    if (value.empty()) continue;
    body += ',';
    append_json_string(column.property, body);
    body += ':';
    append_json_string(value, body);
  }
}

}  // namespace ordertail
