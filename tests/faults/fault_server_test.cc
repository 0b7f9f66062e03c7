#include "faults/fault_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace ordertail::faults {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kPost =
    "POST /x?app=leaddirector HTTP/1.1\r\nHost: shop.example.com\r\nX-Spaced:  a b \r\n"
    "Content-Length: 5\r\n\r\na=b&c";

/// A client that shows what a socket shows.
class Client {
 public:
  /// `error`: what connecting ends with.
  explicit Client(const FaultServer& server, int error = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const std::string url = server.url();
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
    const bool failed =
        ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0;
    EXPECT_EQ(failed ? errno : 0, error) << "connect: " << std::strerror(errno);
  }

  void send(std::string_view text) const {
    (void)::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
  }

  /// What comes until `text` ends so, or the connection ends; then "[closed]" or "[reset]" is
  /// added.
  [[nodiscard]] std::string receive_until(std::string_view end) const {
    std::string text;
    while (end.empty() || !text.ends_with(end)) {
      char block[4096];
      const ssize_t got = ::recv(socket_.get(), block, sizeof block, 0);
      if (got == 0) return text + "[closed]";
      if (got < 0) return text + (errno == ECONNRESET ? "[reset]" : std::strerror(errno));
      text.append(block, static_cast<std::size_t>(got));
    }
    return text;
  }
  [[nodiscard]] std::string receive_all() const { return receive_until(""); }

  [[nodiscard]] bool hears_nothing() const {
    pollfd polled{socket_.get(), POLLIN, 0};
    return ::poll(&polled, 1, 0) == 0;
  }

 private:
  Fd socket_;
};

TEST(FaultServer, AnswersInTurnOnOneConnectionAndRepeatsTheLastMode) {
  const FaultServer server({answer(500, "broken", {"Retry-After: 2"}), answer(200, "fine")});
  const Client client(server);
  client.send(kPost);
  EXPECT_EQ(client.receive_until("broken"),
            "HTTP/1.1 500 Scripted\r\nContent-Length: 6\r\nRetry-After: 2\r\n\r\nbroken");
  for (int i = 0; i < 3; ++i) {
    client.send(kPost);
    EXPECT_EQ(client.receive_until("fine"),
              "HTTP/1.1 200 Scripted\r\nContent-Length: 4\r\n\r\nfine");
  }
  const std::vector<Request> requests = server.requests();
  ASSERT_EQ(requests.size(), 4U);
  EXPECT_FALSE(requests[0].applied);
  EXPECT_TRUE(requests[3].applied);
  EXPECT_EQ(requests[3].connection, 1U);
}

TEST(FaultServer, LogsTheWholeRequestHoweverItIsCut) {
  const FaultServer server({answer(204, "")});
  for (std::size_t cut = 0; cut <= kPost.size(); ++cut) {
    const Client client(server);
    client.send(kPost.substr(0, cut));
    client.send(kPost.substr(cut));
    ASSERT_THAT(client.receive_until("\r\n\r\n"), StartsWith("HTTP/1.1 204"));
  }
  const std::vector<Request> requests = server.requests();
  ASSERT_EQ(requests.size(), kPost.size() + 1);
  for (const Request& request : requests) {
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/x?app=leaddirector");
    EXPECT_EQ(request.headers.size(), 3U);
    EXPECT_EQ(request.header("hOST"), "shop.example.com");
    EXPECT_EQ(request.header("X-Spaced"), "a b");
    EXPECT_EQ(request.header("X-None"), "");
    EXPECT_EQ(request.body, "a=b&c");
  }
}

TEST(FaultServer, AnswersPipelinedRequestsInOrder) {
  const FaultServer server({answer(200, "1"), answer(200, "2")});
  const Client client(server);
  client.send(std::string(kPost) + std::string(kPost));
  EXPECT_THAT(client.receive_until("\r\n\r\n2"), HasSubstr("\r\n\r\n1HTTP/1.1"));
}

struct Ending {
  const char* name;
  Mode mode;
  std::string seen;
};

class Endings : public testing::TestWithParam<Ending> {};

TEST_P(Endings, AreAppliedAndLeaveTheClientGuessing) {
  // On a connection that has already served: the case in which clients resend by themselves.
  const FaultServer server({answer(200, "ok"), GetParam().mode});
  const Client client(server);
  client.send(kPost);
  ASSERT_THAT(client.receive_until("ok"), StartsWith("HTTP/1.1 200"));
  client.send(kPost);
  EXPECT_EQ(client.receive_all(), GetParam().seen);
  const std::vector<Request> requests = server.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_TRUE(requests[1].applied);
  EXPECT_EQ(requests[1].connection, 1U);
}

INSTANTIATE_TEST_SUITE_P(
    FaultServer, Endings,
    testing::Values(Ending{"close", apply_then_close(), "[closed]"},
                    Ending{"reset", apply_then_reset(), "[reset]"},
                    Ending{"half_header", half_header(), "HTTP/1.1 2[closed]"},
                    Ending{"half_body", half_body("{\"gu"),
                           "HTTP/1.1 200 Scripted\r\nContent-Length: 104\r\n\r\n{\"gu[closed]"}),
    [](const auto& ending) { return std::string(ending.param.name); });

TEST(FaultServer, SilentHoldsOneConnectionAndServesOthers) {
  std::string after_stop;
  {
    FaultServer server({silent(), answer(200, "ok")});
    const Client held(server);
    held.send(kPost);
    ASSERT_TRUE(server.wait_for_requests(1));
    const Client other(server);
    other.send(kPost);
    EXPECT_THAT(other.receive_until("ok"), StartsWith("HTTP/1.1 200"));
    EXPECT_TRUE(held.hears_nothing());
    EXPECT_TRUE(server.requests().front().applied);
    EXPECT_EQ(server.requests().back().connection, 2U);
  }
}

TEST(FaultServer, StoppingEndsASilentConnection) {
  auto server = std::make_unique<FaultServer>(std::vector<Mode>{silent()});
  const Client client(*server);
  client.send(kPost);
  ASSERT_TRUE(server->wait_for_requests(1));
  server.reset();
  EXPECT_EQ(client.receive_all(), "[closed]");
}

TEST(FaultServer, CloseAtOnceReadsNothing) {
  const FaultServer server({close_at_once(), answer(200, "ok"), close_at_once(), answer(200, "2")});
  const Client refused(server);
  EXPECT_EQ(refused.receive_all(), "[closed]");
  const Client client(server);
  client.send(kPost);
  ASSERT_THAT(client.receive_until("ok"), StartsWith("HTTP/1.1 200"));
  client.send(kPost);
  EXPECT_THAT(client.receive_all(), testing::AnyOf("[closed]", "[reset]"));
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(FaultServer, NeverReadsAndNeverCloses) {
  const FaultServer server({never_reads(), answer(200, "ok"), never_reads(), answer(200, "2")});
  const Client unread(server);
  unread.send(kPost);
  const Client client(server);
  client.send(kPost);
  ASSERT_THAT(client.receive_until("ok"), StartsWith("HTTP/1.1 200"));
  client.send(kPost);
  const Client other(server);
  other.send(kPost);
  EXPECT_THAT(other.receive_until("2"), StartsWith("HTTP/1.1 200"));
  EXPECT_TRUE(unread.hears_nothing());
  EXPECT_TRUE(client.hears_nothing());
  EXPECT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(server.played(), 4U);
}

TEST(FaultServer, AnEarlyReplyComesBeforeTheBody) {
  Mode early = answer(413, "");
  early.early = true;
  early.end = Mode::End::reset;
  const FaultServer server({early});
  const Client client(server);
  const std::size_t body = kPost.size() - 5;
  client.send(kPost.substr(0, body));
  EXPECT_THAT(client.receive_until("\r\n\r\n"), StartsWith("HTTP/1.1 413"));
  EXPECT_EQ(server.requests().size(), 0U);
  client.send(kPost.substr(body));
  EXPECT_EQ(client.receive_all(), "[reset]");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(FaultServer, AReplyInPiecesIsTheSameReply) {
  Mode slow = answer(200, "ok");
  slow.piece = 1;
  slow.pause = std::chrono::milliseconds(1);
  const FaultServer server({slow});
  const Client client(server);
  client.send(kPost);
  EXPECT_EQ(client.receive_until("ok"), "HTTP/1.1 200 Scripted\r\nContent-Length: 2\r\n\r\nok");
}

TEST(FaultServer, AReplyMayDependOnTheRequest) {
  Mode echo;
  echo.reply_to = [](const Request& request) { return wire(200, request.body); };
  const FaultServer server({echo});
  const Client client(server);
  client.send(kPost);
  EXPECT_THAT(client.receive_until("a=b&c"), StartsWith("HTTP/1.1 200"));
}

TEST(FaultServer, NobodyConnectsToOneThatHasLeft) {
  Mode last = answer(200, "ok");
  last.end = Mode::End::leave;
  const FaultServer server({last});
  const Client client(server);
  client.send(kPost);
  EXPECT_THAT(client.receive_all(), testing::EndsWith("ok[closed]"));
  const Client late(server, ECONNREFUSED);
}

TEST(FaultServer, RedirectsElsewhereAndAppliesNothing) {
  const FaultServer server({redirect("http://192.0.2.1/")});
  const Client client(server);
  client.send(kPost);
  EXPECT_EQ(client.receive_until("\r\n\r\n"),
            "HTTP/1.1 302 Scripted\r\nContent-Length: 0\r\nLocation: http://192.0.2.1/\r\n\r\n");
  EXPECT_FALSE(server.requests().front().applied);
}

TEST(FaultServer, WaitingForARequestThatNeverComesEnds) {
  const FaultServer server({silent()});
  EXPECT_FALSE(server.wait_for_requests(1, std::chrono::milliseconds(1)));
}

TEST(FaultServer, NeedsAScript) {
  EXPECT_THROW(FaultServer({}), std::invalid_argument);
}

}  // namespace
}  // namespace ordertail::faults
