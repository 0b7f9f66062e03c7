#include "delivery/forms_body.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace ordertail {
namespace {

using Json = nlohmann::ordered_json;

/// The name of the extra field's property, or of the field's; empty: left out.
std::string_view property_of(std::string_view key, const Properties& properties,
                             std::string_view otherwise) {
  const auto found = properties.find(key);
  return found == properties.end() ? otherwise : std::string_view(found->second);
}

std::string milliseconds(Instant time) {
  return std::to_string(std::chrono::milliseconds(time.time_since_epoch()).count());
}

// What forms take for a date, since November 2022: "2023-12-31" for a property of type date, a
// timestamp in milliseconds for a datetime, and status 400 for another format
// (https://developers.hubspot.com/changelog/new-standardization-of-date-formats-for-hubspots-form-submissions-api).

/// HubSpot's own closedate is a datetime, shown in the viewer's zone: the purchase's own time is
/// the close date there.
std::string closing_time(const Event& event) {
  const Day day = *event.close_date;
  const auto midnight =
      date::sys_days(date::year(day.year) / date::month(day.month) / date::day(day.day));
  return milliseconds(event.occurred_at.value_or(Instant(midnight.time_since_epoch())));
}

Json fields_of(const Event& event, const FormsSettings& settings) {
  Json fields = Json::array();
  const auto put = [&fields](std::string_view property, std::string_view value) {
    if (property.empty() || value.empty()) return;
    fields.push_back({{"objectTypeId", "0-1"}, {"name", property}, {"value", value}});
  };
  const auto add = [&](std::string_view field, std::string_view value) {
    put(property_of(field, settings.properties, ""), value);
  };
  put("email", event.email);
  add("first_name", event.first_name);
  add("last_name", event.last_name);
  add("phone", event.phone);
  add("address", event.address);
  add("city", event.city);
  add("state", event.state);
  add("zip", event.zip);
  add("country", event.country);
  add("order_number", event.order_number);
  if (event.total_revenue) add("total_revenue", to_string(*event.total_revenue));
  add("currency", event.currency);
  add("skus", fmt::format("{}", fmt::join(event.skus, ",")));
  if (event.close_date) {
    const std::string_view property = property_of("close_date", settings.properties, "");
    put(property, property == "closedate" ? closing_time(event) : iso_date(*event.close_date));
  }
  for (const auto& [key, value] : event.extra) {
    put(property_of(key, settings.extra_properties, key), value);
  }
  put(settings.event_id_field, to_hex(event.id.view()));
  return fields;
}

/// A hutk that is there but empty is an error (INVALID_HUTK).
Json context_of(const Event& event, const FormsSettings& settings) {
  Json context = Json::object();
  const auto add = [&context](const char* key, const std::string& value) {
    if (!value.empty()) context[key] = value;
  };
  add("hutk", event.utk);
  add("ipAddress", event.ip);
  add("pageUri", settings.page_uri);
  add("pageName", settings.page_name);
  return context;
}

Json json_of(const Consent& consent) {
  Json communications = Json::array();
  for (const Consent::Communication& each : consent.communications) {
    communications.push_back(
        {{"value", true}, {"subscriptionTypeId", each.subscription_type_id}, {"text", each.text}});
  }
  Json json{{"consentToProcess", true}, {"text", consent.text}};
  if (!communications.empty()) json["communications"] = std::move(communications);
  return {{"consent", std::move(json)}};
}

Json json_of(const LegitimateInterest& interest) {
  return {{"legitimateInterest",
           {{"value", true},
            {"subscriptionTypeId", interest.subscription_type_id},
            {"legalBasis", interest.legal_basis},
            {"text", interest.text}}}};
}

Json json_of(const std::monostate& /*nothing*/) {
  return Json::object();
}

}  // namespace

Properties usual_properties(Kind kind) {
  Properties properties{{"first_name", "firstname"},
                        {"last_name", "lastname"},
                        {"phone", "phone"},
                        {"address", "address"},
                        {"city", "city"},
                        {"state", "state"},
                        {"zip", "zip"},
                        {"country", "country"},
                        {"order_number", "order_number"},
                        {"currency", "currency"},
                        {"skus", "skus"}};
  if (kind == Kind::purchase) {
    properties["total_revenue"] = "total_revenue";
    properties["close_date"] = "closedate";
  }
  return properties;
}

// HubSpot's default contact properties that are "set automatically"
// (https://knowledge.hubspot.com/properties/hubspots-default-contact-properties).
bool is_read_only(std::string_view property) {
  constexpr std::array<std::string_view, 14> kSetAutomatically{"createdate",
                                                               "days_to_close",
                                                               "first_conversion_date",
                                                               "first_conversion_event_name",
                                                               "first_deal_created_date",
                                                               "hs_object_id",
                                                               "lastmodifieddate",
                                                               "num_associated_deals",
                                                               "num_conversion_events",
                                                               "num_unique_conversion_events",
                                                               "recent_conversion_date",
                                                               "recent_conversion_event_name",
                                                               "recent_deal_amount",
                                                               "total_revenue"};
  return property.starts_with("hs_analytics_") || property.starts_with("hs_calculated_") ||
         std::find(kSetAutomatically.begin(), kSetAutomatically.end(), property) !=
             kSetAutomatically.end();
}

bool is_property_name(std::string_view text) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && is_lower(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_lower(c) || (c >= '0' && c <= '9') || c == '_'; });
}

std::string forms_body(const Event& event, const FormsSettings& settings) {
  Json body{{"fields", fields_of(event, settings)}};
  if (event.occurred_at) body["submittedAt"] = milliseconds(*event.occurred_at);
  Json context = context_of(event, settings);
  if (!context.empty()) body["context"] = std::move(context);
  Json legal =
      std::visit([](const auto& ground) { return json_of(ground); }, settings.legal_ground);
  if (!legal.empty()) body["legalConsentOptions"] = std::move(legal);
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ordertail
