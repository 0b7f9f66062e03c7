// A shop whose history goes to HubSpot's CRM: contacts, orders, and which is whose.
#include <date/date.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <future>
#include <map>
#include <set>

#include "faults/fault_server.h"
#include "stories/shop.h"

namespace ordertail::stories {
namespace {

using faults::FaultServer;
using sandbox::Moment;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kToken = "pat-na1-canary-9f3a77c1";
constexpr const char* kBuyers = "0a1b2c3d-4e5f-4a6b-8c7d-8e9f0a1b2c3d";
constexpr const char* kCrm = R"([hubspot.registration]
sink = "crm"
[hubspot.purchase]
sink = "crm"
)";

/// `endpoints`: of [hubspot]; `sources`: what is read.
std::string crm_job(const std::string& url, const std::string& endpoints = kCrm,
                    const std::string& more = "",
                    const std::string& sources = std::string(kOrders)) {
  return fmt::format(R"([account]
shop      = "main"
time_zone = "America/New_York"
store     = "state/main.db"

[hubspot]
credential = {{ file = "key" }}
{1}
[hubspot.crm]
url      = "{0}"
order_id = "ordertail_order_id"
[hubspot.crm.contact]
skus = "last_model"

[limits]
requests_per_10s = 0
tries            = 2
first_delay_ms   = 1
{2}{3})",
                     url, endpoints, more, sources);
}

/// A portal in which a model is a date, so that it has something to refuse.
sandbox::ServerOptions portal() {
  sandbox::ServerOptions options;
  options.contact_properties.declared = {{"last_model", sandbox::PropertyType::date}};
  return options;
}

class ShopCrm : public testing::Test {
 protected:
  ShopCrm() {
    shop.write("key", std::string(kToken) + "\n");
    ::chmod(shop.path("key").c_str(), 0600);
  }
  /// Order `number`, of customer `customer`, of `model`.
  static std::string order_of(int number, int customer, const std::string& model = "2024-05-01",
                              const std::string& time = "2023-06-01 12:00:00 +0000") {
    return fmt::format("#{},Customer{}@example.com,paid,,USD,{}.50,{},1,{}\n", number, customer,
                       number, time, model);
  }
  static Json listed(const std::string& json, const char* name) { return Json::parse(json)[name]; }

  const Shop shop{JobText{kNobody}};
};

std::map<std::string, int> requests_by_api(const sandbox::Server& hubspot) {
  std::map<std::string, int> requests;
  const Json listed = Json::parse(hubspot.counts_json());
  for (const auto& [api, counts] : listed.items()) {
    requests[api] = counts["requests"];
  }
  return requests;
}

TEST_F(ShopCrm, TakesHistoryAndKnowsWhoseOrdersAreWhose) {
  const sandbox::Server hubspot(portal());
  shop.write("job.toml", crm_job(hubspot.url()));
  // 250 orders of 200 customers; seven with a model that the portal refuses.
  std::string text = orders_header();
  std::set<int> refused;
  for (int number = 1; number <= 250; ++number) {
    const bool is_refused = number % 31 == 5 && number <= 200;
    if (is_refused) refused.insert(number);
    text += order_of(number, number % 200, is_refused ? "KE-1" : "2024-05-01",
                     fmt::format("2023-06-{:02} 12:{:02}:00 +0000", 1 + number / 60, number % 60));
  }
  ASSERT_EQ(refused.size(), 7U);
  shop.write("orders.csv", text);

  const Ended ended = shop.run({"import", "job.toml", "--json"});
  EXPECT_EQ(ended.exit_code, 3) << ended.err;
  expect_balanced(Json::parse(ended.out));
  EXPECT_EQ(shop.totals(), "243/7/0/0");
  for (const int number : refused) {
    EXPECT_THAT(ended.err,
                HasSubstr(fmt::format("orders.csv:{}: purchase of order {}: rejected: HubSpot "
                                      "refused the contact: KE-1 was not a valid date\n",
                                      number + 1, number)));
  }
  EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("canary")));

  const Json contacts = listed(hubspot.contacts_json(), "contacts");
  const Json orders = listed(hubspot.orders_json(), "orders");
  std::map<int, std::string> email_of;
  for (const Json& contact : contacts) email_of[contact["id"]] = contact["properties"]["email"];
  ASSERT_EQ(orders.size(), 243U);
  for (const Json& order : orders) {
    const int number = std::stoi(order["properties"]["hs_external_order_id"].get<std::string>());
    EXPECT_EQ(refused.count(number), 0U);
    EXPECT_EQ(order["properties"]["ordertail_order_id"], fmt::format("main:{}", number));
    EXPECT_EQ(order["properties"]["hs_subtotal_price"], fmt::format("{}.50", number));
    ASSERT_EQ(order["contacts"].size(), 1U);
    EXPECT_EQ(email_of[order["contacts"][0]], fmt::format("customer{}@example.com", number % 200));
  }
  for (const Json& contact : contacts) {
    EXPECT_EQ(contact["properties"]["lifecyclestage"], "customer");
  }

  const auto before = requests_by_api(hubspot);
  shop.report(0);
  EXPECT_EQ(requests_by_api(hubspot), before) << "an idle rerun sends nothing";
}

TEST_F(ShopCrm, SendsAHundredToARequest) {
  const sandbox::Server hubspot(portal());
  shop.write("job.toml", crm_job(hubspot.url(), kCrm, "concurrency = 1\n"));
  std::string text = orders_header();
  for (int number = 1; number <= 250; ++number) text += order_of(number, number);
  shop.write("orders.csv", text);
  shop.report(0);
  const auto requests = requests_by_api(hubspot);
  EXPECT_EQ(requests.at("contacts"), 3);
  EXPECT_EQ(requests.at("orders"), 3);
  EXPECT_EQ(requests.at("associations"), 3);
}

TEST_F(ShopCrm, MakesALeadACustomerAndNotBack) {
  const sandbox::Server hubspot(portal());
  shop.write("job.toml",
             crm_job(hubspot.url(), kCrm, "", std::string(kOrders) + std::string(kLog)));
  shop.write("shop.log", registration(1) + registration(2));
  shop.write("orders.csv", orders_header() +
                               "#1,VISITOR1@example.com,paid,,USD,1.50,2023-06-01 12:00:00 +0000,"
                               "1,2024-05-01\n");
  shop.report(0);
  std::map<std::string, std::string> stages;
  for (const Json& contact : listed(hubspot.contacts_json(), "contacts")) {
    stages[contact["properties"]["email"]] = contact["properties"]["lifecyclestage"];
  }
  EXPECT_EQ(stages, (std::map<std::string, std::string>{{"visitor1@example.com", "customer"},
                                                        {"visitor2@example.com", "lead"}}));
}

TEST_F(ShopCrm, WithoutOrdersIsOneRequest) {
  const sandbox::Server hubspot(portal());
  std::string job = crm_job(hubspot.url());
  job.erase(job.find("order_id"), job.find("[hubspot.crm.contact]") - job.find("order_id"));
  shop.write("job.toml", job);
  shop.write("orders.csv", orders_header() + order_of(1, 1) + order_of(2, 2));
  shop.report(0);
  const auto requests = requests_by_api(hubspot);
  EXPECT_EQ(requests.at("contacts"), 1);
  EXPECT_EQ(requests.at("orders"), 0);
}

TEST_F(ShopCrm, StopsWhereAPropertyIsNotThere) {
  const sandbox::Server hubspot(sandbox::ServerOptions{});
  shop.write("job.toml", crm_job(hubspot.url()));
  shop.write("orders.csv", orders_header() + order_of(1, 1) + order_of(2, 2));
  const Ended ended = shop.run({"import", "job.toml", "--json"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.err,
            "HubSpot does not take what the job sends: Property \"last_model\" does not exist; "
            "make the property in HubSpot's settings, or name another, or leave it out by \"\", in "
            "[hubspot.crm.contact] of the job; 2 events stay pending\n");
  EXPECT_EQ(shop.totals(), "0/0/2/0");
}

TEST_F(ShopCrm, SendsWhatIsInDoubtAgainByItself) {
  const std::string contact = R"({"id":"101","properties":{"email":"customer1@example.com"}})";
  const std::string order = R"({"id":"7","properties":{"ordertail_order_id":"main:1"}})";
  const auto batch = [](const std::string& results) {
    return faults::answer(200, R"({"status":"COMPLETE","results":[)" + results + "]}",
                          {"Content-Type: application/json"});
  };
  const FaultServer server({faults::apply_then_close(), batch(contact), batch(order),
                            faults::half_body(R"({"status":"COMPLETE","results":[]})"),
                            batch(R"({"from":{"id":"7"},"to":{"id":"101"}})")});
  shop.write("job.toml", crm_job(server.url(), kCrm, "concurrency = 1\n"));
  shop.write("orders.csv", orders_header() + order_of(1, 1));
  shop.report(0);
  EXPECT_EQ(shop.totals(), "1/0/0/0");
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 5U);
  EXPECT_EQ(requests[0].body, requests[1].body);
  EXPECT_EQ(requests[3].body, requests[4].body);
  EXPECT_EQ(requests[1].target, "/crm/objects/2026-09/contacts/batch/upsert");
  EXPECT_EQ(requests[1].header("Authorization"), std::string("Bearer ") + kToken);
  EXPECT_EQ(requests[2].target, "/crm/objects/2026-09/orders/batch/upsert");
  EXPECT_EQ(requests[4].target,
            "/crm/associations/2026-09/orders/contacts/batch/associate/default");
}

/// Kills a program at one moment of one request.
class Killer {
 public:
  Killer(Moment moment, std::uint64_t request) : moment_(moment), request_(request) {}
  void aim_at(const Program& program) { target_.set_value(&program); }
  void observe(Moment moment, std::uint64_t request) {
    if (moment != moment_ || request != request_ || fired_.exchange(true)) return;
    target_.get_future().get()->kill_at_once();
  }

 private:
  const Moment moment_;
  const std::uint64_t request_;
  std::promise<const Program*> target_;
  std::atomic<bool> fired_ = false;
};

TEST_F(ShopCrm, KilledAnywhereGoesOnAndLeavesNothingInDoubt) {
  std::string text = orders_header();
  for (int number = 1; number <= 250; ++number) text += order_of(number, number);
  for (const Moment moment : {Moment::received, Moment::applied, Moment::answered}) {
    for (std::uint64_t request = 1; request <= 9; request += kSanitized ? 4 : 1) {
      SCOPED_TRACE(fmt::format("moment {} of request {}", static_cast<int>(moment), request));
      Killer killer(moment, request);
      sandbox::ServerOptions options = portal();
      options.observer = [&](Moment at, std::uint64_t number) { killer.observe(at, number); };
      const sandbox::Server hubspot(options);
      const Shop victim(JobText{kNobody});
      victim.write("key", std::string(kToken) + "\n");
      ::chmod(victim.path("key").c_str(), 0600);
      victim.write("job.toml", crm_job(hubspot.url(), kCrm, "concurrency = 1\n"));
      victim.write("orders.csv", text);
      Program program = victim.start({"import", "job.toml"});
      killer.aim_at(program);
      const Ended killed = program.wait();
      const bool may_have_ended = moment == Moment::answered && request == 9;
      EXPECT_TRUE(killed.signal == SIGKILL || (may_have_ended && killed.exit_code == 0));

      victim.report(0);
      EXPECT_EQ(victim.totals(), "250/0/0/0");
      const Json orders = listed(hubspot.orders_json(), "orders");
      EXPECT_EQ(orders.size(), 250U);
      for (const Json& order : orders) EXPECT_EQ(order["contacts"].size(), 1U);
      EXPECT_EQ(listed(hubspot.contacts_json(), "contacts").size(), 250U);
      EXPECT_LE(requests_by_api(hubspot).at("contacts"), 4)
          << "only what was under way is repeated";
    }
  }
}

TEST_F(ShopCrm, TakesWhatTheFormDoesNot) {
  const sandbox::Server hubspot(portal());
  const std::string endpoints = fmt::format(R"([hubspot.registration]
sink = "crm"
[hubspot.purchase]
sink = "forms"
url  = "{}/submissions/v3/integration/submit/62515/{}"
[hubspot.purchase.properties]
total_revenue = ""
[hubspot.purchase.otherwise]
sink = "crm"
)",
                                            hubspot.url(), kBuyers);
  shop.write("job.toml", crm_job(hubspot.url(), endpoints, "", std::string(kOrders) + R"(
[[source]]
files   = ["shop.log"]
pattern = "nginx-combined-utk"
[source.purchase]
path         = "/checkout/success"
order_number = "query:order"
email        = "query:email"
)"));
  const auto ago = [](int days) {
    return date::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - date::days(days);
  };
  const auto visit = [&](int number, int days, std::string_view token) {
    return fmt::format(
        "192.0.2.1 - - [{}] \"GET /checkout/success?order={}&email=customer{}%40"
        "example.com HTTP/1.1\" 200 5120 \"-\" \"Mozilla/5.0\" \"{}\"\n",
        date::format("%d/%b/%Y:%T +0000", ago(days)), number, number, token);
  };
  shop.write("shop.log", visit(1, 40, fmt::format("{:032x}", 1)) +  // too old
                             visit(2, 2, fmt::format("{:032x}", 2)) + visit(3, 1, "-"));
  shop.write("orders.csv",
             orders_header() + order_of(4, 4, "2024-05-01", date::format("%F %T +0000", ago(1))));
  shop.report(0);
  EXPECT_EQ(shop.totals(), "4/0/0/0");
  std::map<std::string, std::size_t> submissions;
  for (const Json& contact : listed(hubspot.contacts_json(), "contacts")) {
    submissions[contact["properties"]["email"]] = contact["conversions"].size();
  }
  EXPECT_EQ(submissions, (std::map<std::string, std::size_t>{{"customer1@example.com", 0},
                                                             {"customer2@example.com", 1},
                                                             {"customer3@example.com", 0},
                                                             {"customer4@example.com", 0}}));
  EXPECT_EQ(listed(hubspot.orders_json(), "orders").size(), 3U);
}

TEST_F(ShopCrm, IsChecked) {
  const sandbox::Server hubspot(portal());
  shop.write("job.toml", crm_job(hubspot.url()));
  shop.write("orders.csv", orders_header() + order_of(1, 1));
  const Ended ended = shop.run({"check", "job.toml", "--probe"});
  EXPECT_EQ(ended.exit_code, 0);
  const std::string authority = hubspot.url().substr(7);
  EXPECT_EQ(
      ended.out,
      fmt::format(
          "ok    job file         job.toml has 1 source\n"
          "ok    crm              contacts, and orders by their property ordertail_order_id, which "
          "HubSpot must have, with unique values\n"
          "ok    properties       HubSpot must have, before the first run, the contact property "
          "last_model\n"
          "ok    credential       it can be read, and by nobody else\n"
          "ok    checkpoint dir   it can be written to\n"
          "ok    checkpoint file  state/main.db will be made by the first run\n"
          "warn  source 1         of its first 1 event, 100% have an e-mail address, 0% a visitor "
          "token, 0% an IP address: without a token, HubSpot shows the sale under no source\n"
          "ok    close date       order 1 of 2023-06-01 12:00:00 UTC closes on 06/01/2023 "
          "(MM/DD/YYYY, the day in America/New_York)\n"
          "ok    transport        https, this machine, or plain http as the job says it is meant\n"
          "ok    crm endpoint     {} can be reached\n"
          "ok    probe            the server took the lead ordertail-probe@example.com; delete it "
          "in HubSpot\n",
          authority));
  EXPECT_EQ(listed(hubspot.contacts_json(), "contacts").size(), 1U);
}

}  // namespace
}  // namespace ordertail::stories
