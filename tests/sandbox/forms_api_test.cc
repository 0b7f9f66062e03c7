#include "sandbox/forms_api.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sandbox/stopped_clock.h"

namespace ordertail::sandbox {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::MatchesRegex;
using testing::Pair;

constexpr std::string_view kOpen =
    "/submissions/v3/integration/submit/62515/4f8ac2f6-0000-4000-8000-0123456789AB";
constexpr std::string_view kSecure =
    "/submissions/v3/integration/secure/submit/62515/4f8ac2f6-0000-4000-8000-0123456789ab";
constexpr std::string_view kBody = R"({"fields":[{"name":"email","value":"ann@example.com"}]})";
constexpr std::string_view kDashed = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

class FormsApiTest : public testing::Test {
 protected:
  Answer post(std::string_view path, std::string_view body = kBody,
              std::string_view authorization = "") {
    return api.answer({"POST", path, "", "application/json", authorization, body});
  }
  const Submission& last() { return journal.submissions().back(); }

  StoppedClock clock;
  FormsLimits limits;
  Access access{.token = "pat-na1-s3cret"};
  Properties properties{contact_properties(), {}};
  Contacts contacts;
  Journal journal;
  FormsApi api{limits, access, properties, clock, contacts, journal};
};

/// The answer without its correlation id, which is checked.
json body_of(const Answer& answer) {
  json body = json::parse(answer.json);
  EXPECT_THAT(body.at("correlationId").get<std::string>(), MatchesRegex(std::string(kDashed)));
  body.erase("correlationId");
  return body;
}

TEST_F(FormsApiTest, TakesASubmission) {
  clock.now = std::chrono::hours(24);
  const Answer answer = post(
      kOpen, R"({"fields":[{"name":"email","value":"Ann@example.com"}],"submittedAt":"86300000",)"
             R"("context":{"hutk":"60c2ccdfe4892f0fa0593940b12c11aa"}})");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.json, R"({"inlineMessage":"Thanks for submitting the form."})");
  EXPECT_TRUE(answer.applied);
  EXPECT_EQ(last().api, Api::forms);
  EXPECT_EQ(last().status, 200U);
  EXPECT_EQ(last().form, "4f8ac2f6-0000-4000-8000-0123456789ab");
  EXPECT_EQ(last().record, 1U);
  EXPECT_EQ(last().submitted_at, WallTime(std::chrono::milliseconds(86'300'000)));
  EXPECT_THAT(last().guid, MatchesRegex(std::string(kDashed)));

  const Contact& contact = contacts.all().at(0);
  EXPECT_THAT(contact.properties, ElementsAre(Pair("email", "ann@example.com")));
  EXPECT_THAT(contact.tokens, ElementsAre("60c2ccdfe4892f0fa0593940b12c11aa"));
  EXPECT_EQ(contact.conversions.at(0).guid, last().guid);
  EXPECT_EQ(contact.conversions.at(0).submitted_at, last().submitted_at);
  EXPECT_EQ(contact.created, WallTime(std::chrono::hours(24)));
}

TEST_F(FormsApiTest, RefusesInHubSpotsWords) {
  const Answer answer = post(kOpen, R"({"fields":[{"name":"email","value":"ann@example.com"}],)"
                                    R"("context":{"hutk":"37184"}})");
  EXPECT_EQ(answer.status, 400U);
  EXPECT_FALSE(answer.applied);
  EXPECT_EQ(body_of(answer), json::parse(R"({
    "status": "error", "message": "The request is not valid",
    "errors": [{"message": "Error in 'context.hutk'. '37184' is not a valid Hutk",
                "errorType": "INVALID_HUTK"}]})"));
  EXPECT_EQ(last().status, 400U);
  EXPECT_EQ(last().error, "Error in 'context.hutk'. '37184' is not a valid Hutk");
  EXPECT_EQ(last().fields, (Form{{"email", "ann@example.com"}}));
  EXPECT_EQ(last().record, 0U);
  EXPECT_TRUE(contacts.all().empty());
}

TEST_F(FormsApiTest, RefusesWhatItCannotRead) {
  const Answer answer = post(kOpen, R"({"fields":[{"name":"email"}]})");
  EXPECT_EQ(answer.status, 400U);
  EXPECT_EQ(body_of(answer), json::parse(R"({
    "status": "error",
    "message": "Invalid input JSON: a field lacks its 'value', a string"})"));
  const Answer garbled = post(kOpen, "{\"fields\":\"\xff\"}");
  EXPECT_EQ(garbled.status, 400U);
  EXPECT_TRUE(json::accept(garbled.json));
}

TEST_F(FormsApiTest, TheSecureEndpointNeedsTheToken) {
  const Answer stranger = post(kSecure);
  EXPECT_EQ(stranger.status, 401U);
  EXPECT_EQ(body_of(stranger), json::parse(R"({
    "status": "error", "message": "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
    "category": "INVALID_AUTHENTICATION"})"));
  for (const char* bad : {"Bearer", "Bearer ", "Bearer other", "Basic pat-na1-s3cret",
                          "pat-na1-s3cret", "Bearer  pat-na1-s3cret", "Bearer pat-na1-s3cret "}) {
    EXPECT_EQ(post(kSecure, kBody, bad).status, 401U) << bad;
  }
  EXPECT_TRUE(contacts.all().empty());
  EXPECT_EQ(post(kSecure, kBody, "Bearer pat-na1-s3cret").status, 200U);
  EXPECT_EQ(post(kSecure, kBody, "bearer pat-na1-s3cret").status, 200U);
  EXPECT_EQ(post(kOpen).status, 200U) << "the open one needs none";
}

TEST_F(FormsApiTest, TheTokenNeedsTheScope) {
  access.scopes = {"crm.objects.contacts.write"};
  const Answer answer = post(kSecure, kBody, "Bearer pat-na1-s3cret");
  EXPECT_EQ(answer.status, 403U);
  EXPECT_EQ(body_of(answer), json::parse(R"({
    "status": "error",
    "message": "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
    "errors": [{"message": "One or more of the following scopes are required.",
                "context": {"requiredScopes": ["forms"]}}],
    "links": {"scopes": "https://developers.hubspot.com/scopes"},
    "category": "MISSING_SCOPES"})"));
}

TEST_F(FormsApiTest, WithoutAKnownTokenAnyWillDo) {
  access.token.reset();
  EXPECT_EQ(post(kSecure).status, 401U);
  EXPECT_EQ(post(kSecure, kBody, "Bearer whatever").status, 200U);
}

TEST_F(FormsApiTest, TheUrlNamesThePortalAndTheForm) {
  const std::string start = "/submissions/v3/integration/submit/";
  for (const char* bad :
       {"", "62515", "62515/", "/4f8ac2f6-0000-4000-8000-0123456789ab",
        "x/4f8ac2f6-0000-4000-8000-0123456789ab", "62515/4f8ac2f6",
        "62515/4f8ac2f6-0000-4000-8000-0123456789ab/", "62515/4f8ac2f6-0000-4000-8000-0123456789ag",
        "62515/4f8ac2f60000-40008000-0123-456789ab0"}) {
    const std::string path = start + bad;
    EXPECT_TRUE(FormsApi::is_addressed_by(path));
    EXPECT_EQ(post(path).status, 404U) << path;
  }
  EXPECT_FALSE(FormsApi::is_addressed_by("/submissions/v3/integration/submit"));
  EXPECT_FALSE(FormsApi::is_addressed_by("/x/submissions/v3/integration/submit/1/2"));
}

TEST_F(FormsApiTest, TakesJsonByPostOnly) {
  const Answer got = api.answer({"GET", kOpen, "", "application/json", "", kBody});
  EXPECT_EQ(got.status, 405U);
  EXPECT_THAT(got.headers, ElementsAre(Pair("Allow", "POST")));
  for (const char* type :
       {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"}) {
    EXPECT_EQ(api.answer({"POST", kOpen, "", type, "", kBody}).status, 415U) << type;
  }
  EXPECT_EQ(api.answer({"POST", kOpen, "", "Application/JSON; charset=utf-8", "", kBody}).status,
            200U);
}

TEST_F(FormsApiTest, DropsInSilenceWhatIsAboveAThousandSubmissionsOfAContact) {
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(post(kOpen).applied);
  const Answer answer = post(kOpen);
  EXPECT_EQ(answer.status, 200U);
  EXPECT_FALSE(answer.applied);
  EXPECT_EQ(last().status, 200U);
  EXPECT_EQ(last().record, 0U);
  EXPECT_EQ(journal.counts(Api::forms).received, 1'001U);
  EXPECT_EQ(journal.counts(Api::forms).applied, 1'000U);
}

TEST(FormsApiLimits, EachEndpointHasItsOwnAndAnswers429) {
  StoppedClock clock;
  const Access access;
  const Properties properties(contact_properties(), {});
  Contacts contacts;
  Journal journal;
  FormsApi api({.open_per_10s = 50, .secure_per_10s = 100}, access, properties, clock, contacts,
               journal);
  const auto post = [&](std::string_view path) {
    return api.answer({"POST", path, "", "application/json", "Bearer t", kBody});
  };
  for (int i = 0; i < 50; ++i) ASSERT_EQ(post(kOpen).status, 200U);
  const Answer refused = post(kOpen);
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(body_of(refused), json::parse(R"({
    "status": "error", "message": "You have reached your ten_secondly_rolling limit.",
    "errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"})"));
  EXPECT_EQ(journal.submissions().back().status, 429U);
  EXPECT_EQ(journal.submissions().back().fields, (Form{{"email", "ann@example.com"}}));
  for (int i = 0; i < 100; ++i) ASSERT_EQ(post(kSecure).status, 200U);
  EXPECT_EQ(post(kSecure).status, 429U);
  EXPECT_EQ(contacts.all().at(0).conversions.size(), 150U);
  clock.now += std::chrono::seconds(10);
  EXPECT_EQ(post(kOpen).status, 200U);
}

}  // namespace
}  // namespace ordertail::sandbox
