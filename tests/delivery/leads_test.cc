// The leads sink: what it writes, and what it makes of every kind of reply.
#include "delivery/leads.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "delivery/one_event.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr char kUrl[] =
    "http://demo.app11.hubspot.com/?app=leaddirector&FormName=purchase_complete";
constexpr char kKey[] = "00000000-aaaa-4bbb-8ccc-dddddddddddd";
constexpr char kGuid[] = "6f2ccdfe4892f0fa0593940b12c11aa1";
const WallTime kNow(seconds(1'704'067'140));  // 2023-12-31T23:59:00Z

Event purchase() {
  Event event;
  event.kind = Kind::purchase;
  event.order_number = "1001";
  event.email = "ann@example.com";
  event.first_name = "Ann";
  event.utk = "60c2ccdfe4892f0fa0593940b12c11aa";
  event.ip = "192.0.2.7";
  event.close_date = Day{2023, 12, 31};
  event.total_revenue = Money{1'423'100};
  event.currency = "USD";
  event.skus = {"A-1", "B-2"};
  return event;
}

TEST(Leads, RendersTheExampleOfItsHeader) {
  const HttpRequest request = rendered(LeadsSink(kUrl, ""), purchase());
  EXPECT_EQ(request.url, kUrl);
  EXPECT_EQ(request.content_type, "application/x-www-form-urlencoded");
  EXPECT_EQ(request.authorization, "");
  EXPECT_EQ(request.body,
            "FirstName=Ann&Email=ann%40example.com&IPAddress=192.0.2.7"
            "&UserToken=60c2ccdfe4892f0fa0593940b12c11aa&CloseDate=12%2F31%2F2023"
            "&order_number=1001&total_revenue=142.31&currency=USD&skus=A-1%2CB-2");
}

TEST(Leads, RendersEveryFieldInItsPlace) {
  Event event = purchase();
  event.last_name = "Lee";
  event.phone = "+1 555 0100";
  event.address = "1 Main St";
  event.city = "K\xC3\xB6ln";
  event.state = "NW";
  event.zip = "50667";
  event.country = "DE";
  event.extra = {{"coupon", "10% off"}, {"empty", ""}, {"affiliate id", "7"}};
  EXPECT_EQ(rendered(LeadsSink(kUrl, kKey), event).body,
            "FirstName=Ann&LastName=Lee&Email=ann%40example.com&Phone=%2B1+555+0100"
            "&Address=1+Main+St&City=K%C3%B6ln&State=NW&ZipCode=50667&Country=DE"
            "&IPAddress=192.0.2.7&UserToken=60c2ccdfe4892f0fa0593940b12c11aa"
            "&CloseDate=12%2F31%2F2023&order_number=1001&total_revenue=142.31&currency=USD"
            "&skus=A-1%2CB-2&coupon=10%25+off&affiliate+id=7"
            "&hapikey=00000000-aaaa-4bbb-8ccc-dddddddddddd");
}

TEST(Leads, ARegistrationHasNoCloseDate) {
  Event event = purchase();
  event.kind = Kind::registration;
  EXPECT_EQ(rendered(LeadsSink(kUrl, ""), event).body.find("CloseDate"), std::string::npos);
}

TEST(Leads, KnowsAGuidThatStandsByItself) {
  for (const char* text : {"6f2ccdfe4892f0fa0593940b12c11aa1", "6F2CCDFE4892F0FA0593940B12C11AA1",
                           "{\"guid\":\"6f2ccdfe-4892-f0fa-0593-940b12c11aa1\"}",
                           "<guid>6f2ccdfe4892f0fa0593940b12c11aa1</guid>",
                           "ok 6f2ccdfe4892f0fa0593940b12c11aa1\r\n"}) {
    EXPECT_TRUE(names_guid(text)) << text;
  }
  for (const char* text :
       {"", "ok", "6f2ccdfe4892f0fa0593940b12c11aa", "6f2ccdfe4892f0fa0593940b12c11aa11",
        "x6f2ccdfe4892f0fa0593940b12c11aa1", "6f2ccdfe4892f0fa0593940b12c11aag",
        "6f2ccdfe-4892-f0fa-0593940b12c11aa1", "6f2ccdfe-4892-f0fa-0593-940b12c11aa1-00",
        "--------------------------------", "6f2ccdfe4892f0fa 0593940b12c11aa1"}) {
    EXPECT_FALSE(names_guid(text)) << text;
  }
}

struct Row {
  int status;
  std::string body;
  std::optional<std::string> retry_after;
  Verdict verdict;
  Next next;
  ExitCode exit;
  std::string reason;
  std::string message;
  std::optional<seconds> wait_for;
};

class LeadsReply : public testing::TestWithParam<Row> {};

TEST_P(LeadsReply, IsJudged) {
  const Row& row = GetParam();
  HttpReply reply;
  reply.transfer = Transfer::complete;
  reply.status = row.status;
  reply.body = row.body;
  reply.retry_after = row.retry_after;
  const OneJudgement judgement = judged(LeadsSink(kUrl, kKey), reply, kNow);
  EXPECT_EQ(judgement.verdict, row.verdict);
  EXPECT_EQ(judgement.next, row.next);
  EXPECT_EQ(judgement.exit, row.exit);
  EXPECT_EQ(judgement.reason, row.reason);
  EXPECT_EQ(judgement.message, row.message);
  EXPECT_EQ(judgement.wait_for, row.wait_for);
}

using enum Verdict;
using enum Next;
constexpr auto kNoHeader = std::nullopt;
constexpr auto kOk = ExitCode::ok;
constexpr char kMarkup[] = "with markup in place of the GUID of a conversion event";
constexpr char kDaily[] =
    R"({"status":"error","message":"You have reached your daily limit.","policyName":"DAILY"})";
constexpr char kTen[] =
    R"({"status":"error","message":"Slow down.","policyName":"TEN_SECONDLY_ROLLING"})";
constexpr char kSecond[] = R"({"message":"Slow down.","policyName":"SECONDLY"})";

Row refused(int status, std::string body, std::string message) {
  return {status,
          std::move(body),
          kNoHeader,
          rejected,
          go_on,
          kOk,
          "http_" + std::to_string(status),
          std::move(message),
          {}};
}
Row too_large(int status) {
  return {
      status,      "",
      kNoHeader,   rejected,
      go_on,       kOk,
      "too_large", "the server finds the event too large (status " + std::to_string(status) + ")",
      {}};
}
Row redirect(int status) {
  const std::string code = std::to_string(status);
  return {status,
          "",
          kNoHeader,
          not_applied,
          stop,
          ExitCode::usage,
          "http_" + code,
          "the endpoint redirects (status " + code +
              "), which is never followed; check its url in the job",
          {}};
}
Row no_such_endpoint(int status) {
  const std::string code = std::to_string(status);
  return {status,
          "",
          kNoHeader,
          not_applied,
          stop,
          ExitCode::usage,
          "http_" + code,
          "the endpoint answered with status " + code + "; check its url in the job",
          {}};
}
Row failed(int status) {
  const std::string code = std::to_string(status);
  return {status, "",  kNoHeader,      in_doubt,
          go_on,  kOk, "http_" + code, "the server failed with status " + code,
          {}};
}
Row no_guid(int status, std::string body) {
  return {status,
          std::move(body),
          kNoHeader,
          in_doubt,
          go_on,
          kOk,
          "unreadable_ack",
          "the server answered with status " + std::to_string(status) +
              ", but without the GUID of a conversion event",
          {}};
}
Row not_an_ack(std::string body, std::string but) {
  return {200,
          std::move(body),
          kNoHeader,
          in_doubt,
          go_on,
          kOk,
          "unreadable_ack",
          "the server answered with status 200, but " + std::move(but),
          {}};
}
Row slow_down(std::string body, std::optional<std::string> header, std::string words,
              std::optional<seconds> wait_for) {
  return {429,
          std::move(body),
          std::move(header),
          not_applied,
          Next::wait,
          kOk,
          "http_429",
          "the server wants fewer requests (status 429)" + std::move(words),
          wait_for};
}

INSTANTIATE_TEST_SUITE_P(
    Statuses, LeadsReply,
    testing::Values(
        Row{200, kGuid, kNoHeader, accepted, go_on, kOk, "", "", {}},
        Row{201,
            std::string("{\"guid\":\"") + kGuid + "\"}",
            kNoHeader,
            accepted,
            go_on,
            kOk,
            "",
            "",
            {}},
        Row{200,
            std::string("{\"status\":\"ok\",\"error\":\"error\",\"guid\":\"") + kGuid + "\"}",
            kNoHeader,
            accepted,
            go_on,
            kOk,
            "",
            "",
            {}},
        no_guid(200, ""), no_guid(204, ""), no_guid(200, "thank you"),
        not_an_ack(std::string("<guid>") + kGuid + "</guid>", kMarkup),
        not_an_ack(std::string("\xEF\xBB\xBF\r\n <?xml version=\"1.0\"?><e id='") + kGuid + "'/>",
                   kMarkup),
        not_an_ack(R"( {"status":"error","correlationId":"6f2ccdfe-4892-f0fa-0593-940b12c11aa1"})",
                   "to report an error"),
        Row{200,
            std::string("<!DOCTYPE HTML><p>Sign in to the hotel's network ") + kGuid,
            kNoHeader,
            in_doubt,
            stop,
            ExitCode::stopped_early,
            "unreadable_ack",
            "the endpoint answered with a web page (status 200), as HubSpot never does; check its "
            "url in the job, and the network",
            {}},
        Row{101,
            "",
            kNoHeader,
            in_doubt,
            go_on,
            kOk,
            "unreadable_ack",
            "the server answered with status 101, which says nothing of the event",
            {}},
        Row{999,
            kGuid,
            kNoHeader,
            in_doubt,
            go_on,
            kOk,
            "unreadable_ack",
            "the server answered with status 999, which says nothing of the event",
            {}},
        redirect(301), redirect(302), redirect(303), redirect(307), redirect(308),
        refused(400, "", "the server refused the event with status 400"),
        refused(400, "Email is\x1b[2J bad\n",
                "the server refused the event with status 400: Email is\\x1b[2J bad"),
        refused(422, R"({"status":"error","message":"Email is required","x":1})",
                "the server refused the event with status 422: Email is required"),
        refused(400, "<html><body>Bad request</body></html>",
                "the server refused the event with status 400"),
        refused(409, std::string("no ") + kKey + ", no " + kKey + "!",
                "the server refused the event with status 409: no ***, no ***!"),
        refused(400, std::string(300, 'w'),
                "the server refused the event with status 400: " + std::string(200, 'w') + "..."),
        refused(402, "", "the server refused the event with status 402"),
        refused(451, "", "the server refused the event with status 451"),
        Row{401,
            R"({"message":"This hapikey doesn't exist."})",
            kNoHeader,
            not_applied,
            stop,
            ExitCode::credentials,
            "http_401",
            "the server refused the credential with status 401: This hapikey doesn't exist",
            {}},
        Row{403,
            "",
            kNoHeader,
            not_applied,
            stop,
            ExitCode::credentials,
            "http_403",
            "the server refused the credential with status 403",
            {}},
        no_such_endpoint(404), no_such_endpoint(405), no_such_endpoint(410),
        Row{408,
            "",
            kNoHeader,
            in_doubt,
            go_on,
            kOk,
            "http_408",
            "the server gave up waiting for the request (status 408)",
            {}},
        too_large(413), too_large(414), too_large(431),
        Row{423, "", kNoHeader, not_applied, Next::wait, kOk, "http_423",
            "the server has locked the contact for a moment (status 423)", 2s},
        Row{423, "", "1", not_applied, Next::wait, kOk, "http_423",
            "the server has locked the contact for a moment (status 423)", 2s},
        Row{423, "", "9", not_applied, Next::wait, kOk, "http_423",
            "the server has locked the contact for a moment (status 423)", 9s},
        Row{429,
            kDaily,
            "3",
            not_applied,
            next_day,
            kOk,
            "quota_daily",
            "the server wants fewer requests (status 429): You have reached your daily limit",
            {}},
        slow_down(kTen, kNoHeader, ": Slow down", 10s),
        slow_down(kSecond, kNoHeader, ": Slow down", 1s), slow_down(kTen, "3", ": Slow down", 3s),
        slow_down("", "Mon, 01 Jan 2024 00:00:00 GMT", "", 60s), slow_down("", "-1", "", {}),
        slow_down("", "999999999", "", 24h), slow_down("", kNoHeader, "", {}),
        Row{477, "", "7200", not_applied, Next::wait, kOk, "http_477",
            "HubSpot is moving the account (status 477)", 7200s},
        failed(500), failed(502), failed(503), failed(504), failed(521)),
    [](const testing::TestParamInfo<Row>& row) {
      return "status_" + std::to_string(row.param.status) + "_row_" + std::to_string(row.index);
    });

/// The message about a refusal whose body is `body`, after its fixed beginning.
std::string words_shown(std::string body, std::string hapikey) {
  HttpReply reply;
  reply.transfer = Transfer::complete;
  reply.status = 400;
  reply.body = std::move(body);
  const std::string message = judged(LeadsSink(kUrl, std::move(hapikey)), reply, kNow).message;
  const std::string beginning = "the server refused the event with status 400: ";
  EXPECT_TRUE(message.starts_with(beginning)) << message;
  return message.substr(std::min(beginning.size(), message.size()));
}

TEST(Leads, TheSecretIsShownInNoSpelling) {
  const std::string key = "S3cr3t+key/9";
  EXPECT_EQ(words_shown("no S3cr3t+key/9!", key), "no ***!");
  EXPECT_EQ(words_shown("no S3cr3t%2Bkey%2F9, no S3cr3t%2bkey%2f9!", key), "no ***, no ***!");
  EXPECT_EQ(words_shown("bad: City=Ulm&hapikey=S3cr3t%2Bke", key), "bad: City=Ulm&");
  EXPECT_EQ(words_shown("bad: City=Ulm&HapiKey=another one", ""), "bad: City=Ulm&");
  EXPECT_EQ(words_shown(R"({"message":"bad: hapikey=S3cr3t+k&x=1"})", key), "bad: ");
}

TEST(Leads, AnEchoedFormShowsNeitherSecretNorAddress) {
  for (const int status : {400, 401, 429, 500}) {
    const LeadsSink sink(kUrl, "S3cr3t+key/9");
    HttpReply reply;
    reply.transfer = Transfer::complete;
    reply.status = status;
    Event event;
    event.email = "ann@example.com";
    reply.body = rendered(sink, event).body;  // short enough to be shown whole
    const std::string message = judged(sink, reply, kNow).message;
    EXPECT_TRUE(message.ends_with(": Email=a***%40example.com&")) << message;
  }
}

TEST(Leads, AddressesInTheServersWordsAreMasked) {
  EXPECT_EQ(words_shown("u0@example.com is taken", kKey), "u***@example.com is taken");
  EXPECT_EQ(words_shown("Email=u0%40example.com&City=Ulm", kKey),
            "Email=u***%40example.com&City=Ulm");
  EXPECT_EQ(words_shown("o'neil+shop.1@example.com, <bob@example.org>;cut@", kKey),
            "o***@example.com, <b***@example.org>;c***@");
  EXPECT_EQ(words_shown("Email=j%C3%B6rg%2Bx%40example.com", kKey), "Email=j***%40example.com");
  EXPECT_EQ(words_shown("\xC3\xB6zil@example.com", kKey), "\xC3\xB6***@example.com");
  EXPECT_EQ(words_shown("ann@bob@example.com", kKey), "a***@b***@example.com");
  EXPECT_EQ(words_shown("3 @ 5, 40% of it, @ once", kKey), "3 @ 5, 40% of it, @ once");
}

HttpReply incomplete(Transfer transfer, int status) {
  HttpReply reply;
  reply.transfer = transfer;
  reply.status = status;
  reply.body = kGuid;
  reply.error = "127.0.0.1:9 closed the connection without a reply";
  return reply;
}

TEST(Leads, AReplyThatBrokeOffIsInDoubtWhateverItsStatus) {
  for (const int status : {0, 200, 201, 400, 401, 429, 500}) {
    const OneJudgement judgement =
        judged(LeadsSink(kUrl, kKey), incomplete(Transfer::broken, status), kNow);
    EXPECT_EQ(judgement.verdict, in_doubt) << status;
    EXPECT_EQ(judgement.next, go_on);
    EXPECT_EQ(judgement.reason, "connection_lost");
    EXPECT_EQ(judgement.message, "127.0.0.1:9 closed the connection without a reply");
  }
}

TEST(Leads, WhatWasNotSentMayBeSentAgain) {
  const OneJudgement judgement =
      judged(LeadsSink(kUrl, kKey), incomplete(Transfer::not_sent, 0), kNow);
  EXPECT_EQ(judgement.verdict, not_applied);
  EXPECT_EQ(judgement.next, go_on);
  EXPECT_EQ(judgement.reason, "not_sent");
}

TEST(Leads, AServerThatIsNotTrustedEndsTheRun) {
  HttpReply reply = incomplete(Transfer::not_sent, 0);
  reply.server_not_trusted = true;
  const OneJudgement judgement = judged(LeadsSink(kUrl, kKey), reply, kNow);
  EXPECT_EQ(judgement.verdict, not_applied);
  EXPECT_EQ(judgement.next, stop);
  EXPECT_EQ(judgement.exit, ExitCode::credentials);
  EXPECT_EQ(judgement.reason, "server_not_trusted");
}

}  // namespace
}  // namespace ordertail
