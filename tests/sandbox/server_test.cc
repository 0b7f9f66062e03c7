#include "sandbox/server.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "base/error.h"

namespace ordertail::sandbox {
namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kForm = "/landing/page?app=leaddirector&FormName=new_registration";

constexpr const char* kFormGuid = "4f8ac2f6-0000-4000-8000-0123456789ab";
constexpr const char* kAnn = R"({"fields":[{"name":"email","value":"ann@example.com"}]})";

using Response = http::response<http::string_body>;

class Client {
 public:
  explicit Client(const Server& server) : socket_(io_) {
    socket_.connect({boost::asio::ip::make_address("127.0.0.1"), server.port()});
  }

  Response ask(http::verb verb, const std::string& target, const std::string& body = "",
               const char* type = "application/x-www-form-urlencoded") {
    http::request<http::string_body> request(verb, target, 11, body);
    request.set(http::field::host, "127.0.0.1");
    request.set(http::field::content_type, type);
    request.set(http::field::authorization, "Bearer pat-na1-s3cret");
    request.prepare_payload();
    http::write(socket_, request);
    return read();
  }
  Response post(const std::string& body) { return ask(http::verb::post, kForm, body); }
  Response submit(const std::string& endpoint, const std::string& body) {
    return ask(http::verb::post, "/submissions/v3/integration/" + endpoint + "/1/" + kFormGuid,
               body, "application/json");
  }
  Response get(const std::string& target) { return ask(http::verb::get, target); }

  void write(const std::string& text) { boost::asio::write(socket_, boost::asio::buffer(text)); }

  Response read() {
    Response response;
    http::read(socket_, buffer_, response);
    return response;
  }

  /// Waits until the server ends the connection.
  [[nodiscard]] bool is_ended() {
    char byte = 0;
    boost::system::error_code error;
    boost::asio::read(socket_, boost::asio::buffer(&byte, 1), error);
    return error == boost::asio::error::eof;
  }

 private:
  boost::asio::io_context io_;
  tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
};

json listed(const std::string& text, const char* what) {
  return json::parse(text).at(what);
}

TEST(Server, TakesSubmissionsOnOneConnectionAndListsThem) {
  const Server server({});
  Client client(server);
  const Response first = client.post("Email=ann%40example.com");
  EXPECT_EQ(first.result_int(), 200U);
  EXPECT_EQ(first[http::field::content_type], "application/json");
  EXPECT_EQ(client.post("Email=ann%40example.com&CloseDate=31/12/2023").result_int(), 400U);
  EXPECT_EQ(client.post("Email=ANN%40example.com&CloseDate=12/31/2023").result_int(), 200U);

  const json leads = listed(client.get("/sandbox/leads").body(), "leads");
  ASSERT_EQ(leads.size(), 1U);
  EXPECT_EQ(leads[0].at("lifecycle"), "customer");
  EXPECT_EQ(leads[0].at("conversions")[0].at("guid"), json::parse(first.body()).at("guid"));
  EXPECT_EQ(leads, listed(server.leads_json(), "leads"));

  const json submissions = listed(client.get("/sandbox/submissions").body(), "submissions");
  ASSERT_EQ(submissions.size(), 3U);
  EXPECT_EQ(submissions[1].at("status"), 400);
  EXPECT_EQ(submissions[2].at("form"), "new_registration");
  EXPECT_EQ(submissions, listed(server.submissions_json(), "submissions"));
}

TEST(Server, CallsTheObserverAtEachMomentOfARequest) {
  std::mutex mutex;
  std::vector<std::string> seen;
  const Server* running = nullptr;
  {
    ServerOptions options;
    options.observer = [&](Moment moment, std::uint64_t number) {
      const std::lock_guard lock(mutex);
      const char* name = moment == Moment::received  ? "received"
                         : moment == Moment::applied ? "applied"
                                                     : "answered";
      seen.push_back(fmt::format("{} {} with {} leads", name, number,
                                 listed(running->leads_json(), "leads").size()));
    };
    const Server server(options);
    running = &server;
    Client client(server);
    EXPECT_EQ(client.post("UserToken=t").result_int(), 200U);
    EXPECT_EQ(client.post("nobody").result_int(), 400U);
    client.get("/sandbox/leads");  // by its reply, the moments before it are over
  }
  EXPECT_THAT(seen, ElementsAre("received 1 with 0 leads", "applied 1 with 1 leads",
                                "answered 1 with 1 leads", "received 2 with 1 leads",
                                "answered 2 with 1 leads"));
}

TEST(Server, LogsOneLinePerLeadsRequestWithoutTheKey) {
  std::vector<std::string> lines;
  {
    ServerOptions options;
    options.hapikey = "s3cret";
    options.log = [&](std::string_view line) { lines.emplace_back(line); };
    const Server server(options);
    Client client(server);
    EXPECT_EQ(client.post("UserToken=t&hapikey=s3cret").result_int(), 200U);
    EXPECT_EQ(
        client.ask(http::verb::post, std::string(kForm) + "&hapikey=s3cret", "a=%0A").result_int(),
        400U);
    EXPECT_EQ(client.post("UserToken=t&hapikey=wrong-s3cret").result_int(), 401U);
    EXPECT_THAT(client.get("/sandbox/submissions").body(), Not(HasSubstr("s3cret")));
    EXPECT_THAT(client.get("/sandbox/leads").body(), Not(HasSubstr("s3cret")));
  }
  ASSERT_EQ(lines.size(), 3U);
  for (const std::string& line : lines) {
    EXPECT_THAT(line, Not(HasSubstr("s3cret")));
    EXPECT_EQ(line.find('\n'), line.npos);
  }
  EXPECT_EQ(json::parse(lines[1]).at("status"), 400);
}

TEST(Server, TakesFormSubmissionsAndListsThem) {
  ServerOptions options;
  options.access.token = "pat-na1-s3cret";
  options.contact_properties.declared = {{"last_order", PropertyType::date}};
  options.forms_limits.open_per_10s = 1;
  std::vector<std::string> lines;
  options.log = [&](std::string_view line) { lines.emplace_back(line); };
  {
    const Server server(options);
    Client client(server);
    const Response open = client.submit("submit", kAnn);
    EXPECT_EQ(open.result_int(), 200U);
    EXPECT_EQ(open[http::field::content_type], "application/json;charset=utf-8");
    EXPECT_EQ(client.submit("submit", kAnn).result_int(), 429U);
    EXPECT_EQ(client.submit("secure/submit", kAnn).result_int(), 200U);
    EXPECT_EQ(client
                  .submit("secure/submit", R"({"fields":[{"name":"email","value":"a@example.com"},)"
                                           R"({"name":"last_order","value":"12/31/2023"}]})")
                  .result_int(),
              400U);
    EXPECT_EQ(client.post("Email=ann%40example.com").result_int(), 200U);

    const json results = listed(
        client.get(std::string("/form-integrations/v1/submissions/forms/") + kFormGuid).body(),
        "results");
    EXPECT_EQ(results.size(), 2U);
    EXPECT_EQ(listed(client.get("/sandbox/contacts").body(), "contacts").size(), 1U);
    EXPECT_EQ(listed(server.contacts_json(), "contacts")[0].at("properties").at("email"),
              "ann@example.com");
    EXPECT_EQ(server.counts_json(), R"({"leads":{"requests":1,"received":1,"applied":1},)"
                                    R"("forms":{"requests":4,"received":4,"applied":2},)"
                                    R"("contacts":{"requests":0,"received":0,"applied":0},)"
                                    R"("orders":{"requests":0,"received":0,"applied":0},)"
                                    R"("associations":{"requests":0,"received":0,"applied":0}})");
    EXPECT_EQ(client.get("/sandbox/counts").body(), server.counts_json());
    EXPECT_EQ(listed(server.submissions_json(), "submissions")[4].at("number"), 5);
    EXPECT_THAT(client.get("/").body(), HasSubstr("<h1>Contacts</h1>"));
    EXPECT_THAT(server.submissions_json(), Not(HasSubstr("s3cret")));
  }
  ASSERT_EQ(lines.size(), 5U);
  for (const std::string& line : lines) EXPECT_THAT(line, Not(HasSubstr("s3cret")));
  EXPECT_EQ(json::parse(lines[3]).at("status"), 400);
}

TEST(Server, TakesBatchesOfCrmContactsAsOneRequestOfManySubmissions) {
  std::vector<std::string> lines;
  std::vector<std::string> seen;
  {
    ServerOptions options;
    options.crm_limits = {.per_10s = 3, .per_day = 9};
    options.log = [&](std::string_view line) { lines.emplace_back(line); };
    options.observer = [&](Moment moment, std::uint64_t number) {
      seen.push_back(fmt::format("{} {}", static_cast<int>(moment), number));
    };
    const Server server(options);
    Client client(server);
    const auto batch = [&](const char* operation, const char* body) {
      return client.ask(http::verb::post,
                        std::string("/crm/v3/objects/contacts/batch/") + operation, body,
                        "application/json");
    };
    EXPECT_EQ(client.post("UserToken=t").result_int(), 200U);
    const Response upserted = batch(
        "upsert", R"({"inputs":[{"id":"a@example.com","idProperty":"email","properties":{}},)"
                  R"({"id":"b@example.com","idProperty":"email","properties":{"city":"Ulm"}}]})");
    EXPECT_EQ(upserted.result_int(), 200U);
    EXPECT_EQ(upserted[http::field::content_type], "application/json;charset=utf-8");
    EXPECT_EQ(upserted["X-HubSpot-RateLimit-Remaining"], "2");
    EXPECT_EQ(upserted["X-HubSpot-RateLimit-Daily-Remaining"], "8");
    const Response found = batch("read", R"({"properties":["city"],"idProperty":"email",)"
                                         R"("inputs":[{"id":"b@example.com"}]})");
    EXPECT_EQ(listed(found.body(), "results")[0].at("properties").at("city"), "Ulm");
    EXPECT_EQ(batch("upsert", "{}").result_int(), 400U);
    EXPECT_EQ(client.ask(http::verb::post, "/crm/v3/objects/contacts/batch/archive").result_int(),
              404U);
    EXPECT_EQ(server.counts_json(), R"({"leads":{"requests":1,"received":1,"applied":1},)"
                                    R"("forms":{"requests":0,"received":0,"applied":0},)"
                                    R"("contacts":{"requests":2,"received":3,"applied":2},)"
                                    R"("orders":{"requests":0,"received":0,"applied":0},)"
                                    R"("associations":{"requests":0,"received":0,"applied":0}})");
  }
  EXPECT_THAT(seen, ElementsAre("0 1", "1 1", "2 1", "0 2", "1 2", "2 2", "0 3", "2 3"));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(json::parse(lines[1]).at("number"), 2);
  EXPECT_EQ(json::parse(lines[2]).at("number"), 2);
  EXPECT_EQ(json::parse(lines[3]).at("number"), 3);
}

TEST(Server, TakesOrdersAndWhoseTheyAreAndListsThem) {
  ServerOptions options;
  options.unique_order_property = "shop_order";
  const Server server(options);
  Client client(server);
  const auto post = [&](const char* path, const char* body) {
    return client.ask(http::verb::post, path, body, "application/json").result_int();
  };
  EXPECT_EQ(post("/crm/objects/2026-03/contacts/batch/upsert",
                 R"({"inputs":[{"id":"a@example.com","idProperty":"email","properties":{}}]})"),
            200U);
  EXPECT_EQ(post("/crm/objects/2026-03/orders/batch/upsert",
                 R"({"inputs":[{"id":"7","idProperty":"shop_order","properties":{}}]})"),
            200U);
  EXPECT_EQ(post("/crm/v3/objects/orders/batch/read",
                 R"({"idProperty":"shop_order","properties":[],"inputs":[{"id":"7"}]})"),
            200U);
  EXPECT_EQ(post("/crm/v4/associations/orders/contacts/batch/associate/default",
                 R"({"inputs":[{"from":{"id":"1000000001"},"to":{"id":"1"}}]})"),
            200U);
  const json orders = listed(client.get("/sandbox/orders").body(), "orders");
  EXPECT_EQ(orders, json::parse(R"([{"id": 1000000001, "properties": {"shop_order": "7"},
                                     "contacts": [1]}])"));
  EXPECT_EQ(orders, listed(server.orders_json(), "orders"));
  const json submissions = listed(server.submissions_json(), "submissions");
  ASSERT_EQ(submissions.size(), 3U);
  EXPECT_EQ(submissions[2].at("order"), 1'000'000'001);
  EXPECT_EQ(submissions[2].at("contact"), 1);
  EXPECT_THAT(client.get("/").body(), HasSubstr("<td>1000000001  <br>\n"));
}

TEST(Server, ASubmissionThatIsDroppedHasNoMomentOfApplication) {
  std::mutex mutex;
  std::uint64_t applied = 0;
  ServerOptions options;
  options.observer = [&](Moment moment, std::uint64_t) {
    const std::lock_guard lock(mutex);
    if (moment == Moment::applied) ++applied;
  };
  const Server server(options);
  Client client(server);
  for (int i = 0; i <= 1'000; ++i) {
    ASSERT_EQ(client.submit("submit", kAnn).result_int(), 200U);
  }
  const std::lock_guard lock(mutex);
  EXPECT_EQ(applied, 1'000U);
}

TEST(Server, KeepsTheRate) {
  ServerOptions options;
  options.requests_per_10s = 1;
  const Server server(options);
  Client client(server);
  EXPECT_EQ(client.post("UserToken=t").result_int(), 200U);
  EXPECT_EQ(client.post("UserToken=t").result_int(), 429U);
}

TEST(Server, ShowsThePageLockedDown) {
  const Server server({});
  Client client(server);
  client.post("Email=ann%40example.com&FirstName=%3Cimg+src%3Dx%3E");
  const Response page = client.get("/");
  EXPECT_EQ(page.result_int(), 200U);
  EXPECT_EQ(page[http::field::content_type], "text/html; charset=utf-8");
  EXPECT_EQ(page["Content-Security-Policy"],
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'");
  EXPECT_THAT(page.body(), HasSubstr("&lt;img src=x&gt;"));
}

TEST(Server, KnowsNoOtherPathAndNoOtherMethod) {
  const Server server({});
  Client client(server);
  const Response missing = client.ask(http::verb::post, "/crm/v3/objects", "x");
  EXPECT_EQ(missing.result_int(), 404U);
  EXPECT_EQ(json::parse(missing.body()).at("message"),
            "Not found. A Leads API URL ends in ?app=leaddirector&FormName= and the form's name; "
            "hubspot-sandbox --help lists the others.");
  const Response listing = client.ask(http::verb::post, "/sandbox/leads");
  EXPECT_EQ(listing.result_int(), 405U);
  EXPECT_EQ(listing[http::field::allow], "GET");
  const Response form = client.get(kForm);
  EXPECT_EQ(form.result_int(), 405U);
  EXPECT_EQ(form[http::field::allow], "POST");
}

TEST(Server, RefusesWhatIsTooLargeOrNotHttpAndEndsTheConnection) {
  const Server server({});
  const auto answer_to = [&](const std::string& text) {
    Client client(server);
    client.write(text);
    const unsigned status = client.read().result_int();
    EXPECT_TRUE(client.is_ended());
    return status;
  };
  EXPECT_EQ(answer_to("POST / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n"), 413U);
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nX: " + std::string(65'536, 'x')), 431U);
  EXPECT_EQ(answer_to("\r\r\r\n"), 400U);
  EXPECT_EQ(
      answer_to("POST / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n" + std::string(2'000'000, 'x')),
      413U)
      << "the answer outlives the bytes nobody reads";

  Client client(server);
  EXPECT_EQ(client.post("UserToken=t&x=" + std::string((1U << 20U) - 14, 'x')).result_int(), 200U);
}

TEST(Server, HonoursConnectionClose) {
  const Server server({});
  Client client(server);
  client.write("GET /sandbox/leads HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.read().result_int(), 200U);
  EXPECT_TRUE(client.is_ended());
}

TEST(Server, EndsAnIdleConnection) {
  ServerOptions options;
  options.idle_timeout = std::chrono::milliseconds(20);
  const Server server(options);
  Client client(server);
  EXPECT_TRUE(client.is_ended());
}

TEST(Server, ServesManyClientsAtOnceAndLosesNothing) {
  const Server server({});
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&server, t] {
      Client client(server);
      for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(client.post(fmt::format("Email=user{}-{}%40example.com", t, i)).result_int(),
                  200U);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(listed(server.leads_json(), "leads").size(), 800U);
}

TEST(Server, StopsWithConnectionsOpen) {
  auto server = std::make_unique<Server>(ServerOptions());
  Client waiting(*server);
  EXPECT_EQ(waiting.get("/").result_int(), 200U);
  Client halfway(*server);
  halfway.write("POST / HT");
  server.reset();
  EXPECT_TRUE(waiting.is_ended());
}

std::string refusal_to_start(ServerOptions options) {
  try {
    const Server server(std::move(options));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error.what();
  }
  return "started";
}

TEST(Server, ListensOnTheLoopbackOnly) {
  for (const char* address : {"0.0.0.0", "::", "192.0.2.7", "localhost", "127.0.0.1 ", ""}) {
    ServerOptions options;
    options.address = address;
    EXPECT_EQ(
        refusal_to_start(options),
        fmt::format("The sandbox keeps what it is sent on this machine: it listens on loopback "
                    "addresses only, and {} is not one. Use 127.0.0.1 or ::1.",
                    address));
  }
  ServerOptions options;
  options.address = "127.0.0.2";
  const Server server(options);
  EXPECT_EQ(server.url(), fmt::format("http://127.0.0.2:{}", server.port()));
}

TEST(Server, SaysWhichPortIsTaken) {
  const Server server({});
  ServerOptions options;
  options.port = server.port();
  EXPECT_EQ(refusal_to_start(options),
            fmt::format("The sandbox cannot listen on 127.0.0.1:{}: Address already in use. Choose "
                        "another port, or 0 for any free one.",
                        server.port()));
}

}  // namespace
}  // namespace ordertail::sandbox
