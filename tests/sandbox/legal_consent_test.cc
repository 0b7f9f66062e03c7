#include "sandbox/legal_consent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace ordertail::sandbox {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> types_of(const json& options) {
  std::vector<std::string> types;
  for (const FormError& error : consent_errors(options)) types.push_back(error.type);
  return types;
}

json consent() {
  return json::parse(R"({"consent": {"consentToProcess": true, "text": "I agree",
    "communications": [{"value": true, "subscriptionTypeId": 7, "text": "News"},
                       {"value": false, "subscriptionTypeId": 8, "text": "Offers"}]}})");
}

json interest() {
  return json::parse(R"({"legitimateInterest": {"value": true, "subscriptionTypeId": 7,
                                                "legalBasis": "LEAD", "text": "Yes"}})");
}

TEST(LegalConsent, TakesEitherOfTheTwoAsTheyAreDescribed) {
  EXPECT_THAT(types_of(consent()), IsEmpty());
  EXPECT_THAT(types_of(interest()), IsEmpty());
  json alone = consent();
  alone["consent"].erase("communications");
  EXPECT_THAT(types_of(alone), IsEmpty());
}

TEST(LegalConsent, TakesNeitherBothNorNoneNorAnythingElse) {
  json both = consent();
  both.update(interest());
  for (const json& bad : {both, json::object(), json::array(), json(true), json({{"other", 1}}),
                          json({{"consent", true}}), json({{"legitimateInterest", "yes"}})}) {
    EXPECT_THAT(types_of(bad), ElementsAre("INVALID_LEGAL_OPTION_FORMAT")) << bad;
  }
}

/// What one change to the options does.
std::vector<std::string> types_with(json options, const char* pointer, const json& value) {
  options[json::json_pointer(pointer)] = value;
  return types_of(options);
}

TEST(LegalConsent, SaysWhatIsMissingOrTwice) {
  EXPECT_THAT(types_with(consent(), "/consent/consentToProcess", nullptr),
              ElementsAre("MISSING_PROCESSING_CONSENT"));
  EXPECT_THAT(types_with(consent(), "/consent/text", ""),
              ElementsAre("MISSING_PROCESSING_CONSENT_TEXT"));
  EXPECT_THAT(types_with(consent(), "/consent/communications/1/text", ""),
              ElementsAre("MISSING_COMMUNICATION_CONSENT_TEXT"));
  EXPECT_THAT(types_with(consent(), "/consent/communications/1/subscriptionTypeId", 7),
              ElementsAre("DUPLICATE_SUBSCRIPTION_TYPE_ID"));
  EXPECT_THAT(types_with(interest(), "/legitimateInterest/text", 7),
              ElementsAre("MISSING_LEGITIMATE_INTEREST_TEXT"));
  for (const char* pointer : {"/consent/communications", "/consent/communications/0",
                              "/consent/communications/0/value"}) {
    EXPECT_THAT(types_with(consent(), pointer, "x"), ElementsAre("INVALID_LEGAL_OPTION_FORMAT"));
  }
  EXPECT_THAT(types_with(interest(), "/legitimateInterest/legalBasis", "customer"),
              ElementsAre("INVALID_LEGAL_OPTION_FORMAT"));
}

TEST(LegalConsent, SaysWhere) {
  json options = consent();
  options["consent"].erase("text");
  EXPECT_EQ(consent_errors(options).at(0).message,
            "Error in 'legalConsentOptions.consent.text'. It is missing");
  options["consent"]["communications"] = 1;
  EXPECT_EQ(consent_errors(options).at(0).message,
            "Error in 'legalConsentOptions.consent.communications'. It is not what the API "
            "describes");
}

}  // namespace
}  // namespace ordertail::sandbox
