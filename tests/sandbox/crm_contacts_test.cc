// The batch API of CRM contacts.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "sandbox/crm_portal.h"

namespace ordertail::sandbox {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

constexpr std::string_view kUpsert = "/crm/v3/objects/contacts/batch/upsert";
constexpr std::string_view kRead = "/crm/objects/2026-03/contacts/batch/read";

json input(const std::string& email, const std::map<std::string, std::string>& properties = {},
           const std::string& trace_id = "") {
  return upsert_input(email, "email", properties, trace_id);
}

class CrmContactsTest : public testing::Test, public CrmPortal {
 protected:
  Answer upsert_text(std::string_view body) {
    return contacts_api.upsert(json_post(kUpsert, body));
  }
  Answer upsert(const std::vector<json>& inputs) { return upsert_text(batch_of(inputs)); }
  Answer read(std::string_view body) { return contacts_api.read(json_post(kRead, body)); }
  [[nodiscard]] const std::string& property(std::string_view email, const char* name) const {
    return contacts.find(email)->properties.at(name);
  }
};

TEST_F(CrmContactsTest, MakesAndUpdatesAndTellsWhich) {
  upsert({input("ann@example.com", {{"city", "Ulm"}})});
  clock.now = std::chrono::seconds(1);
  const Answer answer = upsert({input("Ann@Example.com ", {{"zip", "89073"}}, "trace-1"),
                                input("bob@example.com", {}, "trace-2")});
  EXPECT_EQ(answer.status, 200U);
  EXPECT_TRUE(answer.applied);
  EXPECT_EQ(json::parse(answer.json), json::parse(R"({
    "status": "COMPLETE", "startedAt": "1970-01-01T00:00:01.000Z",
    "completedAt": "1970-01-01T00:00:01.000Z",
    "results": [
      {"id": "2", "new": true, "objectWriteTraceId": "trace-2", "archived": false,
       "createdAt": "1970-01-01T00:00:01.000Z", "updatedAt": "1970-01-01T00:00:01.000Z",
       "properties": {"email": "bob@example.com", "hs_object_id": "2",
                      "createdate": "1970-01-01T00:00:01.000Z",
                      "lastmodifieddate": "1970-01-01T00:00:01.000Z"}},
      {"id": "1", "new": false, "objectWriteTraceId": "trace-1", "archived": false,
       "createdAt": "1970-01-01T00:00:00.000Z", "updatedAt": "1970-01-01T00:00:01.000Z",
       "properties": {"city": "Ulm", "zip": "89073", "email": "ann@example.com",
                      "hs_object_id": "1", "createdate": "1970-01-01T00:00:00.000Z",
                      "lastmodifieddate": "1970-01-01T00:00:01.000Z"}}]})"));
}

TEST_F(CrmContactsTest, UpsertingAgainChangesNothingMore) {
  const std::vector<json> inputs = {input("ann@example.com", {{"city", "Ulm"}}),
                                    input("bob@example.com")};
  upsert(inputs);
  const auto before = contacts.all().at(0).properties;
  EXPECT_EQ(upsert(inputs).status, 200U);
  EXPECT_EQ(contacts.all().size(), 2U);
  EXPECT_EQ(contacts.all().at(0).properties, before);
}

TEST_F(CrmContactsTest, FindsAContactByHubSpotsOwnId) {
  upsert({input("ann@example.com")});
  json by_id = input("1", {{"email", "bob@example.com"}});
  by_id.erase("idProperty");
  EXPECT_EQ(upsert({by_id}).status, 200U);
  ASSERT_NE(contacts.find("bob@example.com"), nullptr);
  EXPECT_EQ(contacts.find("bob@example.com")->id, 1U);
  EXPECT_EQ(contacts.find("ann@example.com"), nullptr);
  for (const char* unknown : {"2", "0", "-1", "x", ""}) {
    by_id["id"] = unknown;
    EXPECT_EQ(upsert({by_id}).status, 404U) << unknown;
  }
}

TEST_F(CrmContactsTest, WithoutTraceIdsOneBadRecordRefusesAll) {
  const Answer answer =
      upsert({input("ann@example.com"), input("bob@example.com", {{"total_revenue", "1.00"}})});
  EXPECT_EQ(answer.status, 400U);
  EXPECT_FALSE(answer.applied);
  EXPECT_EQ(body_of(answer), json::parse(R"({
    "status": "error", "category": "VALIDATION_ERROR",
    "message": "Property values were not valid: \"total_revenue\" is a read only property; its value cannot be set.",
    "errors": [{"message": "\"total_revenue\" is a read only property; its value cannot be set.",
                "code": "READ_ONLY_VALUE", "context": {"propertyName": ["total_revenue"]}}]})"));
  EXPECT_TRUE(contacts.all().empty());
  for (const Submission& submission : journal.submissions()) {
    EXPECT_EQ(submission.status, 400U);
    EXPECT_THAT(submission.error, HasSubstr("read only"));
    EXPECT_EQ(submission.record, 0U);
  }
}

TEST_F(CrmContactsTest, WithTraceIdsTheGoodAreWrittenAndTheBadNamed) {
  const Answer answer = upsert({input("ann@example.com", {{"city", "Ulm"}}, "t1"),
                                input("bob@example.com", {{"num_conversion_events", "7"}}, "t2"),
                                input("nobody", {}, "t3"), input("eve@example.com", {}, "t4")});
  EXPECT_EQ(answer.status, 207U);
  EXPECT_TRUE(answer.applied);
  const json body = json::parse(answer.json);
  EXPECT_EQ(body.at("results").size(), 2U);
  EXPECT_EQ(body.at("numErrors"), 2);
  EXPECT_EQ(body.at("errors"), json::parse(R"([
    {"status": "error", "category": "VALIDATION_ERROR",
     "message": "Property values were not valid: \"num_conversion_events\" is a read only property; its value cannot be set.",
     "context": {"objectWriteTraceId": ["t2"]},
     "errors": [{"message": "\"num_conversion_events\" is a read only property; its value cannot be set.",
                 "code": "READ_ONLY_VALUE", "context": {"propertyName": ["num_conversion_events"]}}]},
    {"status": "error", "category": "VALIDATION_ERROR",
     "message": "Property values were not valid: Email address nobody is invalid",
     "context": {"objectWriteTraceId": ["t3"]},
     "errors": [{"message": "Email address nobody is invalid", "code": "INVALID_EMAIL",
                 "context": {"propertyName": ["email"]}}]}])"));
  EXPECT_NE(contacts.find("ann@example.com"), nullptr);
  EXPECT_EQ(contacts.find("bob@example.com"), nullptr);
  EXPECT_EQ(journal.counts(Api::contacts).requests, 1U);
  EXPECT_EQ(journal.counts(Api::contacts).received, 4U);
  EXPECT_EQ(journal.counts(Api::contacts).applied, 2U);
  EXPECT_EQ(journal.submissions().at(1).status, 400U);
  EXPECT_EQ(journal.submissions().at(3).status, 200U);
}

TEST_F(CrmContactsTest, PartialFailureNeedsATraceIdForEachThatIsItsOwn) {
  for (const char* trace_id : {"", "t1"}) {
    EXPECT_EQ(upsert({input("ann@example.com", {}, "t1"), input("nobody", {}, trace_id)}).status,
              400U);
  }
  EXPECT_TRUE(contacts.all().empty());
}

TEST_F(CrmContactsTest, NoIdOccursTwice) {
  const Answer answer =
      upsert({input("ann@example.com", {}, "t1"), input("bob@example.com", {}, "t2"),
              input(" ANN@example.com", {}, "t3"), input("ann@example.com", {}, "t4")});
  EXPECT_EQ(answer.status, 400U);
  EXPECT_EQ(body_of(answer), json::parse(R"({
    "status": "error", "category": "VALIDATION_ERROR",
    "message": "Duplicate IDs found in batch input: [ann@example.com]. IDs must be unique",
    "context": {"ids": ["ann@example.com"]}})"));
  EXPECT_TRUE(contacts.all().empty());
}

TEST_F(CrmContactsTest, TakesAtMostAHundred) {
  std::vector<json> inputs;
  for (int i = 0; i < 100; ++i) inputs.push_back(input(fmt::format("user{}@example.com", i)));
  EXPECT_EQ(upsert(inputs).status, 200U);
  inputs.push_back(input("one@example.com"));
  const Answer answer = upsert(inputs);
  EXPECT_EQ(answer.status, 400U);
  EXPECT_EQ(body_of(answer).at("message"),
            "Batch operations are limited to 100 records at a time.");
  EXPECT_EQ(contacts.all().size(), 100U);
  EXPECT_EQ(upsert(std::vector<json>()).status, 400U);
}

TEST_F(CrmContactsTest, AnEmailOfAnotherContactIsAConflict) {
  upsert({input("ann@example.com"), input("bob@example.com")});
  const std::map<std::string, std::string> taken = {{"email", "Ann@example.com"}};
  const Answer answer = upsert({input("bob@example.com", taken)});
  EXPECT_EQ(answer.status, 409U);
  EXPECT_EQ(body_of(answer), json::parse(R"({
    "status": "error", "message": "Contact already exists. Existing ID: 1",
    "category": "CONFLICT"})"));
  EXPECT_EQ(upsert({input("eve@example.com", taken)}).status, 409U);
  const std::map<std::string, std::string> same = {{"email", "new@example.com"}};
  EXPECT_EQ(upsert({input("eve@example.com", same), input("new@example.com")}).status, 409U);
  EXPECT_EQ(upsert({input("ann@example.com", taken)}).status, 200U);
  EXPECT_EQ(contacts.all().size(), 2U);
}

TEST_F(CrmContactsTest, SaysWhatIsWrongWithAProperty) {
  const auto said_of = [&](const char* name, const char* value) {
    const json error =
        body_of(upsert({input("ann@example.com", {{name, value}})})).at("errors").at(0);
    return error.at("code").get<std::string>() + ": " + error.at("message").get<std::string>();
  };
  EXPECT_EQ(said_of("last_order", "1579179660000"),
            "INVALID_DATE: 1579179660000 is at 13:1:0.0 UTC, not midnight!");
  EXPECT_EQ(said_of("last_order", "-1"), "INVALID_DATE: -1 is at 23:59:59.999 UTC, not midnight!");
  EXPECT_EQ(said_of("last_order", "12/31/2023"), "INVALID_DATE: 12/31/2023 was not a valid date.");
  EXPECT_EQ(said_of("closedate", "12/31/2023"),
            "INVALID_DATE: 12/31/2023 was not a valid datetime.");
  EXPECT_EQ(said_of("Order Number", "1"),
            "PROPERTY_DOESNT_EXIST: Property \"Order Number\" does not exist");
  EXPECT_EQ(said_of("favourite_colour", "red"),
            "PROPERTY_DOESNT_EXIST: Property \"favourite_colour\" does not exist");
  EXPECT_EQ(said_of("lifecyclestage", "Customer"),
            "INVALID_OPTION: Customer was not one of the allowed options");
  EXPECT_EQ(said_of("hs_marketable_status", "true"),
            "READ_ONLY_VALUE: \"hs_marketable_status\" is a read only property; its value cannot "
            "be set.");
  EXPECT_EQ(said_of("email", "x"), "INVALID_EMAIL: Email address x is invalid");
}

TEST_F(CrmContactsTest, KnowsNoOtherUniqueProperty) {
  json by_shop_id = input("7");
  by_shop_id["idProperty"] = "shop_id";
  const Answer answer = upsert({by_shop_id});
  EXPECT_EQ(answer.status, 400U);
  EXPECT_EQ(body_of(answer).at("message"),
            "Unable to perform update/upsert by non-unique 0-1 property");
  by_shop_id["objectWriteTraceId"] = "t1";
  EXPECT_EQ(upsert({by_shop_id}).status, 400U) << "the whole request, trace ids or not";
  EXPECT_EQ(read(R"({"idProperty":"shop_id","properties":[],"inputs":[{"id":"7"}]})").status, 400U);
}

TEST_F(CrmContactsTest, AnEmptyValueClearsAndTheStageGoesForwardOnlyInSilence) {
  upsert({input("ann@example.com", {{"city", "Ulm"}, {"lifecyclestage", "customer"}})});
  EXPECT_EQ(upsert({input("ann@example.com", {{"city", ""}, {"lifecyclestage", "lead"}})}).status,
            200U);
  EXPECT_EQ(property("ann@example.com", "city"), "");
  EXPECT_EQ(property("ann@example.com", "lifecyclestage"), "customer");
}

TEST_F(CrmContactsTest, WhatHasAnotherShapeIsMalformed) {
  const auto message = [&](const char* body) {
    const Answer answer = upsert_text(body);
    EXPECT_EQ(answer.status, 400U);
    return body_of(answer).at("message").get<std::string>();
  };
  EXPECT_THAT(message("{"), HasSubstr("Invalid input JSON: line 1, column 2: "));
  EXPECT_EQ(message("{}"), "Invalid input JSON: 'inputs' must be an array");
  EXPECT_EQ(message(R"({"inputs":[{"properties":{}}]})"),
            "Invalid input JSON: an input lacks its 'id'");
  EXPECT_EQ(message(R"({"inputs":[{"id":"1"}]})"),
            "Invalid input JSON: an input lacks its 'properties', an object");
  EXPECT_EQ(message(R"({"inputs":[{"id":1,"properties":{}}]})"),
            "Invalid input JSON: 'id' must be a string");
  EXPECT_EQ(message(R"({"inputs":[{"id":"1","properties":{"city":1}}]})"),
            "Invalid input JSON: the property 'city' must be a string");
  EXPECT_EQ(message(R"({"inputs":[{"id":"1","properties":{},"associations":[]}]})"),
            "Invalid input JSON: an input has the unknown key 'associations'");
  EXPECT_EQ(journal.submissions().size(), 7U);
}

TEST_F(CrmContactsTest, NeedsATokenWithTheScopeOfTheOperation) {
  const auto status = [&](bool is_read, std::string_view authorization) {
    const Request request{"POST",
                          kRead,
                          "",
                          "application/json",
                          authorization,
                          R"({"properties":[],"inputs":[{"id":"1"}]})"};
    return (is_read ? contacts_api.read(request) : contacts_api.upsert(request)).status;
  };
  EXPECT_EQ(status(true, ""), 401U);
  EXPECT_EQ(status(false, ""), 401U);
  access.scopes = {"crm.objects.contacts.read"};
  EXPECT_EQ(status(true, "Bearer t"), 207U);
  EXPECT_EQ(status(false, "Bearer t"), 403U);
  access.scopes = {"crm.objects.contacts.write"};
  EXPECT_EQ(status(true, "Bearer t"), 403U);
}

TEST_F(CrmContactsTest, ReadsWhatIsAskedForAndNamesWhatIsNotThere) {
  upsert({input("ann@example.com", {{"city", "Ulm"}}), input("bob@example.com")});
  const Answer found = read(R"({"idProperty":"email","properties":["city"],)"
                            R"("inputs":[{"id":"Ann@example.com"},{"id":"bob@example.com"}]})");
  EXPECT_EQ(found.status, 200U);
  EXPECT_FALSE(found.applied);
  const json results = json::parse(found.json).at("results");
  EXPECT_EQ(results.at(0).at("properties"), json::parse(R"({
    "city": "Ulm", "createdate": "1970-01-01T00:00:00.000Z", "hs_object_id": "1",
    "lastmodifieddate": "1970-01-01T00:00:00.000Z"})"));
  EXPECT_EQ(results.at(1).at("properties").at("city"), nullptr);

  const Answer partial = read(R"({"properties":[],"inputs":[{"id":"2"},{"id":"3"}]})");
  EXPECT_EQ(partial.status, 207U);
  const json body = json::parse(partial.json);
  EXPECT_EQ(body.at("results").at(0).at("id"), "2");
  EXPECT_EQ(body.at("errors"), json::parse(R"([
    {"status": "error", "category": "OBJECT_NOT_FOUND",
     "message": "Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.",
     "context": {"ids": ["3"]}}])"));
  EXPECT_EQ(journal.counts(Api::contacts).requests, 1U) << "reading is not journalled";
}

}  // namespace
}  // namespace ordertail::sandbox
