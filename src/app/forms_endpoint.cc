#include "app/forms_endpoint.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/endpoint.h"
#include "base/text.h"
#include "delivery/leads.h"

namespace ordertail {
namespace {

bool is_region(std::string_view text) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return text.size() == 3 && is_lower(text[0]) && is_lower(text[1]) && text[2] >= '1' &&
         text[2] <= '9';
}

/// HubSpot's first region, na1, has no name of its own in host names.
std::string host_in(const std::string& region) {
  return region.empty() || region == "na1" ? "api.hsforms.com"
                                           : fmt::format("api-{}.hsforms.com", region);
}

/// https://api.hsforms.com/submissions/v3/integration/submit/62515/6f2ccdfe-4892-4ffa-8593-…
std::string url_of_form(TomlTable& table, bool secure, std::optional<std::int64_t> portal_id) {
  const std::string form = table.required_text("form");
  const std::string region = table.text("region").value_or("");
  if (!is_guid(form)) {
    throw table.error("form",
                      "\"form\" is the form's GUID, such as "
                      "\"6f2ccdfe-4892-4ffa-8593-940b12c11aa1\"; the form's page in HubSpot has it "
                      "in its address");
  }
  if (!region.empty() && !is_region(region)) {
    throw table.error("region", R"("region" is one of HubSpot's, such as "na1" or "eu1")");
  }
  if (!portal_id)
    throw table.error("form", "the form's portal is not known: [hubspot] needs portal_id");
  return fmt::format("https://{}/submissions/v3/integration/{}submit/{}/{}", host_in(region),
                     secure ? "secure/" : "", *portal_id, form);
}

std::string whole_url(TomlTable& table) {
  for (const char* key : {"form", "region"}) {
    if (table.has(key)) {
      throw table.error(key, fmt::format("an endpoint has \"url\" or \"{}\", not both", key));
    }
  }
  const std::string url = table.required_text("url");
  const std::string fault = fault_of_forms_url(url);
  if (!fault.empty()) throw table.error("url", fault);
  return url;
}

/// Complains of the property that the field or extra field `key` goes into, unless it is left out.
/// `path`: of the table where that is said.
void check_property(const TomlTable& at, const std::string& path, const std::string& key,
                    const std::string& property) {
  if (is_read_only(property)) {
    throw at.error(key, fmt::format("HubSpot sets its contact property \"{}\" by itself; name one "
                                    "of your own for it, such as [{}] {} = \"last_{}\", or \"\" to "
                                    "leave it out",
                                    property, path, key, key));
  }
  if (!property.empty() && !is_property_name(property)) {
    throw at.error(key, fmt::format("\"{}\" is no name of a contact property: that has lower-case "
                                    "letters, digits and _ only",
                                    printable(property)));
  }
}

void read_properties(TomlTable& table, Kind kind, FormsSettings& settings) {
  const std::string path = fmt::format("hubspot.{}.properties", name_of(kind));
  auto properties = table.table("properties");
  for (auto& [field, property] : settings.properties) {
    if (properties) property = properties->text(field).value_or(property);
    check_property(properties ? *properties : table, path, field, property);
  }
  if (!properties) return;
  if (auto extra = properties->table("extra")) {
    for (const std::string& key : extra->keys()) {
      const std::string property = extra->required_text(key);
      check_property(*extra, path + ".extra", key, property);
      settings.extra_properties[key] = property;
    }
  }
  properties->finish();
}

/// The field that carries the event's id has to be no other's.
void read_event_id_field(TomlTable& table, FormsSettings& settings) {
  constexpr std::string_view kKey = "event_id_field";
  settings.event_id_field = table.text(kKey).value_or("");
  const std::string& field = settings.event_id_field;
  if (field.empty()) return;
  if (!is_property_name(field) || is_read_only(field)) {
    throw table.error(kKey,
                      fmt::format("\"{}\" names a hidden field of the form, a contact property of "
                                  "your own, such as \"ordertail_event_id\"",
                                  kKey));
  }
  const auto takes_it = [&field](const auto& each) { return each.second == field; };
  if (field == "email" ||
      std::any_of(settings.properties.begin(), settings.properties.end(), takes_it) ||
      std::any_of(settings.extra_properties.begin(), settings.extra_properties.end(), takes_it)) {
    throw table.error(kKey,
                      fmt::format("the field \"{}\" takes something else already; the event's "
                                  "id needs one of its own",
                                  field));
  }
}

std::string needed_text(TomlTable& table, std::string_view key) {
  std::string text = table.required_text(key);
  if (text.empty()) throw table.error(key, fmt::format("\"{}\" must say something", key));
  return text;
}

std::int64_t subscription_type(TomlTable& table) {
  constexpr std::string_view kKey = "subscription_type_id";
  if (const auto id = table.integer(kKey)) return *id;
  throw table.error({}, fmt::format("\"{}\" is needed: the number of a subscription type in "
                                    "HubSpot's settings",
                                    kKey));
}

Consent read_consent(TomlTable table) {
  Consent consent{needed_text(table, "text"), {}};
  for (TomlTable& each : table.tables("communication")) {
    consent.communications.push_back({subscription_type(each), needed_text(each, "text")});
    each.finish();
  }
  table.finish();
  return consent;
}

LegitimateInterest read_interest(TomlTable table) {
  LegitimateInterest interest{subscription_type(table), needed_text(table, "legal_basis"),
                              needed_text(table, "text")};
  table.finish();
  return interest;
}

void read_legal_ground(TomlTable& table, FormsSettings& settings) {
  auto consent = table.table("consent");
  auto interest = table.table("legitimate_interest");
  if (consent && interest) {
    throw table.error("legitimate_interest",
                      "an endpoint has \"consent\" or \"legitimate_interest\", not both");
  }
  if (consent) settings.legal_ground = read_consent(*std::move(consent));
  if (interest) settings.legal_ground = read_interest(*std::move(interest));
}

}  // namespace

Endpoint read_forms_endpoint(TomlTable table, Kind kind, std::optional<std::int64_t> portal_id) {
  Endpoint endpoint;
  endpoint.sink = table.required_text("sink");
  const auto secure = table.boolean("secure");
  if (table.has("url")) {
    endpoint.url = whole_url(table);
    endpoint.secure = secure.value_or(endpoint.url.find("/secure/") != std::string::npos);
  } else {
    endpoint.url = url_of_form(table, secure.value_or(false), portal_id);
    endpoint.secure = secure.value_or(false);
  }
  endpoint.plain_http = table.boolean("plain_http").value_or(false);
  FormsSettings& settings = endpoint.forms.emplace();
  settings.properties = usual_properties(kind);
  settings.page_uri = table.text("page_uri").value_or("");
  settings.page_name = table.text("page_name").value_or("");
  if (!settings.page_uri.empty() && split_url(settings.page_uri).host.empty()) {
    throw table.error("page_uri", "this is no http or https URL");
  }
  read_properties(table, kind, settings);
  read_event_id_field(table, settings);
  read_legal_ground(table, settings);
  table.finish();
  return endpoint;
}

}  // namespace ordertail
