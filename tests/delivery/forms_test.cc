// The forms sink: what it writes, what it makes of every kind of reply, and what it never sends.
#include "delivery/forms.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "delivery/one_event.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;
using enum Verdict;
using enum Next;

constexpr char kUrl[] =
    "https://api.hsforms.com/submissions/v3/integration/secure/submit/62515/"
    "6f2ccdfe-4892-4ffa-8593-940b12c11aa1";
constexpr char kToken[] = "pat-na1-00000000-aaaa-4bbb-8ccc-dddddddddddd";
const WallTime kNow(std::chrono::seconds(1'704'067'140));  // 2023-12-31T23:59:00Z

FormsSettings settings(Kind kind = Kind::purchase) {
  FormsSettings settings;
  settings.properties = usual_properties(kind);
  return settings;
}

Event purchase() {
  Event event;
  event.kind = Kind::purchase;
  event.order_number = "1001";
  event.email = "ann@example.com";
  event.utk = "60c2ccdfe4892f0fa0593940b12c11aa";
  event.ip = "192.0.2.7";
  event.occurred_at = Instant(1'704'067'140s);
  event.close_date = Day{2023, 12, 31};
  event.total_revenue = Money{1'423'100};
  event.currency = "USD";
  event.skus = {"A-1", "B-2"};
  return event;
}

std::string field(const std::string& name, const std::string& value) {
  return R"({"objectTypeId":"0-1","name":")" + name + R"(","value":")" + value + "\"}";
}

TEST(Forms, RendersEveryFieldInItsPlace) {
  Event event = purchase();
  event.first_name = "Ann";
  event.last_name = "Lee \"Al\"";
  event.phone = "+1 555 0100";
  event.address = "1 Main St";
  event.city = "K\xC3\xB6ln";
  event.state = "NW";
  event.zip = "50667";
  event.country = "DE";
  event.extra = {{"coupon", "10% off"}, {"empty", ""}, {"affiliate id", "7"}, {"till", "3"}};
  FormsSettings all = settings();
  all.properties["total_revenue"] = "last_order_total";
  all.extra_properties = {{"affiliate id", "affiliate"}, {"till", ""}};
  all.page_uri = "https://shop.example.com/checkout/success";
  all.page_name = "Thank you";
  const HttpRequest request = rendered(FormsSink(kUrl, kToken, all), event);
  EXPECT_EQ(request.url, kUrl);
  EXPECT_EQ(request.content_type, "application/json");
  EXPECT_EQ(request.authorization, "Bearer pat-na1-00000000-aaaa-4bbb-8ccc-dddddddddddd");
  EXPECT_EQ(
      request.body,
      R"({"fields":[)" + field("email", "ann@example.com") + "," + field("firstname", "Ann") + "," +
          field("lastname", R"(Lee \"Al\")") + "," + field("phone", "+1 555 0100") + "," +
          field("address", "1 Main St") + "," + field("city", "K\xC3\xB6ln") + "," +
          field("state", "NW") + "," + field("zip", "50667") + "," + field("country", "DE") + "," +
          field("order_number", "1001") + "," + field("last_order_total", "142.31") + "," +
          field("currency", "USD") + "," + field("skus", "A-1,B-2") + "," +
          field("closedate", "1704067140000") + "," + field("coupon", "10% off") + "," +
          field("affiliate", "7") +
          R"(],"submittedAt":"1704067140000",)"
          R"("context":{"hutk":"60c2ccdfe4892f0fa0593940b12c11aa","ipAddress":"192.0.2.7",)"
          R"("pageUri":"https://shop.example.com/checkout/success","pageName":"Thank you"}})");
}

TEST(Forms, LeavesOutWhatIsNotThere) {
  Event event;
  event.email = "ann@example.com";
  const HttpRequest request = rendered(FormsSink(kUrl, "", settings(Kind::registration)), event);
  EXPECT_EQ(request.body, R"({"fields":[)" + field("email", "ann@example.com") + "]}");
  EXPECT_EQ(request.authorization, "");
}

TEST(Forms, ARegistrationHasNeitherCloseDateNorRevenue) {
  Event event = purchase();
  event.kind = Kind::registration;
  EXPECT_EQ(
      forms_body(event, settings(Kind::registration)),
      R"({"fields":[)" + field("email", "ann@example.com") + "," + field("order_number", "1001") +
          "," + field("currency", "USD") + "," + field("skus", "A-1,B-2") +
          R"(],"submittedAt":"1704067140000",)"
          R"("context":{"hutk":"60c2ccdfe4892f0fa0593940b12c11aa","ipAddress":"192.0.2.7"}})");
}

TEST(Forms, LeavesOutWhatTheJobDoesNotWant) {
  FormsSettings fewer;
  for (const auto& [name, property] : usual_properties(Kind::purchase)) fewer.properties[name] = "";
  Event event = purchase();
  event.utk = event.ip = "";
  EXPECT_EQ(forms_body(event, fewer), R"({"fields":[)" + field("email", "ann@example.com") +
                                          R"(],"submittedAt":"1704067140000"})");
}

TEST(Forms, SaysOnWhichGroundTheDataIsProcessed) {
  Event event;
  event.email = "ann@example.com";
  const std::string fields = R"({"fields":[)" + field("email", "ann@example.com") + "],";
  FormsSettings legal = settings();
  legal.legal_ground = Consent{"I agree.", {}};
  EXPECT_EQ(
      forms_body(event, legal),
      fields + R"("legalConsentOptions":{"consent":{"consentToProcess":true,"text":"I agree."}}})");
  legal.legal_ground = Consent{"I agree.", {{999, "News, please."}}};
  EXPECT_EQ(forms_body(event, legal),
            fields +
                R"("legalConsentOptions":{"consent":{"consentToProcess":true,"text":"I agree.",)"
                R"("communications":[{"value":true,"subscriptionTypeId":999,)"
                R"("text":"News, please."}]}}})");
  legal.legal_ground = LegitimateInterest{999, "CUSTOMER", "You bought something."};
  EXPECT_EQ(forms_body(event, legal),
            fields + R"("legalConsentOptions":{"legitimateInterest":{"value":true,)"
                     R"("subscriptionTypeId":999,"legalBasis":"CUSTOMER",)"
                     R"("text":"You bought something."}}})");
}

TEST(Forms, TheCloseDateIsATimeToHubSpotAndADayInAPropertyOfOnesOwn) {
  const auto close_date = [](const Event& event, const std::string& property) {
    FormsSettings only;
    only.properties["close_date"] = property;
    const std::string body = forms_body(event, only);
    const std::size_t begin = body.find(R"(,{"objectTypeId")") + 1;
    return body.substr(begin, body.find(']') - begin);
  };
  Event event = purchase();
  EXPECT_EQ(close_date(event, "closedate"), field("closedate", "1704067140000"));
  EXPECT_EQ(close_date(event, "last_sale"), field("last_sale", "2023-12-31"));
  event.occurred_at.reset();
  EXPECT_EQ(close_date(event, "closedate"), field("closedate", "1703980800000"));
}

TEST(Forms, RenderedAgainItIsTheSame) {
  const FormsSink sink(kUrl, kToken, settings());
  EXPECT_EQ(rendered(sink, purchase()).body, rendered(sink, purchase()).body);
  EXPECT_EQ(rendered(sink, purchase()).body,
            rendered(FormsSink(kUrl, "", settings()), purchase()).body);
}

TEST(Forms, KnowsWhatAPropertyMayBe) {
  for (const char* name : {"total_revenue", "num_conversion_events", "createdate",
                           "hs_analytics_source", "hs_calculated_phone_number"}) {
    EXPECT_TRUE(is_read_only(name)) << name;
  }
  for (const char* name : {"email", "closedate", "last_order_total", "hs_lead_status", ""}) {
    EXPECT_FALSE(is_read_only(name)) << name;
  }
  for (const char* name : {"a", "order_2"}) EXPECT_TRUE(is_property_name(name)) << name;
  for (const char* name : {"", "2nd", "_a", "Order", "order number", "gr\xC3\xB6\xC3\x9F"}) {
    EXPECT_FALSE(is_property_name(name)) << name;
  }
}

TEST(Forms, WhatIsOlderThan28DaysIsRefusedUnsent) {
  const FormsSink sink(kUrl, "", settings());
  Event event = purchase();
  event.occurred_at = Instant(1'704'067'140s) - 28 * 24h;
  EXPECT_FALSE(sink.refuse(event, kNow));
  const auto refusal = sink.refuse(event, kNow + 1ms);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->verdict, rejected);
  EXPECT_EQ(refusal->reason, "too_old_for_forms");
  EXPECT_EQ(refusal->message,
            "it is of 2023-12-03, more than 28 days ago, and HubSpot's forms take nothing that is "
            "more than a month old; bring history in by another way, such as an import in HubSpot");
  event.occurred_at.reset();
  EXPECT_FALSE(sink.refuse(event, kNow));
}

struct Reply {
  int status;
  std::string body;
  std::string type = "application/json";
};

OneJudgement judged(const Reply& reply, Transfer transfer = Transfer::complete) {
  HttpReply http;
  http.transfer = transfer;
  http.status = reply.status;
  http.content_type = reply.type;
  http.body = reply.body;
  http.error = "127.0.0.1:9 closed the connection without a reply";
  return judged(FormsSink(kUrl, kToken, settings()), http, kNow);
}

TEST(Forms, IsAcceptedByWhatAVisitorWouldBeShown) {
  for (const Reply& reply :
       {Reply{200, R"({"inlineMessage":"Thanks for submitting the form."})"},
        Reply{200, R"({"redirectUri":"https://shop.example.com/thanks","inlineMessage":null})"},
        Reply{200, " {\"inlineMessage\":\"\"}\r\n", "Application/JSON ; charset=utf-8"}}) {
    const OneJudgement judgement = judged(reply);
    EXPECT_EQ(judgement.verdict, accepted) << reply.body;
    EXPECT_EQ(judgement.next, go_on);
    EXPECT_EQ(judgement.reason, "");
  }
}

struct Unclear {
  Reply reply;
  std::string but;
};

TEST(Forms, AnyOther2xxIsInDoubt) {
  const std::string kept = R"({"inlineMessage":"Thanks"})";
  const std::string without = "without the message that a form shows to its visitor";
  const Unclear rows[] = {
      {{200, ""}, without},
      {{200, "{}"}, without},
      {{200, R"(["inlineMessage"])"}, without},
      {{200, R"("inlineMessage")"}, without},
      {{200, R"({"inlineMessage":7})"}, without},
      {{200, R"({"inlineMessage":"Tha)"}, without},
      {{200, kept + kept}, without},
      {{200, R"({"results":[{"inlineMessage":"Thanks"}]})"}, without},
      {{201, kept}, without},
      {{204, ""}, without},
      {{200, kept, "text/plain"}, "without JSON"},
      {{200, kept, ""}, "without JSON"},
      {{200, "<ok/>", "application/xml"}, "with markup in place of JSON"},
      {{200, R"({"status":"error","inlineMessage":"Thanks"})"}, "to report an error"},
  };
  for (const Unclear& row : rows) {
    const OneJudgement judgement = judged(row.reply);
    EXPECT_EQ(judgement.verdict, in_doubt) << row.reply.body;
    EXPECT_EQ(judgement.next, go_on);
    EXPECT_EQ(judgement.reason, "unreadable_ack");
    EXPECT_EQ(judgement.message, "the server answered with status " +
                                     std::to_string(row.reply.status) + ", but " + row.but);
  }
}

TEST(Forms, AWebPageEndsTheRun) {
  const OneJudgement judgement = judged({200, "<!doctype html><p>Sign in", "text/html"});
  EXPECT_EQ(judgement.verdict, in_doubt);
  EXPECT_EQ(judgement.next, stop);
  EXPECT_EQ(judgement.exit, ExitCode::stopped_early);
  EXPECT_EQ(judgement.message,
            "the endpoint answered with a web page (status 200), as HubSpot never does; check its "
            "url in the job, and the network");
}

std::string errors(const std::string& list) {
  return R"({"status":"error","message":"The request is not valid",)"
         R"("correlationId":"0c21d2b1-0000-4000-8000-000000000000","errors":[)" +
         list + "]}";
}
std::string error(const std::string& type, const std::string& message) {
  return R"({"message":")" + message + R"(","errorType":")" + type + "\"}";
}

TEST(Forms, AFaultOfTheEventRejectsIt) {
  const std::pair<std::string, std::string> rows[] = {
      {"MAX_NUMBER_OF_SUBMITTED_VALUES_EXCEEDED", "max_number_of_submitted_values_exceeded"},
      {"INVALID_EMAIL", "invalid_email"},
      {"BLOCKED_EMAIL", "blocked_email"},
      {"REQUIRED_FIELD", "required_field"},
      {"INVALID_NUMBER", "invalid_number"},
      {"INPUT_TOO_LARGE", "input_too_large"},
      {"NUMBER_OUT_OF_RANGE", "number_out_of_range"},
      {"VALUE_NOT_IN_FIELD_DEFINITION", "value_not_in_field_definition"},
      {"INVALID_METADATA", "invalid_metadata"},
      {"INVALID_GOTOWEBINAR_WEBINAR_KEY", "invalid_gotowebinar_webinar_key"},
      {"INVALID_HUTK", "invalid_hutk"},
      {"INVALID_IP_ADDRESS", "invalid_ip_address"},
      {"AN_ERROR_OF_TOMORROW", "http_400"},
  };
  for (const auto& [type, reason] : rows) {
    const OneJudgement judgement = judged({400, errors(error(type, "Error in 'x'. 'y' is wrong"))});
    EXPECT_EQ(judgement.verdict, rejected) << type;
    EXPECT_EQ(judgement.next, go_on);
    EXPECT_EQ(judgement.exit, ExitCode::ok);
    EXPECT_EQ(judgement.reason, reason);
    EXPECT_EQ(judgement.message,
              "the form refused the event: " + type + ": Error in 'x'. 'y' is wrong");
  }
}

TEST(Forms, AFaultOfTheFormEndsTheRunWithNothingApplied) {
  const std::string legal = "correct consent or legitimate_interest of the endpoint in the job";
  const std::pair<std::string, std::string> rows[] = {
      {"INVALID_PAGE_URI", "correct page_uri of the endpoint in the job"},
      {"FIELD_NOT_IN_FORM_DEFINITION",
       "add the field to the form in HubSpot, or leave it out by \"\" in the endpoint's "
       "properties"},
      {"FORM_HAS_RECAPTCHA_ENABLED", "switch off the form's captcha in HubSpot"},
      {"INVALID_LEGAL_OPTION_FORMAT", legal},
      {"MISSING_PROCESSING_CONSENT", legal},
      {"MISSING_PROCESSING_CONSENT_TEXT", legal},
      {"MISSING_COMMUNICATION_CONSENT_TEXT", legal},
      {"MISSING_LEGITIMATE_INTEREST_TEXT", legal},
      {"DUPLICATE_SUBSCRIPTION_TYPE_ID", legal},
  };
  for (const auto& [type, advice] : rows) {
    // Beside a fault of the event it is still the form's.
    const OneJudgement judgement =
        judged({400, errors(error("INVALID_EMAIL", "") + "," + error(type, "No."))});
    EXPECT_EQ(judgement.verdict, not_applied) << type;
    EXPECT_EQ(judgement.next, stop);
    EXPECT_EQ(judgement.exit, ExitCode::usage);
    std::string reason = type;
    for (char& c : reason) c = c == '_' ? c : static_cast<char>(c - 'A' + 'a');
    EXPECT_EQ(judgement.reason, reason);
    EXPECT_EQ(judgement.message, "the form does not take what the job sends: INVALID_EMAIL; " +
                                     type + ": No; " + advice);
  }
}

TEST(Forms, ASensitivePropertyWantsASecureForm) {
  const OneJudgement judgement = judged(
      {400, R"({"status":"error","message":"Submitting on sensitive properties is only supported )"
            R"(on authenticated endpoint. Please use submissions/v3/integration/secure/submit )"
            R"(endpoint.","correlationId":"0c21d2b1-0000-4000-8000-000000000000"})"});
  EXPECT_EQ(judgement.verdict, not_applied);
  EXPECT_EQ(judgement.next, stop);
  EXPECT_EQ(judgement.exit, ExitCode::usage);
  EXPECT_EQ(judgement.reason, "sensitive_property");
  EXPECT_EQ(judgement.message,
            "the form does not take what the job sends: Submitting on sensitive properties is only "
            "supported on authenticated endpoint. Please use "
            "submissions/v3/integration/secure/submit endpoint; write secure = true below the "
            "endpoint in the job");
}

TEST(Forms, ARefusalWithoutErrorsIsJudgedAsAnyOther) {
  for (const char* body : {"", "[]", "{}", R"({"errors":7})", R"({"errors":[]})",
                           R"({"errors":[7,{},{"errorType":7}]})"}) {
    const OneJudgement judgement = judged({400, body});
    EXPECT_EQ(judgement.verdict, rejected) << body;
    EXPECT_EQ(judgement.reason, "http_400");
    EXPECT_TRUE(judgement.message.starts_with("the server refused the event with status 400"));
  }
  EXPECT_EQ(judged({400, R"({"errors":[{"message":"Something is wrong."}]})"}).message,
            "the form refused the event: Something is wrong");
}

TEST(Forms, ShowsNeitherTheTokenNorAnAddress) {
  const std::string said = std::string("Error: 'ann@example.com' by ") + kToken + "\x01";
  EXPECT_EQ(judged({400, errors(R"({"errorType":"INVALID_EMAIL","message":"'ann@example.com' by )" +
                                std::string(kToken) + R"(\u0007"})")})
                .message,
            "the form refused the event: INVALID_EMAIL: '***@example.com' by ***\\x07");
  for (const int status : {401, 403, 429, 500}) {
    EXPECT_TRUE(judged({status, said}).message.ends_with("Error: '***@example.com' by ***\\x01"))
        << judged({status, said}).message;
  }
}

struct Shared {
  int status;
  Verdict verdict;
  Next next;
  ExitCode exit;
};

TEST(Forms, OtherRepliesAreJudgedAsByEveryBlindSink) {
  constexpr Shared kRows[] = {{302, not_applied, stop, ExitCode::usage},
                              {401, not_applied, stop, ExitCode::credentials},
                              {403, not_applied, stop, ExitCode::credentials},
                              {404, not_applied, stop, ExitCode::usage},
                              {408, in_doubt, go_on, ExitCode::ok},
                              {413, rejected, go_on, ExitCode::ok},
                              {423, not_applied, Next::wait, ExitCode::ok},
                              {429, not_applied, Next::wait, ExitCode::ok},
                              {500, in_doubt, go_on, ExitCode::ok},
                              {502, in_doubt, go_on, ExitCode::ok}};
  for (const Shared& row : kRows) {
    // Whatever the body says: what counts is the status.
    for (const std::string& body : {std::string(), std::string(R"({"inlineMessage":"Thanks"})")}) {
      const OneJudgement judgement = judged({row.status, body});
      EXPECT_EQ(judgement.verdict, row.verdict) << row.status;
      EXPECT_EQ(judgement.next, row.next) << row.status;
      EXPECT_EQ(judgement.exit, row.exit) << row.status;
    }
  }
}

TEST(Forms, AReplyThatBrokeOffIsInDoubtWhateverItHolds) {
  for (const int status : {0, 200, 400, 401, 429}) {
    const OneJudgement judgement =
        judged({status, R"({"inlineMessage":"Thanks"})"}, Transfer::broken);
    EXPECT_EQ(judgement.verdict, in_doubt) << status;
    EXPECT_EQ(judgement.next, go_on);
    EXPECT_EQ(judgement.reason, "connection_lost");
  }
  EXPECT_EQ(judged({0, ""}, Transfer::not_sent).verdict, not_applied);
}

TEST(Forms, CarryTheEventsIdWhereTheJobNamesAField) {
  Event event = purchase();
  event.id = content_hash("an event");
  FormsSettings with = settings();
  with.event_id_field = "ordertail_event_id";
  const std::string id = to_hex(event.id.view());
  EXPECT_EQ(id.size(), 32U);
  EXPECT_NE(rendered(FormsSink(kUrl, kToken, with), event)
                .body.find("," + field("ordertail_event_id", id) + "],"),
            std::string::npos);
  EXPECT_EQ(rendered(FormsSink(kUrl, kToken, settings()), event).body.find(id), std::string::npos);
}

}  // namespace
}  // namespace ordertail
