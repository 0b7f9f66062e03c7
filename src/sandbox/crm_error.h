// What is wrong with one input of a CRM batch, and how HubSpot says it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/exchange.h"
#include "sandbox/form.h"
#include "sandbox/properties.h"

namespace ordertail::sandbox {

struct CrmError {
  unsigned status = 400;  ///< of the whole request, where one bad input refuses all
  std::string category = "VALIDATION_ERROR";
  std::string message;
  /// {"message","code","context":{"propertyName":[…]}} of each property that is refused.
  struct Property {
    std::string name;
    std::string code;
    std::string message;
  };
  std::vector<Property> properties;
};

[[nodiscard]] CrmError::Property property_error(const FormField& property, PropertyTrouble trouble);

/// One of the "errors" of a 207: {"status","category","message","context":
/// {"objectWriteTraceId":[…]},"errors":[…]}.
[[nodiscard]] nlohmann::ordered_json as_row(const CrmError& error, std::string_view trace_id);

/// The refusal of the whole request: {"status","message","correlationId","errors":[…],"category"}.
[[nodiscard]] Answer as_refusal(const CrmError& error, std::string_view correlation_id);

/// 400: {"status","message","correlationId","context":{"ids":[…]},"category"}.
[[nodiscard]] Answer duplicate_ids(const std::vector<std::string>& ids,
                                   std::string_view correlation_id);

}  // namespace ordertail::sandbox
