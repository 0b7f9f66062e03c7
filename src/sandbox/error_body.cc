#include "sandbox/error_body.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"

namespace ordertail::sandbox {
namespace {

using Json = nlohmann::ordered_json;

Answer answer(unsigned status, const Json& body) {
  return {.status = status,
          .json = body.dump(-1, ' ', false, Json::error_handler_t::replace),
          .applied = false,
          .headers = {}};
}

}  // namespace

std::string wrong_value(std::string_view where, std::string_view value, std::string_view wanted) {
  return fmt::format("Error in '{}'. '{}' is not {}", where, printable(value), wanted);
}

Answer refusal(unsigned status, std::string_view message, std::string_view correlation_id) {
  return answer(status,
                {{"status", "error"}, {"message", message}, {"correlationId", correlation_id}});
}

Answer method_refusal(std::string allowed, std::string_view correlation_id) {
  Answer refused = refusal(405, "This URL takes " + allowed + " requests only", correlation_id);
  refused.headers.emplace_back("Allow", std::move(allowed));
  return refused;
}

Answer typed_refusal(unsigned status, std::string_view error_type, std::string_view message,
                     std::string_view correlation_id) {
  return answer(status, {{"status", "error"},
                         {"message", message},
                         {"errorType", error_type},
                         {"correlationId", correlation_id}});
}

// The bodies that users showed: https://github.com/HubSpot/hubspot-api-python/issues/117
// ("ten_secondly_rolling"), https://github.com/HGData/mk-node-hubspot/issues/89 ("secondly") and
// https://community.hubspot.com/rss/message?board.id=integrations&message.id=47812 ("daily").
Answer limit_refusal(std::string_view policy, std::string_view correlation_id) {
  return answer(429, {{"status", "error"},
                      {"message", fmt::format("You have reached your {} limit.", lower(policy))},
                      {"errorType", "RATE_LIMIT"},
                      {"correlationId", correlation_id},
                      {"policyName", policy}});
}

// The categories are HubSpot's (https://developers.hubspot.com/docs/api-reference/error-handling:
// category, correlationId and message are what every error has); the sentences are recalled.
Answer unauthorized(std::string_view correlation_id) {
  return answer(401, {{"status", "error"},
                      {"message",
                       "Authentication credentials not found. This API supports OAuth 2.0 "
                       "authentication and you can find more details at "
                       "https://developers.hubspot.com/docs/methods/auth/oauth-overview"},
                      {"correlationId", correlation_id},
                      {"category", "INVALID_AUTHENTICATION"}});
}

Answer missing_scope(std::string_view scope, std::string_view correlation_id) {
  return answer(
      403,
      {{"status", "error"},
       {"message",
        "This app hasn't been granted all required scopes to make this call. Read more about "
        "required scopes here: https://developers.hubspot.com/scopes."},
       {"correlationId", correlation_id},
       {"errors", Json::array({{{"message", "One or more of the following scopes are required."},
                                {"context", {{"requiredScopes", Json::array({scope})}}}}})},
       {"links", {{"scopes", "https://developers.hubspot.com/scopes"}}},
       {"category", "MISSING_SCOPES"}});
}

// A refusal that a user showed: https://github.com/verbb/formie/issues/2013
Answer invalid_form_request(const std::vector<FormError>& errors, std::string_view correlation_id) {
  Json list = Json::array();
  for (const FormError& error : errors) {
    list.push_back({{"message", error.message}, {"errorType", error.type}});
  }
  return answer(400, {{"status", "error"},
                      {"message", "The request is not valid"},
                      {"correlationId", correlation_id},
                      {"errors", std::move(list)}});
}

}  // namespace ordertail::sandbox
