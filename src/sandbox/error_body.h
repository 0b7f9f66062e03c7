// The bodies of refusals, all in one place: in HubSpot's words where a public source has them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/exchange.h"

namespace ordertail::sandbox {

/// "Error in 'context.hutk'. '37184' is not a valid Hutk": the shape of Forms and Leads messages.
/// The value is made printable.
[[nodiscard]] std::string wrong_value(std::string_view where, std::string_view value,
                                      std::string_view wanted);

/// {"status","message","correlationId"}.
[[nodiscard]] Answer refusal(unsigned status, std::string_view message,
                             std::string_view correlation_id);

/// 405: the same, and the header Allow.
[[nodiscard]] Answer method_refusal(std::string allowed, std::string_view correlation_id);

/// {"status","message","errorType","correlationId"}.
[[nodiscard]] Answer typed_refusal(unsigned status, std::string_view error_type,
                                   std::string_view message, std::string_view correlation_id);

/// 429: the same with "policyName": "TEN_SECONDLY_ROLLING", "SECONDLY" or "DAILY".
[[nodiscard]] Answer limit_refusal(std::string_view policy, std::string_view correlation_id);

/// 401 and 403: {"status","message","correlationId",…,"category"}.
[[nodiscard]] Answer unauthorized(std::string_view correlation_id);
[[nodiscard]] Answer missing_scope(std::string_view scope, std::string_view correlation_id);

/// One of the "errors" of a Forms refusal.
struct FormError {
  std::string type;  ///< "INVALID_HUTK"
  std::string message;
};

/// 400: {"status","message":"The request is not valid","correlationId","errors":[…]}.
[[nodiscard]] Answer invalid_form_request(const std::vector<FormError>& errors,
                                          std::string_view correlation_id);

}  // namespace ordertail::sandbox
