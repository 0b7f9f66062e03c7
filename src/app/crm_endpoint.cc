#include "app/crm_endpoint.h"

#include <fmt/format.h>

#include <map>

#include "app/endpoint.h"
#include "base/text.h"

namespace ordertail {
namespace {

std::string_view name_of(CrmObject object) {
  return object == CrmObject::contact ? "contact" : "order";
}

/// Complains of a property that no object of HubSpot's can be given.
void check_property(const TomlTable& at, CrmObject object, const std::string& path,
                    const std::string& key, const std::string& property) {
  if (is_read_only(object, property)) {
    throw at.error(key, fmt::format("HubSpot sets its {} property \"{}\" by itself; name one of "
                                    "your own for it, such as [{}] {} = \"last_{}\", or \"\" to "
                                    "leave it out",
                                    name_of(object), property, path, key, key));
  }
  if (!is_property_name(property)) {
    throw at.error(key, fmt::format("\"{}\" is no name of a property: that has lower-case letters, "
                                    "digits and _ only",
                                    printable(property)));
  }
}

/// Which field goes into each property of one object: no two may go into the same.
class Claims {
 public:
  Claims(CrmObject object, std::map<std::string, std::string> taken)
      : object_(object), taken_(std::move(taken)) {}

  /// The error, if any, is at `key` of `at`, or at the table where it does not say it itself.
  void claim(const TomlTable& at, const std::string& path, const std::string& key,
             const std::string& property) {
    if (property.empty()) return;
    check_property(at, object_, path, key, property);
    const auto [taken, is_free] = taken_.emplace(property, key);
    if (is_free) return;
    throw at.error(key,
                   fmt::format("the {} property \"{}\" takes {} already; name another for {}, or "
                               "\"\" to leave one of them out",
                               name_of(object_), property, taken->second, key));
  }

 private:
  CrmObject object_;
  std::map<std::string, std::string> taken_;
};

/// Reads [hubspot.crm.contact] or [hubspot.crm.order] over the usual `fields`.
void read_properties(TomlTable& crm, CrmObject object, Claims claims, Properties& fields,
                     Properties& extras) {
  const std::string path = fmt::format("hubspot.crm.{}", name_of(object));
  auto table = crm.table(name_of(object));
  for (const auto& [field, property] : fields) {
    if (!table || !table->has(field)) claims.claim(table ? *table : crm, path, field, property);
  }
  if (!table) return;
  for (auto& [field, property] : fields) {
    if (!table->has(field)) continue;
    property = table->required_text(field);
    claims.claim(*table, path, field, property);
  }
  if (auto extra = table->table("extra")) {
    for (const std::string& key : extra->keys()) {
      const std::string property = extra->required_text(key);
      claims.claim(*extra, path + ".extra", key, property);
      if (!property.empty()) extras[key] = property;
    }
  }
  table->finish();
}

std::string read_url(TomlTable& crm) {
  std::string url = crm.text("url").value_or("https://api.hubapi.com");
  while (url.ends_with('/')) url.pop_back();
  const std::string fault = fault_of_crm_url(url);
  if (!fault.empty()) throw crm.error("url", fault);
  return url;
}

void read_orders(TomlTable& crm, CrmSettings& settings) {
  settings.order_id = crm.text("order_id").value_or("");
  settings.pipeline = crm.text("pipeline").value_or("");
  settings.stage = crm.text("stage").value_or("");
  if (settings.order_id.empty()) {
    for (const char* key : {"pipeline", "stage", "order"}) {
      if (!crm.has(key)) continue;
      throw crm.error(key, fmt::format("\"{}\" is about orders, and none are made: name an order "
                                       "property with unique values by order_id",
                                       key));
    }
    return;
  }
  check_property(crm, CrmObject::order, "hubspot.crm", "order_id", settings.order_id);
  Claims claims(CrmObject::order, {{settings.order_id, "order_id"},
                                   {"hs_pipeline", "pipeline"},
                                   {"hs_pipeline_stage", "stage"}});
  read_properties(crm, CrmObject::order, std::move(claims), settings.order, settings.order_extra);
}

void add_own(CrmObject object, const Properties& properties, std::vector<std::string>& own) {
  const Properties usual = usual_properties(object);
  for (const auto& [field, property] : properties) {
    const auto found = usual.find(field);
    const bool is_usual = found != usual.end() && found->second == property;
    if (property.empty() || is_usual || property.starts_with("hs_")) continue;
    own.push_back(fmt::format("{} property {}", name_of(object), property));
  }
}

}  // namespace

Endpoint read_crm(std::optional<TomlTable> table) {
  Endpoint endpoint;
  endpoint.name = endpoint.sink = "crm";
  endpoint.url = "https://api.hubapi.com";
  endpoint.secure = true;
  CrmSettings& settings = endpoint.crm.emplace();
  if (!table) return endpoint;
  endpoint.url = read_url(*table);
  endpoint.plain_http = table->boolean("plain_http").value_or(false);
  settings.version = table->text("version").value_or(settings.version);
  if (!is_crm_version(settings.version)) {
    throw table->error("version", R"("version" is a date such as "2026-09", or "v3")");
  }
  Claims claims(CrmObject::contact, {{"email", "the e-mail address"}});
  read_properties(*table, CrmObject::contact, std::move(claims), settings.contact,
                  settings.contact_extra);
  read_orders(*table, settings);
  table->finish();
  return endpoint;
}

std::vector<std::string> properties_to_make(const CrmSettings& settings) {
  std::vector<std::string> own;
  add_own(CrmObject::contact, settings.contact, own);
  add_own(CrmObject::contact, settings.contact_extra, own);
  if (settings.order_id.empty()) return own;
  add_own(CrmObject::order, settings.order, own);
  add_own(CrmObject::order, settings.order_extra, own);
  return own;
}

}  // namespace ordertail
