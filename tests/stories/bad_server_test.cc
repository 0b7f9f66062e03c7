// Servers that refuse, fail, lie or are not there: what becomes of the events, and what is said.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/fault_server.h"
#include "stories/shop.h"

namespace ordertail::stories {
namespace {

using faults::FaultServer;
using faults::Mode;

const std::string kAck = R"({"guid":"3f0c1a52-6f0b-4c57-9a55-0f6d5b7a2c11"})";

/// What an import against a server did.
struct Outcome {
  int exit_code;
  std::string err;
  std::string totals;  ///< as Shop::totals()
  std::size_t requests = 0;
};

Outcome import_into(const std::string& url, const std::string& more = "", unsigned tries = 1) {
  const Shop shop(JobText{url, 1, tries});
  shop.write("orders.csv", orders(1, 3));
  const Ended ended = shop.shell("$ordertail import job.toml --json " + more);
  expect_balanced(Json::parse(ended.out));
  return {ended.exit_code, ended.err, shop.totals()};
}

/// Three orders, one at a time, against a server that behaves like this.
Outcome import_from(std::vector<Mode> script, unsigned tries = 1) {
  const FaultServer server(std::move(script));
  Outcome outcome = import_into(server.url(), "", tries);
  outcome.requests = server.requests().size();
  return outcome;
}

TEST(BadServer, AClosedPortLeavesEverythingPendingForTheNextRun) {
  const Shop shop(JobText{kNobody, 4, 2});
  shop.write("orders.csv", orders(1, 3));
  const Ended ended = shop.run({"import", "job.toml"});
  EXPECT_EQ(ended.exit_code, 5);
  EXPECT_EQ(ended.err,
            "cannot connect to 127.0.0.1:1: Connection refused; 3 events stay pending; run the "
            "command again\n");
  EXPECT_EQ(shop.totals(), "0/0/3/0");

  const sandbox::Server hubspot{sandbox::ServerOptions{}};
  shop.write("job.toml", job_text({hubspot.url()}));
  shop.report(0);
  expect_each_once(hubspot, 3);
}

TEST(BadServer, ARefusedCredentialStopsTheRun) {
  for (const int status : {401, 403}) {
    const Outcome outcome =
        import_from({faults::answer(status, R"({"message":"this key has expired"})")});
    EXPECT_EQ(outcome.exit_code, 6);
    EXPECT_EQ(outcome.err,
              fmt::format("the server refused the credential with status {}: this key has expired; "
                          "3 events stay pending\n",
                          status));
    EXPECT_EQ(outcome.totals, "0/0/3/0");
    EXPECT_EQ(outcome.requests, 1U);
  }
}

TEST(BadServer, AnEndpointThatIsNotThereStopsTheRun) {
  const Outcome outcome = import_from({faults::answer(404, "")});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.err,
            "the endpoint answered with status 404; check its url in the job; 3 events stay "
            "pending\n");
  EXPECT_EQ(outcome.totals, "0/0/3/0");
  EXPECT_EQ(outcome.requests, 1U);
}

TEST(BadServer, ARedirectIsNotFollowed) {
  const FaultServer elsewhere({faults::answer(200, kAck)});
  const Outcome outcome = import_from({faults::redirect(elsewhere.url() + "/")});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.err,
            "the endpoint redirects (status 302), which is never followed; check its url in the "
            "job; 3 events stay pending\n");
  EXPECT_EQ(outcome.totals, "0/0/3/0");
  EXPECT_EQ(elsewhere.requests().size(), 0U);
}

TEST(BadServer, FewerRequestsThatAreAskedForAreWaitedFor) {
  const Outcome outcome =
      import_from({faults::answer(429, "", {"Retry-After: 1"}), faults::answer(200, kAck)}, 2);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "the server wants fewer requests (status 429)\n");
  EXPECT_EQ(outcome.totals, "3/0/0/0");
  EXPECT_EQ(outcome.requests, 4U);
}

TEST(BadServer, ARefusedEventIsRejectedAndTheOthersAreSent) {
  const Outcome outcome = import_from(
      {faults::answer(400, R"({"message":"no such field"})"), faults::answer(200, kAck)});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_EQ(outcome.err,
            "orders.csv:2: purchase of order 1: rejected: the server refused the event with status "
            "400: no such field\n");
  EXPECT_EQ(outcome.totals, "2/1/0/0");
}

TEST(BadServer, AServerErrorLeavesADoubt) {
  const Outcome outcome = import_from({faults::answer(500, "oops"), faults::answer(200, kAck)}, 2);
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_EQ(outcome.err,
            "orders.csv:2: purchase of order 1: in doubt: the server failed with status 500: "
            "oops\n");
  EXPECT_EQ(outcome.totals, "2/0/0/1");
  EXPECT_EQ(outcome.requests, 3U) << "it is not sent again";
}

TEST(BadServer, HalfAReplyLeavesADoubt) {
  const std::vector<Mode> halves{faults::half_header(), faults::half_body(kAck),
                                 faults::apply_then_close(), faults::apply_then_reset()};
  for (const Mode& half : halves) {
    const Outcome outcome = import_from({half, faults::answer(200, kAck)}, 2);
    EXPECT_EQ(outcome.exit_code, 4);
    EXPECT_THAT(outcome.err,
                testing::MatchesRegex("orders.csv:2: purchase of order 1: in doubt: [^\n]+\n"));
    EXPECT_EQ(outcome.totals, "2/0/0/1");
    EXPECT_EQ(outcome.requests, 3U) << "it is not sent again";
  }
}

TEST(BadServer, ACaptivePortalStopsTheRunWithOneDoubt) {
  const Outcome outcome = import_from({faults::answer(
      200, "<!DOCTYPE html><html>Welcome to the airport</html>", {"Content-Type: text/html"})});
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_EQ(outcome.err,
            "orders.csv:2: purchase of order 1: in doubt: the endpoint answered with a web page "
            "(status 200), as HubSpot never does; check its url in the job, and the network\n"
            "the endpoint answered with a web page (status 200), as HubSpot never does; check its "
            "url in the job, and the network; 2 events stay pending; run the command again\n");
  EXPECT_EQ(outcome.totals, "0/0/2/1");
}

TEST(BadServer, ManyDoubtsInARowStopTheRun) {
  const FaultServer server({faults::answer(503, "")});
  const Shop shop(JobText{server.url()});
  shop.write("orders.csv", orders(1, 20));
  shop.report(4);
  EXPECT_EQ(shop.totals(), "0/0/15/5");
}

TEST(BadServer, ALimitIsKeptAndTheNextRunGoesOn) {
  const sandbox::Server hubspot{sandbox::ServerOptions{}};
  const Shop shop(JobText{hubspot.url()});
  shop.write("orders.csv", orders(1, 10));
  for (const int expected : {5, 5, 0}) {
    const Ended ended = shop.run({"import", "job.toml", "--limit", "4", "--json"});
    EXPECT_EQ(ended.exit_code, expected) << ended.err;
    expect_balanced(Json::parse(ended.out));
  }
  expect_each_once(hubspot, 10);

  shop.append("orders.csv", order(11) + order(12));
  EXPECT_THAT(shop.run({"import", "job.toml", "--limit", "1"}).out,
              testing::HasSubstr("note      stopped at --limit with more to read; run the command "
                                 "again to go on\n"));
}

}  // namespace
}  // namespace ordertail::stories
