// A shop whose conversions go to HubSpot's forms.
#include <date/date.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <optional>

#include "faults/fault_server.h"
#include "stories/shop.h"

namespace ordertail::stories {
namespace {

namespace fs = std::filesystem;
using faults::FaultServer;
using faults::Mode;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kToken = "pat-na1-canary-9f3a77c1";
constexpr const char* kLeads = "6f2ccdfe-4892-4ffa-8593-940b12c11aa1";
constexpr const char* kBuyers = "0a1b2c3d-4e5f-4a6b-8c7d-8e9f0a1b2c3d";

Mode json(int status, std::string_view body) {
  return faults::answer(status, body, {"Content-Type: application/json"});
}
Mode thanks() {
  return json(200, R"({"inlineMessage":"Thanks for submitting the form."})");
}
Mode refusal(std::string_view type, std::string_view message) {
  return json(400, fmt::format(R"({{"status":"error","message":"The request is not valid",)"
                               R"("errors":[{{"message":"{}","errorType":"{}"}}]}})",
                               message, type));
}

/// 17:00 UTC, so many days ago: the same day in New York.
date::sys_seconds days_ago(int days) {
  static const auto today = date::floor<date::days>(std::chrono::system_clock::now());
  return today - date::days(days) + std::chrono::hours(17);
}
std::string order_of(int number, int days) {
  return fmt::format("#{0},customer{0}@example.com,paid,,USD,{0}.50,{1} +0000,1,KE-1\n", number,
                     date::format("%F %T", days_ago(days)));
}
/// The orders from `first` to `last`, of yesterday.
std::string new_orders(int first, int last) {
  std::string text = orders_header();
  for (int number = first; number <= last; ++number) text += order_of(number, 1);
  return text;
}

/// `more`: lines below [limits].
std::string forms_job(const std::string& url, const std::string& more = "",
                      const std::string& sources = std::string(kOrders)) {
  return fmt::format(R"([account]
shop      = "main"
time_zone = "America/New_York"
store     = "state/main.db"

[hubspot]
credential = {{ file = "key" }}

[hubspot.registration]
sink = "forms"
url  = "{0}/submissions/v3/integration/submit/62515/{1}"

[hubspot.purchase]
sink = "forms"
url  = "{0}/submissions/v3/integration/secure/submit/62515/{2}"
[hubspot.purchase.properties]
total_revenue = "last_order_total"

[limits]
requests_per_10s = 0
concurrency      = 1
tries            = 1
first_delay_ms   = 1
{3}{4})",
                     url, kLeads, kBuyers, more, sources);
}

class ShopForms : public testing::Test {
 protected:
  ShopForms() {
    shop.write("key", std::string(kToken) + "\n");
    ::chmod(shop.path("key").c_str(), 0600);
  }
  Ended import_into(const FaultServer& server, const std::string& more = "") const {
    shop.write("job.toml", forms_job(server.url(), more));
    Ended ended = shop.run({"import", "job.toml", "--json"});
    expect_balanced(Json::parse(ended.out));
    return ended;
  }

  const Shop shop{JobText{kNobody}};
};

TEST_F(ShopForms, TakeEachConversionOnce) {
  const FaultServer server({thanks()});
  shop.write("job.toml", forms_job(server.url(), "", std::string(kOrders) + std::string(kLog)));
  shop.write("orders.csv", new_orders(1, 2));
  shop.write("shop.log",
             fmt::format("192.0.2.1 - - [{}] \"GET /account/created?email=visitor1%40example.com "
                         "HTTP/1.1\" 200 5120 \"-\" \"Mozilla/5.0\" "
                         "\"60c2ccdfe4892f0fa0593940b12c11aa\"\n",
                         date::format("%d/%b/%Y:%T +0000", days_ago(2))));
  shop.report(0);
  EXPECT_EQ(shop.totals(), "3/0/0/0");

  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3U);
  for (const faults::Request& request : requests) {
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.header("Content-Type"), "application/json");
  }
  const auto ms = [](int days) { return days_ago(days).time_since_epoch().count() * 1000; };
  EXPECT_EQ(requests[0].target, fmt::format("/submissions/v3/integration/submit/62515/{}", kLeads));
  EXPECT_EQ(requests[0].header("Authorization"), "");
  EXPECT_EQ(requests[0].body,
            fmt::format(R"({{"fields":[{{"objectTypeId":"0-1","name":"email",)"
                        R"("value":"visitor1@example.com"}}],"submittedAt":"{}",)"
                        R"("context":{{"hutk":"60c2ccdfe4892f0fa0593940b12c11aa",)"
                        R"("ipAddress":"192.0.2.1"}}}})",
                        ms(2)));
  EXPECT_EQ(requests[1].target,
            fmt::format("/submissions/v3/integration/secure/submit/62515/{}", kBuyers));
  EXPECT_EQ(requests[1].header("Authorization"), std::string("Bearer ") + kToken);
  EXPECT_EQ(requests[1].body,
            fmt::format(
                R"({{"fields":[{{"objectTypeId":"0-1","name":"email",)"
                R"("value":"customer1@example.com"}},)"
                R"({{"objectTypeId":"0-1","name":"order_number","value":"1"}},)"
                R"({{"objectTypeId":"0-1","name":"last_order_total","value":"1.50"}},)"
                R"({{"objectTypeId":"0-1","name":"currency","value":"USD"}},)"
                R"({{"objectTypeId":"0-1","name":"skus","value":"KE-1"}},)"
                R"({{"objectTypeId":"0-1","name":"closedate","value":"{}"}}],"submittedAt":"{}"}})",
                ms(1), ms(1)));

  shop.report(0);
  EXPECT_EQ(server.requests().size(), 3U) << "an idle rerun sends nothing";
}

TEST_F(ShopForms, AreRehearsed) {
  shop.write("job.toml", forms_job("http://127.0.0.1:9"));
  shop.write("orders.csv", new_orders(1, 2) + order_of(3, 400));
  const Ended ended = shop.run({"import", "job.toml", "--rehearse"});
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_EQ(ended.out.substr(ended.out.find("HubSpot would")),
            "HubSpot would now hold 2 contacts:\n"
            "  e-mail                       stage     source   form submissions\n"
            "  c***@example.com                       unknown                 1\n"
            "  c***@example.com                       unknown                 1\n");
}

TEST_F(ShopForms, AreSentNothingOld) {
  const FaultServer server({thanks()});
  shop.write("orders.csv", orders_header() + order_of(1, 400) + order_of(2, 29) + order_of(3, 27));
  const Ended ended = import_into(server);
  EXPECT_EQ(ended.exit_code, 3);
  const auto line = [](int number, int days) {
    return fmt::format(
        "orders.csv:{}: purchase of order {}: rejected: it is of {}, more than 28 days ago, and "
        "HubSpot's forms take nothing that is more than a month old; bring history in by another "
        "way, such as an import in HubSpot\n",
        number + 1, number, date::format("%F", days_ago(days)));
  };
  EXPECT_EQ(ended.err, line(1, 400) + line(2, 29));
  EXPECT_EQ(shop.totals(), "1/2/0/0");
  EXPECT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(shop.status()["problems"][0]["reason"], "too_old_for_forms");
}

TEST_F(ShopForms, AreSentNoBulkUnlessTheJobSaysSo) {
  const FaultServer server({thanks()});
  shop.write("orders.csv", new_orders(1, 7));
  const Ended ended = import_into(server, "forms_per_run = 3\n");
  EXPECT_EQ(ended.exit_code, 5);
  EXPECT_EQ(ended.err,
            "the run has made as many requests through forms as forms_per_run = 3 in [limits] "
            "allows: HubSpot forbids bulk import through its Forms API, and may ignore what a form "
            "that is abused is sent; 4 events stay pending; run the command again\n");
  EXPECT_EQ(shop.totals(), "3/0/4/0");
  EXPECT_EQ(import_into(server, "forms_per_run = 0\n").exit_code, 0);
  EXPECT_EQ(shop.totals(), "7/0/0/0");
  EXPECT_EQ(server.requests().size(), 7U);
}

TEST_F(ShopForms, RefuseAnEventAndTakeTheNext) {
  const FaultServer server(
      {refusal("INVALID_EMAIL", "Error in 'fields.email'. Invalid email address"), thanks()});
  shop.write("orders.csv", new_orders(1, 2));
  const Ended ended = import_into(server);
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_EQ(ended.err,
            "orders.csv:2: purchase of order 1: rejected: the form refused the event: "
            "INVALID_EMAIL: Error in 'fields.email'. Invalid email address\n");
  EXPECT_EQ(shop.totals(), "1/1/0/0");
}

TEST_F(ShopForms, ThatAreNotMadeForTheJobStopTheRun) {
  const FaultServer server(
      {refusal("FIELD_NOT_IN_FORM_DEFINITION", "Error in 'fields.skus'. No such field")});
  shop.write("orders.csv", new_orders(1, 2));
  const Ended ended = import_into(server);
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.err,
            "the form does not take what the job sends: FIELD_NOT_IN_FORM_DEFINITION: Error in "
            "'fields.skus'. No such field; add the field to the form in HubSpot, or leave it out "
            "by \"\" in the endpoint's properties; 2 events stay pending\n");
  EXPECT_EQ(shop.totals(), "0/0/2/0");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(ShopForms, ThatAnswerHalfLeaveADoubt) {
  const FaultServer server({faults::half_body(R"({"inlineMessage":"Thanks"})"),
                            faults::apply_then_close(),
                            faults::answer(200, R"({"inlineMessage":"Thanks"})"), thanks()});
  shop.write("orders.csv", new_orders(1, 4));
  EXPECT_EQ(import_into(server).exit_code, 4);
  EXPECT_EQ(shop.totals(), "1/0/0/3");
  EXPECT_EQ(import_into(server).exit_code, 4);
  EXPECT_EQ(server.requests().size(), 4U) << "nothing is sent again";
}

TEST_F(ShopForms, LearnTheTokenAndNobodyElse) {
  const std::string echo =
      fmt::format(R"({{"status":"error","message":"no scope for {}"}})", kToken);
  const FaultServer server(
      {refusal("INVALID_NUMBER", std::string("by ") + kToken), json(500, echo), json(401, echo)});
  shop.write("orders.csv", new_orders(1, 4));
  const Ended ended = import_into(server);
  EXPECT_EQ(ended.exit_code, 6);
  EXPECT_THAT(ended.err, HasSubstr("the server refused the credential with status 401: no scope "
                                   "for ***; 2 events stay pending\n"));
  EXPECT_EQ(shop.totals(), "0/1/2/1");
  EXPECT_EQ(server.requests().size(), 3U);
  const Ended status = shop.run({"status", "job.toml", "--json", "--unmasked"});
  EXPECT_THAT(ended.out + ended.err + status.out, Not(HasSubstr("canary")));
  for (const auto& entry : fs::recursive_directory_iterator(shop.path("state"))) {
    std::ifstream file(entry.path(), std::ios::binary);
    EXPECT_THAT(std::string(std::istreambuf_iterator<char>(file), {}), Not(HasSubstr("canary")));
  }
}

TEST_F(ShopForms, AreCheckedAndProbed) {
  const FaultServer server({thanks()});
  shop.write("orders.csv", orders_header() + order_of(1, 60) + order_of(2, 2));
  shop.write("job.toml", forms_job(server.url()));
  const std::string authority = server.url().substr(7);
  const Ended ended = shop.run({"check", "job.toml", "--probe"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_EQ(
      ended.out,
      fmt::format(
          "ok    job file               job.toml has 1 source\n"
          "ok    forms                  {1} and {2} differ\n"
          "ok    forms_per_run          a run stops after 1,000 requests through forms\n"
          "ok    open form              a form without secure = true must have every field that "
          "is sent to it\n"
          "ok    credential             it can be read, and by nobody else\n"
          "ok    checkpoint dir         it can be written to\n"
          "ok    checkpoint file        state/main.db will be made by the first run\n"
          "warn  source 1               of its first 2 events, 100% have an e-mail address, 0% a "
          "visitor token, 0% an IP address: without a token, HubSpot shows the sale under no "
          "source\n"
          "warn  source 1               1 of them happened more than 28 days ago, and would be "
          "rejected: HubSpot's forms take nothing older than a month\n"
          "ok    close date             order 1 of {3} UTC closes on {4} (MM/DD/YYYY, the day in "
          "America/New_York)\n"
          "ok    transport              https, this machine, or plain http as the job says it is "
          "meant\n"
          "ok    registration endpoint  {0} can be reached\n"
          "ok    purchase endpoint      {0} can be reached\n"
          "ok    probe                  the server took the lead ordertail-probe@example.com; "
          "delete it in HubSpot\n",
          authority, kLeads, kBuyers, date::format("%F %T", days_ago(60)),
          date::format("%m/%d/%Y", days_ago(60))));
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests()[0].body,
            R"({"fields":[{"objectTypeId":"0-1","name":"email",)"
            R"("value":"ordertail-probe@example.com"},)"
            R"({"objectTypeId":"0-1","name":"firstname","value":"ordertail"},)"
            R"({"objectTypeId":"0-1","name":"lastname","value":"probe"}]})");

  shop.write("job.toml", forms_job(server.url(), "forms_per_run = 0\n"));
  EXPECT_THAT(shop.run({"check", "job.toml", "--offline"}).out,
              HasSubstr("warn  forms_per_run    it is 0, so nothing stops a bulk import, which "
                        "HubSpot forbids through its Forms API: it may ignore what a form that is "
                        "abused is sent\n"));
}

/// A form with a field for the event's id, at the stand-in HubSpot.
class ShopListedForms : public ShopForms {
 protected:
  void write_job(const std::string& url) const {
    std::string job = forms_job(url);
    job.insert(job.find("[hubspot.purchase.properties]"),
               "event_id_field = \"ordertail_event_id\"\n");
    shop.write("job.toml", job);
  }

  /// Three orders, and a run that is killed at this moment of the second one's request.
  void kill_at(sandbox::Moment moment) {
    moment_ = moment;
    write_job(hubspot.url());
    shop.write("orders.csv", new_orders(1, 3));
    Program run = shop.start({"import", "job.toml"});
    target_.set_value(&run);
    EXPECT_EQ(run.wait().signal, SIGKILL);
    killed_.get_future().wait();
    EXPECT_EQ(shop.totals(), "1/0/1/1");
  }

 private:
  sandbox::ServerOptions watched() {
    sandbox::ServerOptions options;
    options.access.token = kToken;
    options.observer = [this](sandbox::Moment moment, std::uint64_t request) {
      if (moment != moment_ || request != 2 || fired_.exchange(true)) return;
      target_.get_future().get()->kill_at_once();
      killed_.set_value();
    };
    return options;
  }
  std::optional<sandbox::Moment> moment_;  // from before the first request on
  std::promise<const Program*> target_;
  std::promise<void> killed_;
  std::atomic<bool> fired_ = false;

 protected:
  const sandbox::Server hubspot{watched()};
};

TEST_F(ShopListedForms, WhatAKilledRunHadSubmittedIsFoundAndNotSentAgain) {
  kill_at(sandbox::Moment::applied);
  const Json report = shop.report(0);
  EXPECT_EQ(report["delivered"]["requests"], 2) << "a page of the listing, and order 3";
  EXPECT_EQ(report["delivered"]["submitted"], 1);
  ASSERT_EQ(report["delivered"]["verified"].size(), 1U);
  EXPECT_EQ(report["delivered"]["verified"][0]["order_number"], "2");
  EXPECT_EQ(report["delivered"]["verified"][0]["reason"], "crash");
  EXPECT_EQ(shop.totals(), "3/0/0/0");
  expect_each_once(hubspot, 3);
  EXPECT_EQ(shop.report(0)["delivered"]["requests"], 0) << "nothing is left to be looked up";
  EXPECT_THAT(shop.run({"status", "job.toml"}).out,
              HasSubstr("verified: in doubt before, and found where HubSpot lists what it took\n"
                        "  orders.csv:3: purchase of order 2, now submitted\n"));
}

TEST_F(ShopListedForms, WhatIsNotListedStaysInDoubtWithTheEvidence) {
  const FaultServer lost({thanks(), faults::apply_then_close(), thanks()});
  write_job(lost.url());
  shop.write("orders.csv", new_orders(1, 3));
  shop.report(4);
  EXPECT_EQ(shop.totals(), "2/0/0/1");

  write_job(hubspot.url());
  EXPECT_EQ(shop.report(4)["delivered"]["verified"].size(), 0U);
  EXPECT_EQ(shop.totals(), "2/0/0/1");
  EXPECT_EQ(seen_by(hubspot).size(), 0U)
      << "absence proves nothing: it is not sent again by itself";
  const Ended list = shop.run({"resolve", "job.toml", "--list"});
  EXPECT_EQ(list.exit_code, 4);
  EXPECT_THAT(list.out, HasSubstr("; looked up: it is not in the form's listing as of "));
  EXPECT_THAT(list.out, HasSubstr(" UTC, which is empty\n"));
}

TEST_F(ShopListedForms, AListingThatFailsLeavesADoubtAsItIs) {
  kill_at(sandbox::Moment::applied);
  const std::vector<Mode> faults{faults::apply_then_close(),
                                 faults::apply_then_reset(),
                                 faults::half_header(),
                                 faults::half_body(R"({"results":[)"),
                                 faults::redirect(hubspot.url()),
                                 json(200, R"({"results":)"),
                                 json(500, ""),
                                 json(403, "")};
  for (const Mode& fault : faults) {
    const FaultServer server({fault, thanks()});
    write_job(server.url());
    const Ended ended = shop.run({"import", "job.toml", "--json"});
    EXPECT_EQ(ended.exit_code, 4) << ended.err;
    EXPECT_THAT(ended.err, AllOf(HasSubstr("1 event in doubt was not looked up in the form's "
                                           "listing: "),
                                 Not(HasSubstr("canary"))));
    for (const faults::Request& request : server.requests()) {
      EXPECT_EQ(request.body.find("\"order_number\",\"value\":\"2\""), std::string::npos)
          << "the order in doubt was sent again";
    }
    ASSERT_GE(server.requests().size(), 1U);
    EXPECT_EQ(server.requests()[0].method, "GET");
    EXPECT_EQ(shop.status()["in_doubt"].size(), 1U);
  }
  write_job(hubspot.url());
  EXPECT_EQ(shop.report(0)["delivered"]["verified"].size(), 1U);
  EXPECT_EQ(seen_by(hubspot)["2"], 1);
}

TEST_F(ShopListedForms, AreCheckedForTheScopeThatTheListingNeeds) {
  write_job(hubspot.url());
  shop.write("orders.csv", new_orders(1, 2));
  const std::string offline =
      "ok    event_id_field         the purchase form must have the hidden field "
      "ordertail_event_id; what is in doubt is looked up in the form's listing by it\n";
  const Ended fine = shop.run({"check", "job.toml"});
  EXPECT_EQ(fine.exit_code, 0) << fine.out;
  EXPECT_THAT(fine.out, HasSubstr(offline));
  EXPECT_THAT(fine.out, HasSubstr("ok    purchase listing       the credential may read what the "
                                  "form has taken\n"));

  sandbox::ServerOptions without;
  without.access.scopes = {};
  const sandbox::Server poor(without);
  write_job(poor.url());
  const Ended ended = shop.run({"check", "job.toml"});
  EXPECT_EQ(ended.exit_code, 6) << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("FAIL  purchase listing       what the form has taken cannot be "
                                   "read: the server refused the credential with status 403"));
  EXPECT_THAT(ended.out, HasSubstr("; it needs the scope \"forms\"\n"));
  EXPECT_THAT(fine.out + fine.err + ended.out + ended.err, Not(HasSubstr("canary")));
}

}  // namespace
}  // namespace ordertail::stories
