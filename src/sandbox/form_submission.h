// The JSON body of a form submission.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "sandbox/error_body.h"
#include "sandbox/form.h"
#include "sandbox/properties.h"

namespace ordertail::sandbox {

/// {"fields":[{"objectTypeId","name","value"}],"submittedAt","context":{…},
/// "legalConsentOptions":{…},"skipValidation"}:
/// https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v3-legacy/submit-data-authenticated
struct FormSubmission {
  Form fields;   ///< all of them, of whichever object
  Form contact;  ///< those of the contact, objectTypeId 0-1
  Form context;
  std::optional<WallTime> submitted_at;

  /// Why it cannot be read at all; empty when it can.
  std::string malformed;
  /// What is wrong with what was read.
  std::vector<FormError> errors;
};

[[nodiscard]] FormSubmission read_form_submission(std::string_view body,
                                                  const Properties& properties, WallTime now);

}  // namespace ordertail::sandbox
