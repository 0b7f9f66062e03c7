#include "sandbox/crm_answer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "sandbox/timestamp.h"

namespace ordertail::sandbox {
namespace {

using Json = nlohmann::ordered_json;

Json envelope(const CrmObject& object, Json properties) {
  properties[object.created_property] = timestamp(object.created);
  properties["hs_object_id"] = std::to_string(object.id);
  properties[object.updated_property] = timestamp(object.updated);
  return {{"id", std::to_string(object.id)},
          {"properties", std::move(properties)},
          {"createdAt", timestamp(object.created)},
          {"updatedAt", timestamp(object.updated)},
          {"archived", false}};
}

}  // namespace

CrmObject crm_object(const Contact& contact) {
  return {contact.id,      contact.properties, contact.created,
          contact.updated, "createdate",       "lastmodifieddate"};
}

CrmObject crm_object(const Order& order) {
  return {order.id,      order.properties, order.created,
          order.updated, "hs_createdate",  "hs_lastmodifieddate"};
}

Json crm_result(const CrmObject& object) {
  return envelope(object, object.properties);
}

Json crm_result(const CrmObject& object, const std::vector<std::string>& properties) {
  Json asked = Json::object();
  for (const std::string& name : properties) {
    const auto found = object.properties.find(name);
    asked[name] = found == object.properties.end() ? Json() : Json(found->second);
  }
  return envelope(object, std::move(asked));
}

Answer crm_answer(Json results, Json errors, WallTime now) {
  const bool is_whole = errors.empty();
  Json body = {{"status", "COMPLETE"},
               {"results", std::move(results)},
               {"startedAt", timestamp(now)},
               {"completedAt", timestamp(now)}};
  if (!is_whole) {
    body["numErrors"] = errors.size();
    body["errors"] = std::move(errors);
  }
  return {.status = is_whole ? 200U : 207U,
          .json = body.dump(-1, ' ', false, Json::error_handler_t::replace),
          .applied = false,
          .headers = {}};
}

std::string message_of(const Answer& refusal) {
  return Json::parse(refusal.json).at("message");
}

}  // namespace ordertail::sandbox
