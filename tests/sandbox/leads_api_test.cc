#include "sandbox/leads_api.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "sandbox/stopped_clock.h"

namespace ordertail::sandbox {
namespace {

using nlohmann::json;
using testing::MatchesRegex;

constexpr std::string_view kFormType = "application/x-www-form-urlencoded";
constexpr std::string_view kQuery = "app=leaddirector&FormName=purchase_complete";

Request asked(std::string_view method, std::string_view query, std::string_view content_type,
              std::string_view body) {
  return {method, "/", query, content_type, "", body};
}

class LeadsApiTest : public testing::Test {
 protected:
  Answer post(std::string_view body, std::string_view query = kQuery) {
    return api.answer(asked("POST", query, kFormType, body));
  }
  /// The message of a refusal; "taken" when it was none.
  std::string refusal(std::string_view body, std::string_view query = kQuery) {
    const Answer answer = post(body, query);
    if (answer.status == 200) return "taken";
    return fmt::format("{} {}", answer.status,
                       json::parse(answer.json).at("message").get<std::string>());
  }
  const Submission& last() { return journal.submissions().back(); }

  StoppedClock clock;
  Journal journal;
  LeadsApi api{{}, clock, journal};
};

TEST_F(LeadsApiTest, TakesASubmissionAndAnswersWithItsGuid) {
  clock.now = std::chrono::hours(24);
  const Answer answer = post("Email=ann%40example.com&First+Name=Ann",
                             "x=1&app=leaddirector&FormName=Purchase+Complete%21");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_THAT(answer.json, MatchesRegex(R"(\{"guid":"[0-9a-f]{32}"\})"));
  EXPECT_EQ(last().number, 1U);
  EXPECT_EQ(last().form, "Purchase Complete!");
  EXPECT_EQ(last().fields, (Form{{"Email", "ann@example.com"}, {"First Name", "Ann"}}));
  EXPECT_EQ(last().guid, json::parse(answer.json).at("guid"));
  EXPECT_EQ(last().record, 1U);
  const Conversion& conversion = api.portal().leads().at(0).conversions.at(0);
  EXPECT_EQ(conversion.guid, last().guid);
  EXPECT_EQ(conversion.form, "Purchase Complete!");
  EXPECT_EQ(conversion.time, WallTime(std::chrono::hours(24)));
}

TEST_F(LeadsApiTest, EveryGuidIsAnother) {
  std::set<std::string> guids;
  LeadsApi another({}, clock, journal);
  for (int i = 0; i < 100; ++i) {
    guids.insert(post("UserToken=t").json);
    guids.insert(another.answer(asked("POST", kQuery, kFormType, "UserToken=t")).json);
  }
  EXPECT_EQ(guids.size(), 200U);
}

TEST_F(LeadsApiTest, NeedsAWayToFindTheLead) {
  const std::string needed = "400 One of UserToken, Email and IPAddress is needed";
  EXPECT_EQ(refusal(""), needed);
  EXPECT_EQ(refusal("FirstName=Ann&CloseDate=12/31/2023"), needed);
  EXPECT_EQ(refusal("UserToken=&Email=&IPAddress="), needed);
  EXPECT_EQ(refusal("usertoken=t"), "taken");
  EXPECT_EQ(refusal("email=ann@example.com"), "taken");
  EXPECT_EQ(refusal("IPADDRESS=192.0.2.7"), "taken");
}

TEST_F(LeadsApiTest, ACloseDateIsExactlyADayOfTheCalendar) {
  // The calendar, counted by hand rather than by the library that the rule uses.
  const auto days_in = [](int month, int year) {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 ? (leap ? 29 : 28)
                      : (month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31);
  };
  for (const int year : {1900, 2000, 2013, 2023, 2024}) {
    for (int month = 0; month <= 13; ++month) {
      for (int day = 0; day <= 32; ++day) {
        const bool exists = month >= 1 && month <= 12 && day >= 1 && day <= days_in(month, year);
        const std::string body =
            fmt::format("UserToken=t&CloseDate={:02}%2F{:02}%2F{}", month, day, year);
        ASSERT_EQ(post(body).status, exists ? 200U : 400U) << body;
      }
    }
  }
}

TEST_F(LeadsApiTest, ACloseDateWrittenOtherwiseIsRefusedByName) {
  EXPECT_EQ(refusal("UserToken=t&CloseDate=2023-12-31"),
            "400 Error in 'CloseDate'. '2023-12-31' is not a date written MM/DD/YYYY");
  for (const char* date : {"", "1/2/2023", "31/12/2023", "12/31/23", "12-31-2023", "12/31/2023 ",
                           "%2012/31/2023", "12/31/2023T00:00", "1704067200000", "12/3a/2023"}) {
    EXPECT_EQ(post(fmt::format("UserToken=t&closedate={}", date)).status, 400U) << date;
  }
}

TEST_F(LeadsApiTest, AnEmailLooksLikeOne) {
  EXPECT_EQ(refusal("Email=ann+example.com"),
            "400 Error in 'Email'. 'ann example.com' is not an e-mail address");
  for (const char* email :
       {"ann", "@example.com", "ann@", "ann@localhost", "a@b@example.com", "ann@.example.com",
        "ann@example.com.", "a%0an@example.com", "a@.", "ann@example.com+", "%7Fann@example.com"}) {
    EXPECT_EQ(post(fmt::format("UserToken=t&Email={}", email)).status, 400U) << email;
  }
  for (const char* email : {"a%2Bb@mail.example.com", "j%C3%BCrgen@example.com"}) {
    EXPECT_EQ(post(fmt::format("Email={}", email)).status, 200U) << email;
  }
}

TEST_F(LeadsApiTest, TheUrlNamesTheAppAndTheForm) {
  const std::string body = "UserToken=t";
  EXPECT_EQ(refusal(body, "app=leaddirector"), "400 The URL lacks FormName");
  EXPECT_EQ(refusal(body, "app=leaddirector&FormName="), "400 The URL lacks FormName");
  EXPECT_EQ(refusal(body, "FormName=f"), "400 Error in 'app'. '' is not leaddirector");
  EXPECT_EQ(refusal(body, "app=other&FormName=f"),
            "400 Error in 'app'. 'other' is not leaddirector");
  EXPECT_EQ(refusal(body, "app=leaddirector&FormName=100%"),
            "400 The query is not well-formed: a % lacks its two digits");
  EXPECT_EQ(refusal("UserToken=100%"), "400 The body is not well-formed: a % lacks its two digits");
}

TEST_F(LeadsApiTest, IsAddressedByAnyQueryWithAppOrFormName) {
  EXPECT_TRUE(LeadsApi::is_addressed_by(kQuery));
  EXPECT_TRUE(LeadsApi::is_addressed_by("x=1&FormName=f"));
  EXPECT_TRUE(LeadsApi::is_addressed_by("app=other"));
  EXPECT_FALSE(LeadsApi::is_addressed_by(""));
  EXPECT_FALSE(LeadsApi::is_addressed_by("snapp=1&MyFormName=f&q=app"));
}

TEST_F(LeadsApiTest, TakesPostOnly) {
  for (const char* method : {"GET", "PUT", "HEAD", "DELETE", "OPTIONS"}) {
    EXPECT_EQ(api.answer(asked(method, kQuery, kFormType, "UserToken=t")).status, 405U) << method;
  }
  EXPECT_TRUE(api.portal().leads().empty());
}

TEST_F(LeadsApiTest, TakesUrlencodedFormsOnly) {
  for (const char* type :
       {"", "application/json", "multipart/form-data; boundary=x", "text/plain"}) {
    EXPECT_EQ(api.answer(asked("POST", kQuery, type, "UserToken=t")).status, 415U) << type;
  }
  EXPECT_TRUE(last().fields.empty());
  for (const char* type :
       {"application/x-www-form-urlencoded; charset=UTF-8", "Application/X-WWW-Form-Urlencoded"}) {
    EXPECT_EQ(api.answer(asked("POST", kQuery, type, "UserToken=t")).status, 200U) << type;
  }
}

TEST_F(LeadsApiTest, ARefusalIsJsonInHubSpotsShape) {
  const json answer = json::parse(post("Email=%ff%00%22%3C").json);
  EXPECT_EQ(answer.at("status"), "error");
  EXPECT_EQ(answer.at("message"), R"(Error in 'Email'. '\xff\x00"<' is not an e-mail address)");
  EXPECT_EQ(answer.at("errorType"), "INVALID_REQUEST");
  EXPECT_THAT(answer.at("correlationId").get<std::string>(),
              MatchesRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"));
}

TEST(LeadsApiLimits, AboveTheRateItAnswers429AndDoesNothing) {
  StoppedClock clock;
  Journal journal;
  LeadsApi api({.requests_per_10s = 2, .hapikey = {}}, clock, journal);
  const auto post = [&] { return api.answer(asked("POST", kQuery, kFormType, "UserToken=t")); };
  EXPECT_EQ(post().status, 200U);
  EXPECT_EQ(post().status, 200U);
  const Answer refused = post();
  EXPECT_EQ(refused.status, 429U);
  json answer = json::parse(refused.json);
  answer.erase("correlationId");
  EXPECT_EQ(answer, json::parse(R"({
    "status": "error", "message": "You have reached your ten_secondly_rolling limit.",
    "errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"})"));
  EXPECT_EQ(api.portal().leads().at(0).conversions.size(), 2U);
  EXPECT_EQ(journal.submissions().back().status, 429U);
  EXPECT_EQ(journal.submissions().back().fields, (Form{{"UserToken", "t"}}));
  clock.now += std::chrono::seconds(10);
  EXPECT_EQ(post().status, 200U);
}

TEST(LeadsApiLimits, WithAKeyItTakesThoseThatCarryItAndKeepsItNowhere) {
  const SystemClock clock;
  Journal journal;
  LeadsApi api({.requests_per_10s = {}, .hapikey = "s3cret"}, clock, journal);
  const auto status = [&](const std::string& more_body, const std::string& more_query) {
    const std::string body = "UserToken=t" + more_body;
    const std::string query = std::string(kQuery) + more_query;
    return api.answer(asked("POST", query, kFormType, body)).status;
  };
  EXPECT_EQ(status("", ""), 401U);
  EXPECT_EQ(status("&hapikey=", "&hapikey=other"), 401U);
  EXPECT_EQ(status("&hapikey=s3cret", ""), 200U);
  EXPECT_EQ(status("", "&HAPIKEY=s3cret"), 200U);
  EXPECT_EQ(status("&CloseDate=&HapiKey=s3cret", ""), 400U);
  for (const Submission& submission : journal.submissions()) {
    EXPECT_EQ(find_field(submission.fields, "hapikey"), nullptr) << submission.number;
  }
  EXPECT_EQ(api.portal().leads().at(0).fields.size(), 1U);
}

}  // namespace
}  // namespace ordertail::sandbox
