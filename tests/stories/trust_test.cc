// Whom the program trusts as it is shipped: the system's authorities, and nobody else.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <sstream>

#include "base/text.h"
#include "delivery/tls_server.h"
#include "stories/shop.h"

namespace ordertail::stories {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kCanary = "canary-7e2b90d4";

/// A shop whose HubSpot is `server`, with a credential and three orders.
class TrustingShop : public Shop {
 public:
  explicit TrustingShop(const tls::Server& server)
      : Shop(JobText{"https://" + server.address(), 1, 1, "credential = { file = \"key\" }"}) {
    write("key", std::string(kCanary) + "\n");
    ::chmod(path("key").c_str(), 0600);
    write("orders.csv", orders(1, 3));
  }
};

void expect_refused(const Ended& ended, const Shop& shop, tls::Server& server,
                    const std::string& why) {
  EXPECT_EQ(ended.exit_code, 6);
  EXPECT_EQ(ended.err, fmt::format("cannot trust {}: SSL certificate problem: {}; 3 events stay "
                                   "pending\n",
                                   server.address(), why));
  EXPECT_EQ(shop.totals(), "0/0/3/0");
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.received(), "");
}

TEST(Trust, AServerOfAnUnknownAuthorityIsToldNothing) {
  const tls::Identity authority(tls::authority("Nobody's authority"));
  const tls::Identity identity(tls::Statement{}, &authority);
  tls::Server server(identity);
  const TrustingShop shop(server);
  expect_refused(shop.run({"import", "job.toml"}), shop, server,
                 "unable to get local issuer certificate");
}

// Whoever can set a variable must not thereby become HubSpot.
TEST(Trust, TheEnvironmentNamesNoAuthorities) {
  const tls::Identity authority(tls::authority("Nobody's authority"));
  const tls::Identity identity(tls::Statement{}, &authority);
  tls::Server server(identity);
  const TrustingShop shop(server);
  shop.write("authority.pem", authority.pem());
  const Ended ended = shop.shell(
      "export SSL_CERT_FILE=$PWD/authority.pem CURL_CA_BUNDLE=$PWD/authority.pem "
      "SSL_CERT_DIR=$PWD; $ordertail import job.toml");
  expect_refused(ended, shop, server, "unable to get local issuer certificate");
}

/// In a mount namespace of its own, where the system's authorities are those of a file.
class SystemsAuthorities : public testing::Test {
 protected:
  void SetUp() override {
    const TemporaryDirectory directory;
    directory.write("bundle", "");
    const Ended tried =
        Program({"unshare", "-Urm", "mount", "--bind", "bundle", kBundle}, directory.path()).wait();
    if (tried.exit_code != 0) GTEST_SKIP() << "no mount namespace to be had here: " << tried.err;
  }
  static Ended import_trusting(const tls::Identity& authority, const Shop& shop) {
    shop.write("bundle.pem", authority.pem());
    return shop.shell(
        fmt::format("unshare -Urm sh -c 'mount --bind bundle.pem {} && exec "
                    "$ordertail import job.toml'",
                    kBundle));
  }

  /// Where Debian's libcurl looks.
  static constexpr const char* kBundle = "/etc/ssl/certs/ca-certificates.crt";
};

TEST_F(SystemsAuthorities, AnHonestServerIsSentTo) {
  const tls::Identity authority(tls::authority("The system's authority"));
  const tls::Identity identity(tls::Statement{}, &authority);
  tls::Server server(identity);
  const TrustingShop shop(server);
  const Ended ended = import_trusting(authority, shop);
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(shop.totals(), "3/0/0/0");
  EXPECT_THAT(server.received(), HasSubstr(kCanary)) << "nothing would be noticed";
}

TEST_F(SystemsAuthorities, AnExpiredCertificateIsRefused) {
  const tls::Identity authority(tls::authority("The system's authority"));
  tls::Statement expired;
  expired.until = -tls::kDay;
  const tls::Identity identity(expired, &authority);
  tls::Server server(identity);
  const TrustingShop shop(server);
  expect_refused(import_trusting(authority, shop), shop, server, "certificate has expired");
}

TEST(Trust, NoOptionTurnsVerificationOff) {
  const Shop shop(JobText{kNobody});
  std::istringstream lines(shop.run({"--help"}).out);
  int commands = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("  ") || line[2] == ' ') continue;
    const std::string command = line.substr(2, line.find(' ', 2) - 2);
    const std::string help = lower(shop.run({command, "--help"}).out);
    EXPECT_THAT(help, HasSubstr("usage: ordertail " + command));
    for (const char* word : {"verif", "insecure", "tls", "ssl", "cert", "authorit"})
      EXPECT_THAT(help, Not(HasSubstr(word))) << command;
    ++commands;
  }
  EXPECT_EQ(commands, 12);
}

TEST(Trust, NoKeyOfAJobTurnsVerificationOff) {
  const std::string job = job_text({"https://demo.example.com"});
  for (const char* table : {"[account]", "[hubspot]", "[hubspot.registration]",
                            "[hubspot.purchase]", "[limits]", "[[source]]"}) {
    for (const char* key : {"verify", "insecure", "tls", "ca_file", "proxy"}) {
      const Shop shop(JobText{kNobody});
      std::string changed = job;
      changed.insert(changed.find(table) + std::string_view(table).size(),
                     fmt::format("\n{} = false", key));
      shop.write("job.toml", changed);
      const Ended ended = shop.run({"status", "job.toml"});
      EXPECT_EQ(ended.exit_code, 2);
      EXPECT_THAT(ended.err, HasSubstr(fmt::format("unknown key \"{}\"", key))) << table;
    }
  }
}

}  // namespace
}  // namespace ordertail::stories
