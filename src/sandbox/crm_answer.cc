#include "sandbox/crm_answer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "sandbox/timestamp.h"

namespace ordertail::sandbox {
namespace {

using Json = nlohmann::ordered_json;

Json envelope(const Contact& contact, Json properties) {
  properties["createdate"] = timestamp(contact.created);
  properties["hs_object_id"] = std::to_string(contact.id);
  properties["lastmodifieddate"] = timestamp(contact.updated);
  return {{"id", std::to_string(contact.id)},
          {"properties", std::move(properties)},
          {"createdAt", timestamp(contact.created)},
          {"updatedAt", timestamp(contact.updated)},
          {"archived", false}};
}

}  // namespace

Json crm_result(const Contact& contact) {
  return envelope(contact, contact.properties);
}

Json crm_result(const Contact& contact, const std::vector<std::string>& properties) {
  Json asked = Json::object();
  for (const std::string& name : properties) {
    const auto found = contact.properties.find(name);
    asked[name] = found == contact.properties.end() ? Json() : Json(found->second);
  }
  return envelope(contact, std::move(asked));
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

}  // namespace ordertail::sandbox
