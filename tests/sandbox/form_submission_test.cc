#include "sandbox/form_submission.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace ordertail::sandbox {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::chrono::milliseconds kDay{86'400'000};
const WallTime kNow = std::chrono::sys_days(std::chrono::year(2024) / 3 / 31) +
                      std::chrono::hours(12) + std::chrono::milliseconds(0);

json valid() {
  return json::parse(R"({
    "fields": [{"objectTypeId": "0-1", "name": "email", "value": "ann@example.com"},
               {"name": "city", "value": "Ulm"}],
    "submittedAt": "1711800000000",
    "context": {"hutk": "60c2ccdfe4892f0fa0593940b12c11aa", "ipAddress": "192.0.2.7",
                "pageUri": "https://example.com/thanks", "pageName": "Thank you"},
    "legalConsentOptions": {"legitimateInterest": {"value": true, "subscriptionTypeId": 7,
                                                   "legalBasis": "CUSTOMER", "text": "Yes"}},
    "skipValidation": false})");
}

FormSubmission read(const std::string& body) {
  return read_form_submission(
      body,
      Properties(
          contact_properties(),
          {{{"last_order_date", PropertyType::date}, {"orders", PropertyType::number}}, false}),
      kNow);
}

/// "TYPE: message", one per error; what is malformed instead, if anything is.
std::vector<std::string> errors_of(const json& body) {
  const FormSubmission submission = read(body.dump());
  if (!submission.malformed.empty()) return {"malformed: " + submission.malformed};
  std::vector<std::string> errors;
  for (const FormError& error : submission.errors) {
    errors.push_back(error.type + ": " + error.message);
  }
  return errors;
}

/// Of a submission with this field beside the e-mail address.
std::vector<std::string> errors_of_field(const std::string& name, const std::string& value) {
  json body = valid();
  body["fields"].push_back({{"name", name}, {"value", value}});
  return errors_of(body);
}

std::vector<std::string> errors_of_context(const std::string& name, const json& value) {
  json body = valid();
  body["context"][name] = value;
  return errors_of(body);
}

TEST(FormSubmission, ReadsAllThatTheApiDescribes) {
  const FormSubmission submission = read(valid().dump());
  EXPECT_EQ(submission.malformed, "");
  EXPECT_THAT(submission.errors, IsEmpty());
  EXPECT_EQ(submission.fields, (Form{{"email", "ann@example.com"}, {"city", "Ulm"}}));
  EXPECT_EQ(submission.contact, submission.fields);
  EXPECT_EQ(submission.context, (Form{{"hutk", "60c2ccdfe4892f0fa0593940b12c11aa"},
                                      {"ipAddress", "192.0.2.7"},
                                      {"pageName", "Thank you"},
                                      {"pageUri", "https://example.com/thanks"}}));
  EXPECT_EQ(submission.submitted_at, WallTime(std::chrono::milliseconds(1711800000000)));
}

/// A submission with nothing but this e-mail address.
json only_email(const std::string& email) {
  json body;
  body["fields"] = json::array({valid()["fields"][0]});
  body["fields"][0]["value"] = email;
  return body;
}

TEST(FormSubmission, NeedsOnlyTheEmail) {
  EXPECT_THAT(errors_of(only_email("ann@example.com")), IsEmpty());
  EXPECT_THAT(errors_of(json::parse(R"({"fields":[]})")),
              ElementsAre("REQUIRED_FIELD: Required field 'email' is missing"));
  EXPECT_THAT(errors_of(only_email("")),
              ElementsAre("REQUIRED_FIELD: Required field 'email' is missing"));
}

TEST(FormSubmission, FieldsOfOtherObjectsAreNotTheContacts) {
  json body = valid();
  body["fields"].push_back({{"objectTypeId", "0-2"}, {"name", "city"}, {"value", "Bern"}});
  const FormSubmission submission = read(body.dump());
  EXPECT_EQ(submission.fields.size(), 3U);
  EXPECT_EQ(submission.contact, (Form{{"email", "ann@example.com"}, {"city", "Ulm"}}));
  body["fields"][0]["objectTypeId"] = "0-2";
  EXPECT_THAT(errors_of(body), ElementsAre("REQUIRED_FIELD: Required field 'email' is missing"));
}

TEST(FormSubmission, WhatHasAnotherShapeIsMalformed) {
  const auto malformed = [](const char* body) { return read(body).malformed; };
  EXPECT_THAT(malformed("email=ann%40example.com"), StartsWith("line 1, column 1: "));
  EXPECT_EQ(malformed("[]"), "the body must be an object");
  EXPECT_EQ(malformed("{}"), "the body lacks 'fields'");
  EXPECT_EQ(malformed(R"({"fields":{}})"), "'fields' must be an array");
  EXPECT_EQ(malformed(R"({"fields":["email"]})"), "an item of 'fields' must be an object");
  EXPECT_EQ(malformed(R"({"fields":[{"value":"x"}]})"), "a field lacks its 'name', a string");
  EXPECT_EQ(malformed(R"({"fields":[{"name":"city","value":1}]})"),
            "a field lacks its 'value', a string");
  EXPECT_EQ(malformed(R"({"fields":[{"name":"city","value":"","objectTypeId":1}]})"),
            "'objectTypeId' must be a string");
  EXPECT_EQ(malformed(R"({"fields":[{"name":"city","values":""}]})"),
            "an item of 'fields' has the unknown key 'values'");
  EXPECT_EQ(malformed(R"({"fields":[],"submitted_at":"1"})"),
            "the body has the unknown key 'submitted_at'");
  EXPECT_EQ(malformed(R"({"fields":[],"context":{"pageUrl":"x"}})"),
            "'context' has the unknown key 'pageUrl'");
  EXPECT_EQ(malformed(R"({"fields":[],"context":{"hutk":null}})"),
            "'context.hutk' must be a string");
  EXPECT_EQ(malformed(R"({"fields":[],"skipValidation":"true"})"),
            "'skipValidation' must be a boolean");
  for (const char* time : {"null", "1.5", "\"yesterday\"", "\"\"", "\"1 \"", "{}",
                           "18446744073709551615", "\"2024-03-31\""}) {
    EXPECT_EQ(malformed(fmt::format(R"({{"fields":[],"submittedAt":{}}})", time).c_str()),
              "'submittedAt' must be a timestamp in milliseconds")
        << time;
  }
}

TEST(FormSubmission, SaysWhatIsWrongWithAField) {
  EXPECT_THAT(errors_of_field("email", "ann"),
              ElementsAre("INVALID_EMAIL: Error in 'fields.email'. 'ann' is not a valid email "
                          "address"));
  EXPECT_THAT(errors_of_field("total_revenue", "1.00"),
              ElementsAre("FIELD_NOT_IN_FORM_DEFINITION: Error in 'fields.total_revenue'. "
                          "\"total_revenue\" is a read only property; its value cannot be set."));
  for (const char* name : {"num_conversion_events", "num_unique_conversion_events",
                           "recent_conversion_date", "first_conversion_date"}) {
    EXPECT_THAT(errors_of_field(name, ""), ElementsAre(HasSubstr("is a read only property")));
  }
  for (const char* name : {"Email", "order number", "order-number", "", "1st", "größe"}) {
    EXPECT_THAT(errors_of_field(name, "x"),
                ElementsAre(fmt::format("FIELD_NOT_IN_FORM_DEFINITION: Error in 'fields.{}'. No "
                                        "form has a field of this name",
                                        name)));
  }
}

TEST(FormSubmission, ADateFieldTakesADayOrAMidnight) {
  EXPECT_THAT(errors_of_field("last_order_date", "12/31/2023"),
              ElementsAre("INVALID_DATE: Error in 'fields.last_order_date'. '12/31/2023' is not a "
                          "date: YYYY-MM-DD, or the milliseconds of a midnight in UTC"));
  EXPECT_THAT(errors_of_field("last_order_date", "2023-12-31"), IsEmpty());
  EXPECT_THAT(errors_of_field("last_order_date", "1652659200000"), IsEmpty());
  EXPECT_THAT(errors_of_field("last_order_date", ""), IsEmpty());
  EXPECT_THAT(errors_of_field("another_date", "12/31/2023"), IsEmpty()) << "a text";
}

TEST(FormSubmission, ANumberAndAStageAreHeldAgainstTheirDefinition) {
  EXPECT_THAT(errors_of_field("orders", "7"), IsEmpty());
  EXPECT_THAT(errors_of_field("orders", "seven"),
              ElementsAre("INVALID_NUMBER: Error in 'fields.orders'. 'seven' is not a number"));
  EXPECT_THAT(errors_of_field("lifecyclestage", "customer"), IsEmpty());
  EXPECT_THAT(errors_of_field("lifecyclestage", "Customer"),
              ElementsAre("VALUE_NOT_IN_FIELD_DEFINITION: Error in 'fields.lifecyclestage'. "
                          "'Customer' is not one of the options of the field"));
}

TEST(FormSubmission, TheCloseDateIsADatetime) {
  EXPECT_THAT(errors_of_field("closedate", "2023-12-31"),
              ElementsAre("INVALID_DATE: Error in 'fields.closedate'. '2023-12-31' is not a "
                          "datetime: ISO 8601 with an offset from UTC, or milliseconds"));
  EXPECT_THAT(errors_of_field("closedate", "2023-12-31T00:00:00Z"), IsEmpty());
  EXPECT_THAT(errors_of_field("closedate", "1703980800000"), IsEmpty());
}

TEST(FormSubmission, AValueHasAtMost65536Characters) {
  std::string value;
  for (int i = 0; i < 65'536; ++i) value += "ü";
  EXPECT_THAT(errors_of_field("notes", value), IsEmpty());
  EXPECT_THAT(errors_of_field("notes", value + "x"),
              ElementsAre("INPUT_TOO_LARGE: Error in 'fields.notes'. The value has more than 65536 "
                          "characters"));
}

TEST(FormSubmission, ThereAreAtMostAThousandFields) {
  json body = valid();
  while (body["fields"].size() < 1'000) {
    body["fields"].push_back({{"name", "city"}, {"value", "Ulm"}});
  }
  EXPECT_THAT(errors_of(body), IsEmpty());
  body["fields"].push_back({{"name", "city"}, {"value", "Ulm"}});
  EXPECT_THAT(errors_of(body), ElementsAre("MAX_NUMBER_OF_SUBMITTED_VALUES_EXCEEDED: Error in "
                                           "'fields'. 1001 fields are more than 1000"));
}

TEST(FormSubmission, SaysWhatIsWrongWithTheContext) {
  EXPECT_THAT(errors_of_context("hutk", "37184"),
              ElementsAre("INVALID_HUTK: Error in 'context.hutk'. '37184' is not a valid Hutk"));
  EXPECT_THAT(errors_of_context("hutk", ""),
              ElementsAre("INVALID_HUTK: Error in 'context.hutk'. '' is not a valid Hutk"));
  EXPECT_THAT(errors_of_context("ipAddress", "192.0.2.256"),
              ElementsAre("INVALID_IP_ADDRESS: Error in 'context.ipAddress'. '192.0.2.256' is not "
                          "a valid IP address"));
  EXPECT_THAT(errors_of_context("pageUri", "a b"),
              ElementsAre("INVALID_PAGE_URI: Error in 'context.pageUri'. 'a b' is not a valid page "
                          "URI"));
}

TEST(FormSubmission, TellsAllErrorsAtOnce) {
  json body = valid();
  body["fields"][0]["name"] = "total_revenue";
  body["context"]["hutk"] = "x";
  EXPECT_THAT(errors_of(body),
              ElementsAre(StartsWith("FIELD_NOT_IN_FORM_DEFINITION"), StartsWith("REQUIRED_FIELD"),
                          StartsWith("INVALID_HUTK")));
}

TEST(FormSubmission, TakesNothingOlderThanAMonth) {
  const auto errors_at = [](WallTime time) {
    json body = valid();
    body["submittedAt"] = time.time_since_epoch().count();
    return errors_of(body);
  };
  const std::chrono::milliseconds moment(1);
  // One month before 31 March is the last of February, in a leap year 31 days earlier.
  const WallTime limit = kNow - 31 * kDay;
  EXPECT_THAT(errors_at(limit), IsEmpty());
  EXPECT_THAT(
      errors_at(limit - moment),
      ElementsAre(fmt::format("INVALID_METADATA: Error in 'submittedAt'. '{}' is not valid: "
                              "it is more than one month old",
                              (limit - moment).time_since_epoch().count())));
  EXPECT_THAT(errors_at(kNow + kDay), IsEmpty()) << "of the future nothing is known";
}

TEST(FormSubmission, AMonthIsOneOfTheCalendar) {
  using namespace std::chrono;
  // What is 28 days old is always taken, and what is 32 days old never.
  for (sys_days day = year(2023) / 1 / 1; day < sys_days(year(2025) / 1 / 1); day += days(1)) {
    const auto is_taken = [&](int age) {
      const WallTime now = day + hours(7);
      json body = only_email("ann@example.com");
      body["submittedAt"] = (now - age * kDay).time_since_epoch().count();
      return read_form_submission(body.dump(), Properties(contact_properties(), {}), now)
          .errors.empty();
    };
    ASSERT_TRUE(is_taken(28)) << day.time_since_epoch().count();
    ASSERT_FALSE(is_taken(32)) << day.time_since_epoch().count();
  }
}

}  // namespace
}  // namespace ordertail::sandbox
