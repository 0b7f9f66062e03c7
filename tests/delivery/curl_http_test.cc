// libcurl as we set it up, over real sockets on the loopback, against a server that fails on
// purpose.
#include "delivery/curl_http.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstdlib>
#include <map>

#include "base/error.h"
#include "base/fd.h"
#include "faults/fault_server.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;
using faults::FaultServer;
using faults::Mode;

constexpr char kSecret[] = "s3cret-hapikey";

CurlOptions quick() {
  CurlOptions options;
  options.connect_timeout = 5s;
  options.total_timeout = 300ms;
  return options;
}

HttpRequest request_to(const std::string& server, std::string body = "Email=ann%40example.com") {
  HttpRequest request;
  request.url = server + "/?app=leaddirector&FormName=new+registration&hapikey=" + kSecret;
  request.content_type = "application/x-www-form-urlencoded";
  request.body = std::move(body);
  return request;
}

std::vector<HttpReply> replies_to(CurlHttp& http, std::size_t count) {
  std::vector<HttpReply> replies;
  while (replies.size() < count) {
    for (HttpReply& reply : http.wait(1000ms)) replies.push_back(std::move(reply));
  }
  return replies;
}

HttpReply post(CurlHttp& http, HttpRequest request) {
  http.start(7, std::move(request));
  HttpReply reply = replies_to(http, 1).front();
  EXPECT_EQ(reply.ticket, 7U);
  EXPECT_EQ(reply.error.find(kSecret), std::string::npos) << reply.error;
  EXPECT_EQ(reply.error.find("FormName"), std::string::npos) << reply.error;
  return reply;
}

/// host:port of a server's URL.
std::string address_of(const FaultServer& server) {
  return server.url().substr(7);
}

/// A port on which nobody listens: bound, so that nobody can begin to.
class RefusedPort {
 public:
  RefusedPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_.get(), generic, size) != 0) std::abort();
    if (::getsockname(socket_.get(), generic, &size) != 0) std::abort();
    address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  Fd socket_;
  std::string address_;
};

TEST(CurlHttp, AWholeReplyIsComplete) {
  FaultServer server({faults::answer(429, "slow down", {"Retry-After: 17"})});
  CurlHttp http({});
  const HttpReply reply = post(http, request_to(server.url()));
  EXPECT_EQ(reply.transfer, Transfer::complete);
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.body, "slow down");
  EXPECT_EQ(reply.retry_after, "17");
  EXPECT_EQ(reply.error, "");
}

TEST(CurlHttp, ReadsHowManyRequestsTheAccountHasLeft) {
  FaultServer server({faults::answer(200, "ok", {"x-hubspot-ratelimit-daily-remaining: 249999"}),
                      faults::answer(200, "ok", {"X-HubSpot-RateLimit-Daily-Remaining: many"}),
                      faults::answer(200, "ok")});
  CurlHttp http({});
  EXPECT_EQ(post(http, request_to(server.url())).daily_remaining, 249'999U);
  EXPECT_EQ(post(http, request_to(server.url())).daily_remaining, std::nullopt);
  EXPECT_EQ(post(http, request_to(server.url())).daily_remaining, std::nullopt);
}

TEST(CurlHttp, SendsTheRequestAsItIsAndNothingMore) {
  FaultServer server({faults::answer(200, "ok")});
  CurlHttp http({});
  HttpRequest request = request_to(server.url(), std::string(200'000, 'x'));
  request.authorization = "Bearer token";
  EXPECT_EQ(post(http, request).transfer, Transfer::complete);
  ASSERT_EQ(server.requests().size(), 1U);
  const faults::Request seen = server.requests().front();
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ("http://" + address_of(server) + seen.target, request.url);
  EXPECT_EQ(seen.body, request.body);
  EXPECT_EQ(seen.header("Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(seen.header("Content-Length"), "200000");
  EXPECT_EQ(seen.header("Authorization"), "Bearer token");
  EXPECT_EQ(seen.header("Host"), address_of(server));
  for (const char* absent : {"Expect", "Accept-Encoding", "Cookie", "Transfer-Encoding"}) {
    EXPECT_EQ(seen.header(absent), "") << absent;
  }
}

TEST(CurlHttp, KeepsConnectionsAndRunsRequestsSideBySide) {
  FaultServer server({faults::answer(200, "ok")});
  CurlHttp http({});
  for (int round = 0; round < 5; ++round) {
    for (std::uint64_t ticket = 0; ticket < 4; ++ticket) {
      http.start(ticket, request_to(server.url(), std::to_string(ticket)));
    }
    replies_to(http, 4);
  }
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 20U);
  for (const auto& request : requests) EXPECT_LE(request.connection, 4U);
}

TEST(CurlHttp, ARefusedConnectionIsNotSent) {
  const RefusedPort port;
  CurlHttp http({});
  const HttpReply reply = post(http, request_to("http://" + port.address()));
  EXPECT_EQ(reply.transfer, Transfer::not_sent);
  EXPECT_FALSE(reply.server_not_trusted);
  EXPECT_EQ(reply.status, 0);
  EXPECT_EQ(reply.error, "cannot connect to " + port.address() + ": Connection refused");
}

TEST(CurlHttp, AHostWithoutAnAddressIsNotSent) {
  // A label of more than 63 letters: no name server needs to be asked.
  const std::string host = std::string(64, 'a') + ".example.com";
  CurlHttp http({});
  const HttpReply reply = post(http, request_to("http://" + host));
  EXPECT_EQ(reply.transfer, Transfer::not_sent);
  EXPECT_EQ(reply.error, "cannot find the address of " + host + ":80");
}

TEST(CurlHttp, OtherProtocolsAreNotSpoken) {
  CurlHttp http({});
  for (const char* url : {"file:///etc", "ftp://127.0.0.1", "gopher://127.0.0.1"}) {
    const HttpReply reply = post(http, request_to(url));
    EXPECT_EQ(reply.transfer, Transfer::not_sent) << url;
    EXPECT_EQ(reply.status, 0) << url;
  }
}

// It may be there again in a minute: that is no reason to doubt who it is.
TEST(CurlHttp, AServerThatHangsUpOnTlsIsNotSentTo) {
  FaultServer server({faults::close_at_once()});
  CurlHttp http({quick()});
  const HttpReply reply = post(http, request_to("https://" + address_of(server)));
  EXPECT_EQ(reply.transfer, Transfer::not_sent);
  EXPECT_FALSE(reply.server_not_trusted) << reply.error;
}

struct Fault {
  const char* name;
  Mode mode;
  const char* error;  ///< after host and port
};

std::vector<Fault> faults_after_sending() {
  Mode headers_without_end = faults::answer(200, "ok");
  headers_without_end.reply =
      "HTTP/1.1 200 OK\r\nX-Long: " + std::string(70'000, 'h') + "\r\nContent-Length: 0\r\n\r\n";
  Mode storm = faults::answer(200, "ok");
  storm.reply.clear();
  for (int i = 0; i < 4000; ++i) storm.reply += "HTTP/1.1 103 Early Hints\r\n\r\n";
  const char* no_reply = " closed the connection without a reply";
  const char* too_long = "the reply of SERVER is longer than 8 MiB, or its headers than 64 KiB";
  return {
      {"close", faults::apply_then_close(), no_reply},
      {"reset", faults::apply_then_reset(),
       "the exchange with SERVER failed: Failure when receiving data from the peer"},
      {"half status line", faults::half_header(), no_reply},
      {"half header",
       {"HTTP/1.1 400 Bad Request\r\nContent-Le", Mode::End::close, true},
       "the exchange with SERVER failed: Transferred a partial file"},
      {"header without its end",
       {"HTTP/1.1 204 No Content\r\n", Mode::End::close, true},
       "the exchange with SERVER failed: Transferred a partial file"},
      {"half body", faults::half_body("6f2ccdfe4892f0fa0593940b12c11aa1"),
       "the exchange with SERVER failed: Transferred a partial file"},
      {"silent", faults::silent(), "no reply from SERVER in time"},
      {"9 MiB", faults::answer(200, std::string(9U << 20U, 'b')), too_long},
      {"70 kB of headers", headers_without_end, too_long},
      {"4000 times 103", storm, too_long},
  };
}

TEST(CurlHttp, WhatFailsAfterTheFirstByteIsBroken) {
  for (const Fault& fault : faults_after_sending()) {
    SCOPED_TRACE(fault.name);
    FaultServer server({fault.mode});
    CurlOptions options = quick();
    if (std::string_view(fault.name) != "silent") options.total_timeout = 10s;
    CurlHttp http(options);
    const HttpReply reply = post(http, request_to(server.url()));
    EXPECT_EQ(reply.transfer, Transfer::broken);
    EXPECT_NE(reply.error.find(address_of(server)), std::string::npos) << reply.error;
    std::string expected = fault.error;
    if (const auto at = expected.find("SERVER"); at != std::string::npos) {
      expected.replace(at, 6, address_of(server));
    }
    EXPECT_NE(reply.error.find(expected), std::string::npos) << reply.error;
    EXPECT_EQ(server.requests().size(), 1U) << "the fault did not fire, or fired twice";
  }
}

TEST(CurlHttp, RedirectsAreNotFollowed) {
  FaultServer elsewhere({faults::answer(200, "ok")});
  FaultServer server({faults::redirect(elsewhere.url())});
  CurlHttp http({});
  const HttpReply reply = post(http, request_to(server.url()));
  EXPECT_EQ(reply.transfer, Transfer::complete);
  EXPECT_EQ(reply.status, 302);
  EXPECT_EQ(server.requests().size(), 1U);
  EXPECT_TRUE(elsewhere.requests().empty());
}

// libcurl by itself would send each of these again on a fresh connection and report a 200.
TEST(CurlHttp, NoRequestIsSentTwiceWhenAKeptConnectionDies) {
  constexpr std::size_t kDrops = 200;
  std::vector<Mode> script;
  for (std::size_t i = 0; i < kDrops; ++i) {
    script.push_back(faults::answer(200, "ok"));
    script.push_back(i % 2 == 0 ? faults::apply_then_close() : faults::apply_then_reset());
  }
  FaultServer server(script);
  CurlHttp http({});
  for (std::size_t i = 0; i < 2 * kDrops; ++i) {
    const HttpReply reply = post(http, request_to(server.url(), std::to_string(i)));
    ASSERT_EQ(reply.transfer, i % 2 == 0 ? Transfer::complete : Transfer::broken) << i;
  }
  const auto requests = server.requests();
  std::map<std::string, int> copies;
  for (const auto& request : requests) ++copies[request.body];
  ASSERT_EQ(copies.size(), 2 * kDrops);
  for (const auto& [body, count] : copies) EXPECT_EQ(count, 1) << body;
  for (std::size_t i = 1; i < requests.size(); i += 2) {
    ASSERT_EQ(requests[i].connection, requests[i - 1].connection)
        << "drop " << i << " did not hit a kept connection";
  }
}

TEST(CurlHttp, AKeptConnectionThatClosesUnreadIsBroken) {
  FaultServer server(
      {faults::answer(200, "ok"), faults::close_at_once(), faults::answer(200, "ok")});
  CurlHttp http({});
  EXPECT_EQ(post(http, request_to(server.url(), "1")).transfer, Transfer::complete);
  EXPECT_EQ(post(http, request_to(server.url(), "2")).transfer, Transfer::broken);
  EXPECT_EQ(post(http, request_to(server.url(), "3")).transfer, Transfer::complete);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[1].body, "3");
}

// A proxy would see people's data, and who can set a variable is not thereby trusted with it.
TEST(CurlHttp, TheEnvironmentsProxyIsNotUsed) {
  const FaultServer proxy({faults::answer(502, "from the proxy")});
  FaultServer server({faults::answer(200, "from the server")});
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    ::setenv(name, ("http://user:word@" + address_of(proxy)).c_str(), 1);
    CurlHttp http({});
    EXPECT_EQ(post(http, request_to(server.url())).body, "from the server") << name;
    ::unsetenv(name);
  }
  EXPECT_TRUE(proxy.requests().empty());
}

TEST(CurlHttp, ACredentialOfTwoLinesIsRefused) {
  CurlHttp http({});
  HttpRequest request = request_to("http://127.0.0.1:9");
  request.authorization = "Bearer one\r\nX-Injected: two";
  try {
    http.start(1, request);
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::credentials);
    EXPECT_STREQ(error.what(),
                 "a header of the request holds a line break: is the credential in one line?");
  }
}

TEST(CurlHttp, ReachesAServerWithoutARequest) {
  const FaultServer server({faults::close_at_once()});
  EXPECT_EQ(reach(server.url() + "/?hapikey=" + kSecret, quick()).error, "");
  EXPECT_EQ(server.requests().size(), 0U);
  const Reach refused = reach(std::string("http://127.0.0.1:1/?hapikey=") + kSecret, quick());
  EXPECT_EQ(refused.error, "cannot connect to 127.0.0.1:1: Connection refused");
  EXPECT_FALSE(refused.server_not_trusted);
}

TEST(CurlHttp, WithNothingInFlightItJustWaits) {
  CurlHttp http({});
  const auto before = std::chrono::steady_clock::now();
  EXPECT_TRUE(http.wait(20ms).empty());
  EXPECT_GE(std::chrono::steady_clock::now() - before, 15ms);
}

}  // namespace
}  // namespace ordertail
