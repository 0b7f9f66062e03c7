#include "sandbox/crm_associations_api.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sandbox/crm_portal.h"

namespace ordertail::sandbox {
namespace {

using nlohmann::json;
using testing::ElementsAre;

constexpr std::string_view kPath =
    "/crm/associations/2026-03/orders/contacts/batch/associate/default";

json pair_of(const std::string& order, const std::string& contact) {
  return {{"from", {{"id", order}}}, {"to", {{"id", contact}}}};
}

class CrmAssociationsTest : public testing::Test, public CrmPortal {
 protected:
  void SetUp() override {
    for (const char* email : {"ann@example.com", "bob@example.com"}) {
      contacts.write(0, {{"email", email}}, clock.wall());
    }
    for (const char* number : {"A-1", "A-2"}) {
      orders.write(0, {{std::string(kOrderId), number}}, clock.wall());
    }
  }

  Answer associate_text(std::string_view body) {
    return associations_api.associate(json_post(kPath, body));
  }
  Answer associate(const std::vector<json>& inputs) { return associate_text(batch_of(inputs)); }
};

TEST_F(CrmAssociationsTest, AnswersWithTheDefaultAssociationOfEach) {
  const Answer answer = associate({pair_of("1000000001", "1"), pair_of("1000000002", "1")});
  EXPECT_EQ(answer.status, 200U);
  EXPECT_TRUE(answer.applied);
  EXPECT_EQ(json::parse(answer.json), json::parse(R"({
    "status": "COMPLETE", "startedAt": "1970-01-01T00:00:00.000Z",
    "completedAt": "1970-01-01T00:00:00.000Z",
    "results": [
      {"from": {"id": "1000000002"}, "to": {"id": "1"},
       "associationSpec": {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 507}},
      {"from": {"id": "1000000001"}, "to": {"id": "1"},
       "associationSpec": {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 507}}]
    })"));
  EXPECT_THAT(orders.all().at(0).contacts, ElementsAre(1U));
  EXPECT_THAT(orders.all().at(1).contacts, ElementsAre(1U));
}

TEST_F(CrmAssociationsTest, OnceIsAsGoodAsTwiceAndAnOrderMayHaveTwoContacts) {
  const std::vector<json> same = {pair_of("1000000001", "2"), pair_of("1000000001", "2")};
  EXPECT_EQ(associate(same).status, 200U);
  EXPECT_EQ(associate(same).status, 200U);
  EXPECT_THAT(orders.all().at(0).contacts, ElementsAre(2U));
  EXPECT_EQ(associate({pair_of("1000000001", "1")}).status, 200U);
  EXPECT_THAT(orders.all().at(0).contacts, ElementsAre(1U, 2U));
}

TEST_F(CrmAssociationsTest, NamesWhatIsNotThereAndAssociatesTheRest) {
  const Answer answer = associate({pair_of("1000000001", "1"), pair_of("1000000003", "1"),
                                   pair_of("1000000002", "3"), pair_of("1", "1000000001")});
  EXPECT_EQ(answer.status, 207U);
  EXPECT_TRUE(answer.applied);
  const json body = json::parse(answer.json);
  EXPECT_EQ(body.at("results").size(), 1U);
  EXPECT_EQ(body.at("numErrors"), 3);
  EXPECT_EQ(body.at("errors"), json::parse(R"([
    {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "No order has the id 1",
     "context": {"fromObjectId": ["1"], "toObjectId": ["1000000001"]}},
    {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "No contact has the id 3",
     "context": {"fromObjectId": ["1000000002"], "toObjectId": ["3"]}},
    {"status": "error", "category": "OBJECT_NOT_FOUND",
     "message": "No order has the id 1000000003",
     "context": {"fromObjectId": ["1000000003"], "toObjectId": ["1"]}}])"));
  const auto& submissions = journal.submissions();
  EXPECT_EQ(submissions.at(0).record, 1'000'000'001U);
  EXPECT_EQ(submissions.at(0).to_contact, 1U);
  EXPECT_EQ(submissions.at(1).status, 404U);
  EXPECT_EQ(submissions.at(1).error, "No order has the id 1000000003");
  EXPECT_EQ(submissions.at(1).record, 0U);
  EXPECT_EQ(journal.counts(Api::associations).received, 4U);
  EXPECT_EQ(journal.counts(Api::associations).applied, 1U);
  EXPECT_FALSE(associate({pair_of("x", "1")}).applied);
}

TEST_F(CrmAssociationsTest, TakesAtMostTwoThousand) {
  std::vector<json> inputs(2'000, pair_of("1000000001", "1"));
  EXPECT_EQ(associate(inputs).status, 200U);
  inputs.push_back(inputs.front());
  const Answer answer = associate(inputs);
  EXPECT_EQ(answer.status, 400U);
  EXPECT_EQ(body_of(answer).at("message"),
            "Batch operations are limited to 2000 records at a time.");
  EXPECT_EQ(associate({}).status, 400U);
}

TEST_F(CrmAssociationsTest, WhatHasAnotherShapeIsMalformed) {
  const auto message = [&](const char* body) {
    const Answer answer = associate_text(body);
    EXPECT_EQ(answer.status, 400U);
    return body_of(answer).at("message").get<std::string>();
  };
  EXPECT_EQ(message("{}"), "Invalid input JSON: 'inputs' must be an array");
  EXPECT_EQ(message(R"({"inputs":[{"to":{"id":"1"}}]})"),
            "Invalid input JSON: an input lacks its 'from'");
  EXPECT_EQ(message(R"({"inputs":[{"from":{"id":"1"}}]})"),
            "Invalid input JSON: an input lacks its 'to'");
  EXPECT_EQ(message(R"({"inputs":[{"from":{"id":"1"},"to":{}}]})"),
            "Invalid input JSON: 'to' lacks its 'id'");
  EXPECT_EQ(message(R"({"inputs":[{"from":{"id":1},"to":{"id":"1"}}]})"),
            "Invalid input JSON: 'id' must be a string");
  EXPECT_EQ(message(R"({"inputs":[{"from":{"id":"1"},"to":{"id":"1"},"types":[]}]})"),
            "Invalid input JSON: an input has the unknown key 'types'");
  EXPECT_EQ(journal.submissions().size(), 6U);
  EXPECT_EQ(journal.submissions().back().status, 400U);
}

}  // namespace
}  // namespace ordertail::sandbox
