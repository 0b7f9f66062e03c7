// T6 at a form: what the courier makes of its listing, with a real store.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>

#include "base/text.h"
#include "delivery/forms.h"
#include "delivery/stand_ins.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kAll = 1'000'000;
constexpr char kUrl[] = "https://h.example.com/submit/7/6f2ccdfe-4892-4ffa-8593-940b12c11aa1";
constexpr char kListing[] = "https://h.example.com/listing";
constexpr char kToken[] = "pat-na1-canary";
constexpr char kField[] = "ordertail_event_id";
constexpr std::int64_t kOrdered = 1'700'000'000;  // 2023-11-14T22:13:20Z, less the order's number

FormsSettings settings(const std::string& field) {
  FormsSettings settings;
  settings.properties = {{"order_number", "order_number"}};
  settings.event_id_field = field;
  return settings;
}

/// A form that takes what is old, too, as the shop's orders are.
class PatientForm final : public Sink {
 public:
  explicit PatientForm(const std::string& field = kField)
      : form_(kUrl, "", settings(field), FormsListing(kListing, kToken, kField)) {}
  [[nodiscard]] std::string_view name() const override { return form_.name(); }
  [[nodiscard]] const FormsListing* listing() const override { return form_.listing(); }
  [[nodiscard]] HttpRequest render(std::span<const Item> items) const override {
    return form_.render(items);
  }
  [[nodiscard]] ReplyJudgement judge(const HttpReply& reply, std::span<const Item> items,
                                     WallTime now) const override {
    return form_.judge(reply, items, now);
  }

 private:
  FormsSink form_;
};

class ScriptedServer final : public HttpTransport {
 public:
  explicit ScriptedServer(FakeClock& clock) : replies_(clock) {}

  void start(std::uint64_t ticket, HttpRequest request) override {
    const bool is_get = request.method == HttpMethod::get;
    HttpReply reply = is_get ? pages.at(std::min(asked.size(), pages.size() - 1)) : submitted;
    reply.ticket = ticket;
    (is_get ? asked : sent).push_back(std::move(request));
    replies_.add(40ms, std::move(reply));
  }
  std::vector<HttpReply> wait(std::chrono::milliseconds timeout) override {
    return replies_.wait(timeout);
  }
  [[nodiscard]] std::vector<std::string> asked_for() const {
    std::vector<std::string> urls;
    for (const HttpRequest& request : asked) urls.push_back(request.url);
    return urls;
  }

  HttpReply submitted;           ///< what a submission is answered
  std::vector<HttpReply> pages;  ///< what the listing is, page by page; the last again and again
  std::vector<HttpRequest> sent, asked;

 private:
  TimedReplies replies_;
};

HttpReply json(int status, const std::string& body) {
  HttpReply reply = answered(status, body);
  reply.content_type = "application/json";
  return reply;
}
HttpReply taken() {
  return json(200, R"({"inlineMessage":"Thanks."})");
}

struct Listed {
  std::int64_t seconds = kOrdered;
  std::string id;
  std::string field = kField;
};
HttpReply page(const std::vector<Listed>& submissions, const std::string& next = "") {
  std::string results;
  for (const Listed& each : submissions) {
    results += fmt::format(
        R"({}{{"conversionId":"c","submittedAt":{},"values":[{{"name":"email","value":"x"}},)"
        R"({{"name":"{}","value":"{}"}}],"pageUrl":""}})",
        results.empty() ? "" : ",", each.seconds * 1000, each.field, each.id);
  }
  const std::string paging =
      next.empty() ? "" : fmt::format(R"(,"paging":{{"next":{{"after":"{}"}}}})", next);
  return json(200, fmt::format(R"({{"results":[{}]{}}})", results, paging));
}

class FormsLookup : public testing::Test {
 protected:
  Courier run_of(ScriptedServer& server, const Sink& through) {
    CourierObserver observer;
    observer.pause = [this](std::string_view message) { pauses.emplace_back(message); };
    Limits limits;
    limits.concurrency = 1;
    return Courier(shop.store(), server, {{Kind::purchase, {&through}}}, limits,
                   TimeZone::find("UTC"), clock, 42, interrupted, observer);
  }
  Delivered drain(ScriptedServer& server) { return run_of(server, form).drain(kAll); }

  /// Order 1 is sent, and no reply comes back.
  void come_into_doubt(const Sink& through) {
    shop.stage(1, 1);
    ScriptedServer server(clock);
    server.submitted = broken();
    EXPECT_EQ(run_of(server, through).drain(kAll).in_doubt, 1U);
    EXPECT_EQ(server.asked.size(), 0U) << "there was nothing to be looked up";
    ASSERT_EQ(server.sent.size(), 1U);
  }
  void come_into_doubt() { come_into_doubt(form); }

  [[nodiscard]] std::string totals() {
    const Totals now = shop.store().totals();
    return fmt::format("{}/{}/{}/{}", now.submitted, now.rejected, now.pending, now.in_doubt);
  }
  [[nodiscard]] std::string evidence() {
    const auto doubts = shop.store().in_doubt(10);
    return doubts.empty() ? "nothing is in doubt" : doubts.front().message;
  }
  [[nodiscard]] std::string id_of(int order) {
    return to_hex(keyed_hash(shop.store().id_key(), {std::to_string(order)}).view());
  }

  FakeClock clock;
  Shop shop{clock};
  PatientForm form;
  std::atomic<bool> interrupted{false};
  std::vector<std::string> pauses;
};

TEST_F(FormsLookup, WhatIsListedIsSubmittedWithoutAnotherRequestForIt) {
  come_into_doubt();
  ScriptedServer server(clock);
  server.pages = {page({{kOrdered + 5, "another"}, {kOrdered + 1, id_of(1)}})};
  const Delivered delivered = drain(server);
  EXPECT_EQ(delivered.verified, 1U);
  EXPECT_EQ(delivered.submitted, 0U);
  EXPECT_EQ(delivered.requests, 1U) << "the listing's page";
  EXPECT_EQ(totals(), "1/0/0/0");
  EXPECT_EQ(server.sent.size(), 0U);
  ASSERT_EQ(server.asked.size(), 1U);
  EXPECT_EQ(server.asked[0].url, std::string(kListing) + "?limit=50");
  EXPECT_EQ(server.asked[0].authorization, std::string("Bearer ") + kToken);
  EXPECT_EQ(server.asked[0].body, "");
  const auto verified = shop.store().verified(10);
  ASSERT_EQ(verified.size(), 1U);
  EXPECT_EQ(verified[0].order_number, "1");
  EXPECT_EQ(verified[0].who, "ordertail");
  EXPECT_EQ(verified[0].reason, "connection_lost");
  EXPECT_EQ(verified[0].now, Settlement::submitted);
  EXPECT_TRUE(shop.store().resolutions(10).empty()) << "no person has decided anything";
  EXPECT_EQ(drain(server).requests, 0U) << "there is nothing more to be looked up";
}

TEST_F(FormsLookup, WhatIsNotListedStaysInDoubtWithTheEvidence) {
  come_into_doubt();
  const std::string doubt = evidence();
  ScriptedServer server(clock);
  server.pages = {page({{kOrdered + 600, "another"}, {kOrdered - 7200, "older"}})};
  EXPECT_EQ(drain(server).verified, 0U);
  EXPECT_EQ(totals(), "0/0/0/1");
  EXPECT_EQ(evidence(), doubt +
                            "; looked up: it is not in the form's listing as of 2023-12-31 17:00 "
                            "UTC, which was read back to 2023-11-14 20:13 UTC");
  clock.advance(1h);
  server.pages = {page({})};
  drain(server);
  EXPECT_EQ(evidence(), doubt +
                            "; looked up: it is not in the form's listing as of 2023-12-31 18:00 "
                            "UTC, which is empty")
      << "the latest look is what counts";
  EXPECT_EQ(server.sent.size(), 0U);
}

TEST_F(FormsLookup, ASubmissionMayComeLateIntoTheListing) {
  come_into_doubt();
  ScriptedServer server(clock);
  server.pages = {page({})};
  Courier courier = run_of(server, form);
  courier.drain(kAll);
  clock.advance(9min);
  courier.drain(kAll);
  EXPECT_EQ(server.asked.size(), 1U) << "a run asks now and then only";
  server.pages = {page({{kOrdered + 1, id_of(1)}})};
  clock.advance(1min);
  EXPECT_EQ(courier.drain(kAll).verified, 1U);
  EXPECT_EQ(totals(), "1/0/0/0");
  EXPECT_EQ(server.sent.size(), 0U);
}

TEST_F(FormsLookup, OnlyTheFieldsWholeValueIsTheEvents) {
  come_into_doubt();
  ScriptedServer server(clock);
  std::string capitals = id_of(1);
  for (char& c : capitals) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  server.pages = {page({{kOrdered, id_of(1) + "0"},
                        {kOrdered, id_of(1).substr(0, 31)},
                        {kOrdered, " " + id_of(1)},
                        {kOrdered, capitals},
                        {kOrdered, id_of(2)},
                        {kOrdered, id_of(1), "another_field"}})};
  EXPECT_EQ(drain(server).verified, 0U);
  EXPECT_EQ(totals(), "0/0/0/1");
}

TEST_F(FormsLookup, PagesAreReadUntilTheyAreOlderThanTheEvent) {
  come_into_doubt();
  ScriptedServer server(clock);
  server.pages = {page({{kOrdered + 900, "a"}, {kOrdered + 800, "b"}}, "p 2"),
                  page({{kOrdered + 700, "c"}, {kOrdered - 900, "d"}}, "p3"),
                  page({{kOrdered - 1000, "e"}}, "p4")};
  drain(server);
  const std::string listing = kListing;
  EXPECT_THAT(server.asked_for(),
              ElementsAre(listing + "?limit=50", listing + "?limit=50&after=p+2",
                          listing + "?limit=50&after=p3"));
  EXPECT_THAT(evidence(), HasSubstr("read back to 2023-11-14 21:56 UTC"));

  ScriptedServer later(clock);
  later.pages = {page({{kOrdered + 900, "a"}}, "p2"), page({{kOrdered + 1, id_of(1)}}, "p3")};
  EXPECT_EQ(drain(later).verified, 1U);
  EXPECT_EQ(later.asked.size(), 2U) << "nothing is looked for on the third page";
}

TEST_F(FormsLookup, AListingThatNamesTheSamePageAgainEnds) {
  come_into_doubt();
  ScriptedServer server(clock);
  server.pages = {page({{kOrdered + 900, "a"}}, "p2")};
  EXPECT_EQ(drain(server).requests, 2U);
  EXPECT_EQ(totals(), "0/0/0/1");
}

TEST_F(FormsLookup, AListingThatGoesInCirclesEnds) {
  come_into_doubt();
  ScriptedServer server(clock);
  server.pages = {page({{kOrdered + 900, "a"}}, "p2"), page({{kOrdered + 900, "b"}}, "p3"),
                  page({{kOrdered + 900, "a"}}, "p2")};
  EXPECT_EQ(drain(server).requests, 3U);
  EXPECT_EQ(totals(), "0/0/0/1");
}

TEST_F(FormsLookup, OfAListingThatNeverEndsTwoHundredPagesAreRead) {
  come_into_doubt();
  ScriptedServer server(clock);
  for (int i = 2; i < 400; ++i) {
    server.pages.push_back(page({{kOrdered + 900, "a"}}, "p" + std::to_string(i)));
  }
  EXPECT_EQ(drain(server).requests, 200U);
  EXPECT_THAT(evidence(), HasSubstr("it is not in the form's listing as of "));
}

TEST_F(FormsLookup, HalfOfWhatARunMayRequestIsLeftForDeliveries) {
  come_into_doubt();
  ScriptedServer server(clock);
  server.pages = {page({{kOrdered + 900, "a"}}, "p2"), page({{kOrdered + 900, "b"}}, "p3"),
                  page({{kOrdered + 900, "c"}}, "p4")};
  EXPECT_EQ(run_of(server, form).drain(5).requests, 2U);
  EXPECT_EQ(run_of(server, form).drain(1).requests, 0U);
}

TEST_F(FormsLookup, ARequestThatDidNotCarryItsIdMayBeThereUnseen) {
  come_into_doubt(PatientForm(/*field=*/""));
  ScriptedServer server(clock);
  server.pages = {page({{kOrdered + 1, ""}})};
  drain(server);
  EXPECT_THAT(evidence(), HasSubstr("; but the job has changed since it was sent, and it may be "
                                    "there without its id"));
}

TEST_F(FormsLookup, NoReplyAboutTheListingMakesAnEventAnythingButInDoubt) {
  struct Row {
    HttpReply reply;
    std::string why;
  };
  const std::vector<Row> rows{
      {json(401, R"({"message":"Authentication credentials not found"})"),
       "the server refused the credential with status 401: Authentication credentials not found"},
      {json(403, R"({"message":"no scope for pat-na1-canary"})"),
       "the server refused the credential with status 403: no scope for "},
      {json(404, ""), "the endpoint answered with status 404; check its url in the job"},
      {json(500, ""), "the server failed with status 500"},
      {json(200, "<html></html>"),
       "the endpoint answered with a web page (status 200), as HubSpot never does; check its url "
       "in the job, and the network"},
      {json(200, "[]"),
       "the server answered with status 200, but without a listing of submissions"},
      {json(200, R"({"results":[{"submittedAt":"soon","values":[]}]})"),
       "the server answered with status 200, but without a listing of submissions"},
      {json(200, R"({"results":[],"paging":{"next":{"after":7}}})"),
       "the server answered with status 200, but without a listing of submissions"},
      {json(200, R"({"results":[{"submittedAt":99999999999999999,"values":[]}]})"),
       "the server answered with status 200, but without a listing of submissions"},
      {json(200, R"({"status":"error"})"),
       "the server answered with status 200, but to report an error"},
      {broken(), "127.0.0.1:9 closed the connection without a reply"},
      {refused_connection(), "cannot connect to 127.0.0.1:9: Connection refused"},
  };
  come_into_doubt();
  int order = 2;
  for (const Row& row : rows) {
    shop.stage(order, 1);
    ScriptedServer server(clock);
    server.submitted = taken();
    server.pages = {row.reply};
    const Delivered delivered = drain(server);
    EXPECT_EQ(delivered.exit, ExitCode::ok) << row.why;
    EXPECT_EQ(delivered.submitted, 1U) << "others are sent: " << row.why;
    EXPECT_EQ(totals(), fmt::format("{}/0/0/1", order - 1)) << row.why;
    EXPECT_THAT(evidence(),
                AllOf(HasSubstr("; looked up: the form's listing could not be read at 2023-12-31 "
                                "17:00 UTC: " +
                                row.why),
                      Not(HasSubstr(kToken))));
    EXPECT_THAT(pauses.back(),
                HasSubstr("1 event in doubt was not looked up in the form's listing: " + row.why));
    ++order;
  }
}

TEST_F(FormsLookup, ALimitOfTheListingHoldsUpAllRequests) {
  come_into_doubt();
  shop.stage(2, 1);
  ScriptedServer server(clock);
  server.submitted = taken();
  server.pages = {answered(429, R"({"policyName":"TEN_SECONDLY_ROLLING"})")};
  const SteadyTime before = clock.steady();
  EXPECT_EQ(drain(server).submitted, 1U);
  EXPECT_GE(clock.steady() - before, 10s);
  EXPECT_EQ(totals(), "1/0/0/1");
  EXPECT_THAT(evidence(), HasSubstr("the server wants fewer requests (status 429)"));

  ScriptedServer tomorrow(clock);
  tomorrow.pages = {answered(429, R"({"policyName":"DAILY"})")};
  drain(tomorrow);
  EXPECT_EQ(drain(tomorrow).requests, 0U) << "the door is shut until midnight";
  EXPECT_EQ(totals(), "1/0/0/1");
}

TEST_F(FormsLookup, EveryPageCountsAsARequestOfItsSink) {
  come_into_doubt();
  ScriptedServer server(clock);
  server.pages = {page({{kOrdered + 900, "a"}}, "p2"), page({})};
  EXPECT_EQ(run_of(server, form).drain(2).requests, 1U);
  EXPECT_THAT(evidence(), HasSubstr("which was read back to 2023-11-14 22:28 UTC"));
  EXPECT_EQ(shop.store().requests_on("forms", "2023-12-31"), 2U);
  interrupted = true;
  EXPECT_EQ(drain(server).requests, 0U);
}

}  // namespace
}  // namespace ordertail
