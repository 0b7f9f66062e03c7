// A server that cannot prove who it is gets no byte of a request, and its event stays pending.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "delivery/curl_http.h"
#include "delivery/stand_ins.h"
#include "delivery/tls_server.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using tls::Identity;
using tls::kDay;
using tls::Server;
using tls::Speaks;
using tls::Statement;

constexpr char kCanary[] = "canary-0d5e55c4";

class TlsTest : public testing::Test {
 protected:
  /// One order, with a credential, to the Leads API there. `trusted`: the authorities'
  /// certificates.
  Delivered deliver_to(const Server& server, const std::string& trusted) {
    files_.write("authorities.pem", trusted);
    CurlOptions options;
    options.ca_file = files_.path() / "authorities.pem";
    options.connect_timeout = options.total_timeout = 10s;
    CurlHttp http(options);
    const LeadsSink sink("https://" + server.address() + "/?app=leaddirector&FormName=bought",
                         kCanary);
    Limits limits;
    limits.requests_per_10s = 0;
    limits.tries = 1;
    const std::atomic<bool> interrupted{false};
    return Courier(shop_.store(), http, {{Kind::purchase, {&sink}}}, limits,
                   TimeZone::find("America/New_York"), clock_, 42, interrupted, {})
        .drain(1);
  }
  /// submitted/rejected/pending/in doubt
  [[nodiscard]] std::string totals() {
    const Totals totals = shop_.store().totals();
    return std::to_string(totals.submitted) + "/" + std::to_string(totals.rejected) + "/" +
           std::to_string(totals.pending) + "/" + std::to_string(totals.in_doubt);
  }
  /// Expects that the server is refused with these words, and that nothing was told to it.
  void expect_refused(Server& server, const std::string& words,
                      ExitCode exit = ExitCode::credentials) {
    const Delivered delivered = deliver_to(server, authority_.pem());
    EXPECT_EQ(delivered.exit, exit);
    EXPECT_EQ(delivered.message, words);
    EXPECT_EQ(totals(), "0/0/1/0");
    EXPECT_EQ(server.connections(), 1) << "it was not asked, or asked again";
    EXPECT_THAT(server.received(), Not(HasSubstr(kCanary)));
    EXPECT_THAT(server.received(), Not(HasSubstr("POST")));
  }
  /// The same of one whose certificate says this, signed by the trusted authority.
  void expect_distrust(const Statement& statement, const std::string& words) {
    const Identity identity(statement, &authority_);
    Server server(identity);
    expect_refused(server, words_for(server, words));
    EXPECT_EQ(server.received(), "");
  }
  static std::string words_for(const Server& server, const std::string& words) {
    return "cannot trust " + server.address() + ": " + words + "; 1 event stays pending";
  }

  const Identity authority_{tls::authority("Authority of this test")};

 private:
  TemporaryDirectory files_;
  FakeClock clock_;
  Shop shop_{clock_, 1};
};

TEST_F(TlsTest, AnHonestServerIsSentTo) {
  const Identity identity(Statement{}, &authority_);
  Server server(identity);
  const Delivered delivered = deliver_to(server, authority_.pem());
  EXPECT_EQ(delivered.exit, ExitCode::ok) << delivered.message;
  EXPECT_EQ(totals(), "1/0/0/0");
  EXPECT_THAT(server.received(), HasSubstr(kCanary)) << "nothing would be noticed";
}

TEST_F(TlsTest, AnHonestServerWithAnIntermediateAuthorityIsSentTo) {
  const Identity intermediate(tls::authority("Intermediate"), &authority_);
  const Identity identity(Statement{}, &intermediate);
  Server server(identity, {&intermediate});
  EXPECT_EQ(deliver_to(server, authority_.pem()).message, "");
  EXPECT_EQ(totals(), "1/0/0/0");
}

TEST_F(TlsTest, AnExpiredCertificateIsRefused) {
  Statement statement;
  statement.until = -kDay;
  expect_distrust(statement, "SSL certificate problem: certificate has expired");
}

TEST_F(TlsTest, ACertificateThatIsNotYetValidIsRefused) {
  Statement statement;
  statement.from = kDay;
  statement.until = 2 * kDay;
  expect_distrust(statement, "SSL certificate problem: certificate is not yet valid");
}

TEST_F(TlsTest, AnotherHostsCertificateIsRefused) {
  Statement statement;
  statement.names = "DNS:shop.example.com,IP:192.0.2.7";
  expect_distrust(
      statement,
      "SSL: no alternative certificate subject name matches target host name '127.0.0.1'");
}

// The alternative names alone count where there are any.
TEST_F(TlsTest, TheCommonNameDoesNotMakeUpForAnotherHostsNames) {
  Statement statement;
  statement.common_name = "127.0.0.1";
  statement.names = "DNS:shop.example.com";
  expect_distrust(
      statement,
      "SSL: no alternative certificate subject name matches target host name '127.0.0.1'");
}

TEST_F(TlsTest, AnotherHostsCommonNameWithoutAlternativeNamesIsRefused) {
  Statement statement;
  statement.common_name = "shop.example.com";
  statement.names = "";
  expect_distrust(statement,
                  "SSL: certificate subject name 'shop.example.com' does not match target host "
                  "name '127.0.0.1'");
}

TEST_F(TlsTest, ASelfSignedCertificateIsRefused) {
  const Identity identity{Statement{}};
  Server server(identity);
  expect_refused(server, words_for(server, "SSL certificate problem: self-signed certificate"));
}

TEST_F(TlsTest, AnUnknownAuthorityIsRefused) {
  const Identity other(tls::authority("Another authority"));
  const Identity identity(Statement{}, &other);
  Server server(identity, {&other});
  expect_refused(
      server,
      words_for(server, "SSL certificate problem: self-signed certificate in certificate chain"));
}

// Anybody can write the name of an authority into a certificate.
TEST_F(TlsTest, AnAuthorityOfTheSameNameIsRefused) {
  const Identity other(tls::authority("Authority of this test"));
  const Identity identity(Statement{}, &other);
  Server server(identity, {&other});
  expect_refused(server,
                 words_for(server, "its certificate is not signed by the authority that it names"));
}

TEST_F(TlsTest, AWeakKeyIsRefused) {
  Statement statement;
  statement.weak_key = true;
  expect_distrust(statement, "SSL certificate problem: EE certificate key too weak");
}

TEST_F(TlsTest, AWeakSignatureIsRefused) {
  Statement statement;
  statement.weak_signature = true;
  expect_distrust(statement, "SSL certificate problem: CA signature digest algorithm too weak");
}

TEST_F(TlsTest, ACertificateForClientsIsRefused) {
  Statement statement;
  statement.usage = "clientAuth";
  expect_distrust(statement, "SSL certificate problem: unsuitable certificate purpose");
}

TEST_F(TlsTest, AnIssuerThatIsNoAuthorityIsRefused) {
  Statement another_shop;
  another_shop.common_name = "shop.example.com";
  const Identity no_authority(another_shop, &authority_);
  const Identity identity(Statement{}, &no_authority);
  Server server(identity, {&no_authority});
  expect_refused(server, words_for(server, "SSL certificate problem: invalid CA certificate"));
}

TEST_F(TlsTest, AnExpiredIntermediateAuthorityIsRefused) {
  Statement expired = tls::authority("Intermediate");
  expired.until = -kDay;
  const Identity intermediate(expired, &authority_);
  const Identity identity(Statement{}, &intermediate);
  Server server(identity, {&intermediate});
  expect_refused(server, words_for(server, "SSL certificate problem: certificate has expired"));
}

TEST_F(TlsTest, AServerOfTls11IsRefused) {
  const Identity identity(Statement{}, &authority_);
  Server server(identity, {}, Speaks::tls_1_1);
  expect_refused(server, words_for(server, "it does not speak TLS 1.2 or newer"));
}

TEST_F(TlsTest, AServerWithoutTlsIsRefused) {
  const Identity identity(Statement{}, &authority_);
  Server server(identity, {}, Speaks::http);
  expect_refused(server, words_for(server, "it does not speak TLS"));
}

// It may be there again in a minute: that is no reason to doubt who it is.
TEST_F(TlsTest, AHandshakeThatBreaksOffIsTriedAgainLater) {
  const Identity identity(Statement{}, &authority_);
  Server server(identity, {}, Speaks::half_tls);
  expect_refused(server,
                 server.address() +
                     " closed the connection before TLS came about; 1 event stays "
                     "pending; run the command again",
                 ExitCode::stopped_early);
}

}  // namespace
}  // namespace ordertail
