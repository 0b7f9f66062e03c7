// The legalConsentOptions of a form submission.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "sandbox/error_body.h"

namespace ordertail::sandbox {

/// What is wrong with them: {"consent":{"consentToProcess","text","communications":[{"value",
/// "subscriptionTypeId","text"}]}} or {"legitimateInterest":{"value","subscriptionTypeId",
/// "legalBasis","text"}} (https://developers.hubspot.com/docs/methods/forms/submit_form_v3).
[[nodiscard]] std::vector<FormError> consent_errors(const nlohmann::json& options);

}  // namespace ordertail::sandbox
