#include "delivery/crm_reply.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "delivery/crm_batch.h"

namespace ordertail {
namespace {

using Json = nlohmann::json;

Json parse(std::string_view body) {
  return Json::parse(body, nullptr, /*allow_exceptions=*/false);
}

/// A member of what may be an object; null when there is none.
const Json& member(const Json& json, std::string_view key) {
  static const Json kNull;
  if (!json.is_object()) return kNull;
  const auto found = json.find(key);
  return found == json.end() ? kNull : *found;
}

std::string text_of(const Json& json, std::string_view key) {
  const Json& text = member(json, key);
  return text.is_string() ? text.get<std::string>() : std::string();
}

/// The record id of {"id":"101"}.
std::string record_id(const Json& json) {
  std::string id = text_of(json, "id");
  return is_record_id(id) ? id : std::string();
}

std::vector<std::string> texts_of(const Json& context, std::string_view key) {
  std::vector<std::string> texts;
  for (const Json& each : member(context, key)) {
    if (each.is_string()) texts.push_back(each.get<std::string>());
  }
  return texts;
}

/// "READ_ONLY_VALUE"
bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// What is wrong with the properties of an input: {"code" or "error","message"} each. Some replies
/// have it as JSON within the message: `Property values were not valid: [{"isValid":false,…}]`.
Json details_of(const Json& error) {
  if (const Json& errors = member(error, "errors"); errors.is_array()) return errors;
  const std::string message = text_of(error, "message");
  const std::size_t begin = message.find(": [{");
  Json inner = begin == message.npos ? Json() : parse(std::string_view(message).substr(begin + 2));
  return inner.is_array() ? inner : Json::array();
}

CrmError error_of(const Json& json) {
  CrmError error;
  const std::string category = text_of(json, "category");
  error.reason = is_code(category) ? lower(category) : "";
  error.is_passing = category == "RATE_LIMITS" || category == "INTERNAL_ERROR";
  for (const Json& detail : details_of(json)) {
    std::string code = text_of(detail, "code");
    if (code.empty()) code = text_of(detail, "error");
    const bool is_fault_of_job = code == "PROPERTY_DOESNT_EXIST" || code == "READ_ONLY_VALUE";
    const bool is_first = error.words.empty();
    if (is_code(code) && (is_first || (is_fault_of_job && !error.is_fault_of_job))) {
      error.reason = lower(code);
    }
    error.is_fault_of_job = error.is_fault_of_job || is_fault_of_job;
    const std::string said = text_of(detail, "message");
    error.words += (is_first || said.empty() ? "" : "; ") + (said.empty() ? code : said);
  }
  const std::string message = text_of(json, "message");
  if (error.words.empty()) error.words = message;
  // "Unable to perform update/upsert by non-unique 0-1 property"
  // (https://github.com/HubSpot/hubspot-api-nodejs/issues/548)
  error.is_not_unique = message.find("by non-unique") != message.npos;
  error.is_fault_of_job = error.is_fault_of_job || error.is_not_unique;
  return error;
}

std::vector<std::string> names_of_pairs(const Json& context) {
  const auto orders = texts_of(context, "fromObjectId");
  const auto contacts = texts_of(context, "toObjectId");
  if (orders.size() == 1 && contacts.size() == 1) {
    return {CrmProgress{contacts.front(), orders.front()}.str()};
  }
  std::vector<std::string> names;
  for (const std::string& order : orders) names.push_back("order=" + order);
  if (!names.empty()) return names;
  for (const std::string& contact : contacts) names.push_back("contact=" + contact);
  return names;
}

template <typename ResultOf, typename NamesOf>
std::optional<CrmReply> read_reply(std::string_view body, ResultOf result_of, NamesOf names_of) {
  const Json json = parse(body);
  if (!member(json, "results").is_array()) return std::nullopt;
  CrmReply reply;
  for (const Json& result : json["results"]) reply.results.push_back(result_of(result));
  for (const Json& error : member(json, "errors")) {
    reply.errors.push_back(error_of(error));
    reply.errors.back().names = names_of(member(error, "context"));
  }
  return reply;
}

}  // namespace

std::optional<CrmReply> read_upsert_reply(std::string_view body, std::string_view property) {
  return read_reply(
      body,
      [property](const Json& json) {
        return CrmResult{record_id(json),
                         text_of(member(json, "properties"), property),
                         text_of(json, "objectWriteTraceId"),
                         {}};
      },
      [](const Json& context) { return texts_of(context, "objectWriteTraceId"); });
}

std::optional<CrmReply> read_association_reply(std::string_view body) {
  return read_reply(
      body,
      [](const Json& json) {
        const std::string from = record_id(member(json, "from"));
        const std::string to = record_id(member(json, "to"));
        if (from.empty() || to.empty()) {
          return CrmResult{{}, {}, text_of(json, "objectWriteTraceId"), {}};
        }
        return CrmResult{{}, CrmProgress{to, from}.str(), {}, CrmProgress{from, to}.str()};
      },
      names_of_pairs);
}

std::optional<CrmError> read_crm_error(std::string_view body) {
  const Json json = parse(body);
  if (!json.is_object()) return std::nullopt;
  CrmError error = error_of(json);
  if (error.words.empty() && error.reason.empty()) return std::nullopt;
  return error;
}

}  // namespace ordertail
