#include "sandbox/legal_consent.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace ordertail::sandbox {
namespace {

using nlohmann::json;

const json& member(const json& object, const char* name) {
  static const json kNone;
  const auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

bool has_text(const json& object) {
  const json& text = member(object, "text");
  return text.is_string() && !text.get_ref<const std::string&>().empty();
}

bool is_a_choice(const json& object) {
  return object.is_object() && member(object, "value").is_boolean() &&
         member(object, "subscriptionTypeId").is_number_integer();
}

FormError wrong_format(const char* where) {
  return {"INVALID_LEGAL_OPTION_FORMAT",
          fmt::format("Error in 'legalConsentOptions{}'. It is not what the API describes", where)};
}

FormError missing(const char* type, const char* where) {
  return {type, fmt::format("Error in 'legalConsentOptions.{}'. It is missing", where)};
}

std::vector<FormError> errors_of_consent(const json& consent) {
  if (!consent.is_object()) return {wrong_format(".consent")};
  std::vector<FormError> errors;
  if (!member(consent, "consentToProcess").is_boolean()) {
    errors.push_back(missing("MISSING_PROCESSING_CONSENT", "consent.consentToProcess"));
  }
  if (!has_text(consent)) {
    errors.push_back(missing("MISSING_PROCESSING_CONSENT_TEXT", "consent.text"));
  }
  const json& communications = member(consent, "communications");
  if (communications.is_null()) return errors;
  if (!communications.is_array()) return {wrong_format(".consent.communications")};
  std::set<std::int64_t> ids;
  for (const json& communication : communications) {
    if (!is_a_choice(communication)) return {wrong_format(".consent.communications")};
    if (!has_text(communication)) {
      errors.push_back(
          missing("MISSING_COMMUNICATION_CONSENT_TEXT", "consent.communications.text"));
    }
    const auto id = communication.at("subscriptionTypeId").get<std::int64_t>();
    if (!ids.insert(id).second) {
      errors.push_back({"DUPLICATE_SUBSCRIPTION_TYPE_ID",
                        fmt::format("Error in 'legalConsentOptions.consent.communications'. The "
                                    "subscription type {} occurs twice",
                                    id)});
    }
  }
  return errors;
}

std::vector<FormError> errors_of_interest(const json& interest) {
  if (!is_a_choice(interest)) return {wrong_format(".legitimateInterest")};
  const json& basis = member(interest, "legalBasis");
  if (basis != "CUSTOMER" && basis != "LEAD") {
    return {wrong_format(".legitimateInterest.legalBasis")};
  }
  if (has_text(interest)) return {};
  return {missing("MISSING_LEGITIMATE_INTEREST_TEXT", "legitimateInterest.text")};
}

}  // namespace

std::vector<FormError> consent_errors(const json& options) {
  if (!options.is_object() || options.size() != 1) return {wrong_format("")};
  if (options.contains("consent")) return errors_of_consent(options["consent"]);
  if (options.contains("legitimateInterest")) {
    return errors_of_interest(options["legitimateInterest"]);
  }
  return {wrong_format("")};
}

}  // namespace ordertail::sandbox
