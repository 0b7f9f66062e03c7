#include "sandbox/crm_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/crm_portal.h"

namespace ordertail::sandbox {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::Pair;

constexpr std::string_view kContacts = "/crm/v3/objects/contacts/batch/upsert";
constexpr std::string_view kOrders = "/crm/v3/objects/orders/batch/upsert";

struct Poster : CrmPortal {
  using CrmPortal::CrmPortal;

  Answer post_contact() {
    return contacts_api.upsert(
        json_post(kContacts,
                  R"({"inputs":[{"id":"ann@example.com","idProperty":"email","properties":{}}]})"));
  }
  Answer post_order() {
    return orders_api.upsert(json_post(
        kOrders, R"({"inputs":[{"id":"1","idProperty":"ordertail_order_id","properties":{}}]})"));
  }
  Answer post_association() {
    return associations_api.associate(
        json_post("", R"({"inputs":[{"from":{"id":"1000000001"},"to":{"id":"1"}}]})"));
  }
};

TEST(CrmGate, LimitsAreToldInEveryAnswerAndSharedByAllCalls) {
  Poster to({.per_10s = 3, .per_day = 4, .per_second = {}});
  EXPECT_THAT(to.post_contact().headers, Contains(Pair("X-HubSpot-RateLimit-Remaining", "2")));
  EXPECT_THAT(to.post_order().headers, Contains(Pair("X-HubSpot-RateLimit-Remaining", "1")));
  EXPECT_EQ(to.post_association().status, 200U);
  const Answer over = to.post_contact();
  EXPECT_EQ(over.status, 429U);
  EXPECT_EQ(body_of(over), json::parse(R"({
    "status": "error", "message": "You have reached your ten_secondly_rolling limit.",
    "errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"})"));
  EXPECT_THAT(over.headers, Contains(Pair("X-HubSpot-RateLimit-Remaining", "0")));
  EXPECT_THAT(over.headers, Contains(Pair("X-HubSpot-RateLimit-Daily-Remaining", "1")));
  to.clock.now += std::chrono::seconds(10);
  EXPECT_EQ(to.post_order().status, 200U);
  const Answer daily = to.post_association();
  EXPECT_EQ(daily.status, 429U);
  EXPECT_EQ(body_of(daily), json::parse(R"({
    "status": "error", "message": "You have reached your daily limit.",
    "errorType": "RATE_LIMIT", "policyName": "DAILY"})"));
  EXPECT_EQ(to.journal.counts(Api::associations).applied, 1U);
  EXPECT_EQ(to.journal.submissions().back().status, 429U);
}

TEST(CrmGate, ASecondMayHaveALimitOfItsOwn) {
  Poster to({.per_10s = {}, .per_day = {}, .per_second = 1});
  EXPECT_EQ(to.post_contact().status, 200U);
  EXPECT_EQ(body_of(to.post_order()), json::parse(R"({
    "status": "error", "message": "You have reached your secondly limit.",
    "errorType": "RATE_LIMIT", "policyName": "SECONDLY"})"));
  to.clock.now += std::chrono::seconds(1);
  EXPECT_EQ(to.post_order().status, 200U);
}

TEST(CrmGate, NeedsATokenWithTheScopesOfTheCall) {
  Poster to;
  const auto statuses = [&](std::set<std::string, std::less<>> scopes) {
    to.access.scopes = std::move(scopes);
    return std::vector{to.post_contact().status, to.post_order().status,
                       to.post_association().status};
  };
  EXPECT_EQ(statuses({"crm.objects.contacts.write", "crm.objects.orders.write"}),
            (std::vector{200U, 200U, 200U}));
  EXPECT_EQ(statuses({"crm.objects.contacts.write"}), (std::vector{200U, 403U, 403U}));
  EXPECT_EQ(statuses({"crm.objects.orders.write"}), (std::vector{403U, 200U, 403U}));
  EXPECT_EQ(statuses({"crm.objects.orders.read"}), (std::vector{403U, 403U, 403U}));
  EXPECT_EQ(body_of(to.post_order()), json::parse(R"({
    "status": "error", "category": "MISSING_SCOPES",
    "message": "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
    "errors": [{"message": "One or more of the following scopes are required.",
                "context": {"requiredScopes": ["crm.objects.orders.write"]}}],
    "links": {"scopes": "https://developers.hubspot.com/scopes"}})"));
  to.access.token = "another";
  EXPECT_EQ(statuses({"crm.objects.orders.write"}), (std::vector{401U, 401U, 401U}));
  EXPECT_EQ(body_of(to.post_order()).at("category"), "INVALID_AUTHENTICATION");
}

TEST(CrmGate, FailsWhereItWasAskedToAndAppliesNothingThen) {
  Poster to({.per_10s = 3}, {423, 477});
  const Answer locked = to.post_contact();
  EXPECT_EQ(locked.status, 423U);
  EXPECT_FALSE(locked.applied);
  EXPECT_THAT(locked.headers, Contains(Pair("X-HubSpot-RateLimit-Remaining", "2")));
  const Answer migrated = to.post_order();
  EXPECT_EQ(migrated.status, 477U);
  EXPECT_THAT(migrated.headers, Contains(Pair("Retry-After", "1")));
  EXPECT_TRUE(to.contacts.all().empty());
  EXPECT_TRUE(to.orders.all().empty());
  EXPECT_EQ(to.journal.submissions().back().error, "The sandbox was asked to fail here");
  EXPECT_EQ(to.post_order().status, 200U);
}

TEST(CrmGate, TakesPostsOfJson) {
  Poster to;
  Request request = json_post(kOrders, "{}");
  request.method = "PUT";
  EXPECT_EQ(to.orders_api.upsert(request).status, 405U);
  request = json_post(kOrders, "{}");
  request.content_type = "text/plain";
  EXPECT_EQ(to.orders_api.upsert(request).status, 415U);
  EXPECT_EQ(to.associations_api.associate(request).status, 415U);
}

}  // namespace
}  // namespace ordertail::sandbox
