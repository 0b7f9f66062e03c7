// The batch API of CRM orders: what it has in common with that of contacts is tested there.
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

constexpr std::string_view kUpsert = "/crm/objects/2026-03/orders/batch/upsert";
constexpr std::string_view kRead = "/crm/v3/objects/orders/batch/read";

json input(const std::string& number, const std::map<std::string, std::string>& properties = {},
           const std::string& trace_id = "") {
  return upsert_input(number, kOrderId, properties, trace_id);
}

class CrmOrdersTest : public testing::Test, public CrmPortal {
 protected:
  Answer upsert(const std::vector<json>& inputs) {
    return orders_api.upsert(json_post(kUpsert, batch_of(inputs)));
  }
  Answer read(std::string_view body) { return orders_api.read(json_post(kRead, body)); }
};

TEST_F(CrmOrdersTest, MakesAndUpdatesAndTellsWhich) {
  upsert({input("A-1", {{"hs_total_price", "142.31"}})});
  clock.now = std::chrono::seconds(1);
  const Answer answer =
      upsert({input("A-1", {{"hs_currency_code", "EUR"}}, "t1"), input("A-2", {}, "t2")});
  EXPECT_EQ(answer.status, 200U);
  EXPECT_TRUE(answer.applied);
  EXPECT_EQ(json::parse(answer.json), json::parse(R"({
    "status": "COMPLETE", "startedAt": "1970-01-01T00:00:01.000Z",
    "completedAt": "1970-01-01T00:00:01.000Z",
    "results": [
      {"id": "1000000002", "new": true, "objectWriteTraceId": "t2", "archived": false,
       "createdAt": "1970-01-01T00:00:01.000Z", "updatedAt": "1970-01-01T00:00:01.000Z",
       "properties": {"ordertail_order_id": "A-2", "hs_object_id": "1000000002",
                      "hs_createdate": "1970-01-01T00:00:01.000Z",
                      "hs_lastmodifieddate": "1970-01-01T00:00:01.000Z"}},
      {"id": "1000000001", "new": false, "objectWriteTraceId": "t1", "archived": false,
       "createdAt": "1970-01-01T00:00:00.000Z", "updatedAt": "1970-01-01T00:00:01.000Z",
       "properties": {"ordertail_order_id": "A-1", "hs_object_id": "1000000001",
                      "hs_total_price": "142.31", "hs_currency_code": "EUR",
                      "hs_createdate": "1970-01-01T00:00:00.000Z",
                      "hs_lastmodifieddate": "1970-01-01T00:00:01.000Z"}}]})"));
}

TEST_F(CrmOrdersTest, UpsertingAgainChangesNothingMore) {
  const std::vector<json> inputs = {input("1", {{"shop", "x"}}), input("2")};
  upsert(inputs);
  const auto before = orders.all().at(0).properties;
  EXPECT_EQ(upsert(inputs).status, 200U);
  EXPECT_EQ(orders.all().size(), 2U);
  EXPECT_EQ(orders.all().at(0).properties, before);
}

TEST_F(CrmOrdersTest, IdsAreTakenAsTheyAreAndNeverTwice) {
  EXPECT_EQ(upsert({input("a"), input("A"), input(" a")}).status, 200U);
  EXPECT_EQ(orders.all().size(), 3U);
  const Answer answer = upsert({input("7", {}, "t1"), input("8", {}, "t2"), input("7", {}, "t3")});
  EXPECT_EQ(answer.status, 400U);
  EXPECT_EQ(body_of(answer), json::parse(R"({
    "status": "error", "category": "VALIDATION_ERROR",
    "message": "Duplicate IDs found in batch input: [7]. IDs must be unique",
    "context": {"ids": ["7"]}})"));
  EXPECT_EQ(body_of(upsert({input("")})).at("message"), "The id of an input is empty");
}

TEST_F(CrmOrdersTest, AreKnownByTheUniquePropertyOrHubSpotsOwnId) {
  for (const char* other : {"hs_external_order_id", "email"}) {
    const Answer answer = upsert({upsert_input("1", other, {}, "t1"), input("2", {}, "t2")});
    EXPECT_EQ(answer.status, 400U);
    EXPECT_EQ(body_of(answer).at("message"),
              "Unable to perform update/upsert by non-unique 0-123 property");
  }
  EXPECT_TRUE(orders.all().empty());
  upsert({input("1")});
  json by_id = input("1000000001", {{"shop", "x"}});
  by_id.erase("idProperty");
  EXPECT_EQ(upsert({by_id}).status, 200U);
  EXPECT_EQ(orders.find("1")->properties.at("shop"), "x");
  by_id["id"] = "1";
  EXPECT_EQ(upsert({by_id}).status, 404U) << "as no contact's id is";
}

TEST_F(CrmOrdersTest, AUniqueValueIsNeverThatOfTwo) {
  upsert({input("1"), input("2")});
  const std::map<std::string, std::string> taken = {{std::string(kOrderId), "1"}};
  const Answer answer = upsert({input("2", taken)});
  EXPECT_EQ(answer.status, 400U);
  const char* message = "Cannot set ordertail_order_id to 1. 1000000001 already has that value.";
  EXPECT_EQ(body_of(answer).at("errors").at(0).at("message"), message);
  EXPECT_EQ(body_of(answer).at("errors").at(0).at("code"), "CONFLICTING_UNIQUE_VALUE");
  EXPECT_EQ(upsert({input("3", taken, "t1"), input("4", {}, "t2")}).status, 207U);
  EXPECT_EQ(upsert({input("5", {{std::string(kOrderId), "6"}}), input("6")}).status, 400U);
  // What is renamed is found by its new value only.
  EXPECT_EQ(upsert({input("2", {{std::string(kOrderId), "9"}})}).status, 200U);
  EXPECT_EQ(orders.find("2"), nullptr);
  EXPECT_EQ(orders.find("9")->id, Orders::kFirstId + 1);
}

TEST_F(CrmOrdersTest, SaysWhatIsWrongWithAProperty) {
  const auto said_of = [&](const char* name, const char* value) {
    const json error = body_of(upsert({input("1", {{name, value}})})).at("errors").at(0);
    return error.at("code").get<std::string>() + ": " + error.at("message").get<std::string>();
  };
  EXPECT_EQ(said_of("hs_total_price", "142,31"), "INVALID_NUMBER: 142,31 was not a valid number.");
  EXPECT_EQ(said_of("hs_currency_code", "eur"),
            "INVALID_OPTION: eur was not one of the allowed options");
  EXPECT_EQ(said_of("hs_external_created_date", "12/31/2023"),
            "INVALID_DATE: 12/31/2023 was not a valid datetime.");
  EXPECT_EQ(said_of("hs_createdate", "1"),
            "READ_ONLY_VALUE: \"hs_createdate\" is a read only property; its value cannot be set.");
  EXPECT_EQ(said_of("hs_totl_price", "1"),
            "PROPERTY_DOESNT_EXIST: Property \"hs_totl_price\" does not exist");
  EXPECT_EQ(said_of("last_order", "1"),
            "PROPERTY_DOESNT_EXIST: Property \"last_order\" does not exist")
      << "it is one of contacts";
}

TEST_F(CrmOrdersTest, WithoutTraceIdsOneBadRecordRefusesAllWithThemTheGoodAreWritten) {
  const std::map<std::string, std::string> bad = {{"hs_total_price", "x"}};
  EXPECT_EQ(upsert({input("1"), input("2", bad)}).status, 400U);
  EXPECT_TRUE(orders.all().empty());
  const Answer answer = upsert({input("1", {}, "t1"), input("2", bad, "t2")});
  EXPECT_EQ(answer.status, 207U);
  EXPECT_EQ(json::parse(answer.json).at("errors").at(0).at("context"),
            json::parse(R"({"objectWriteTraceId": ["t2"]})"));
  EXPECT_NE(orders.find("1"), nullptr);
  EXPECT_EQ(orders.find("2"), nullptr);
  EXPECT_EQ(journal.counts(Api::orders).requests, 2U);
  EXPECT_EQ(journal.counts(Api::orders).received, 4U);
  EXPECT_EQ(journal.counts(Api::orders).applied, 1U);
  EXPECT_EQ(journal.submissions().at(2).record, Orders::kFirstId);
  EXPECT_EQ(journal.submissions().at(3).status, 400U);
}

TEST_F(CrmOrdersTest, AreReadByTheUniqueProperty) {
  upsert({input("1", {{"hs_total_price", "5"}})});
  const Answer found = read(R"({"idProperty":"ordertail_order_id","properties":["hs_total_price"],)"
                            R"("inputs":[{"id":"1"},{"id":"2"}]})");
  EXPECT_EQ(found.status, 207U);
  const json body = json::parse(found.json);
  EXPECT_EQ(body.at("results").at(0).at("properties"), json::parse(R"({
    "hs_total_price": "5", "hs_createdate": "1970-01-01T00:00:00.000Z",
    "hs_object_id": "1000000001", "hs_lastmodifieddate": "1970-01-01T00:00:00.000Z"})"));
  EXPECT_EQ(body.at("errors"), json::parse(R"([
    {"status": "error", "category": "OBJECT_NOT_FOUND",
     "message": "Could not get some ORDER objects, they may be deleted or not exist. Check that ids are valid.",
     "context": {"ids": ["2"]}}])"));
}

}  // namespace
}  // namespace ordertail::sandbox
