// A server that cannot prove who it is gets no byte of a request.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <csignal>
#include <memory>
#include <string>
#include <thread>

#include "base/fd.h"
#include "delivery/curl_http.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;

template <auto Free>
struct Freeing {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freeing<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Freeing<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Freeing<SSL_free>>;

constexpr long kDay = 86'400;

/// Signed by itself, for `name` ("IP:127.0.0.1"), until so many seconds from now.
Certificate certificate(EVP_PKEY* key, const char* name, long valid_for) {
  Certificate made(X509_new());
  X509* const x509 = made.get();
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -10 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(x509), valid_for);
  X509_set_pubkey(x509, key);
  const std::array<unsigned char, 5> common_name{'h', 'u', 'b', 'b', 'y'};
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC, common_name.data(),
                             static_cast<int>(common_name.size()), -1, 0);
  X509_set_issuer_name(x509, X509_get_subject_name(x509));
  for (const auto& [kind, value] :
       {std::pair{NID_basic_constraints, "critical,CA:TRUE"}, {NID_subject_alt_name, name}}) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(x509, key, EVP_sha256());
  return made;
}

/// Says 200 to whoever speaks TLS with it, one connection after the other.
class TlsServer {
 public:
  explicit TlsServer(const char* name = "IP:127.0.0.1", long valid_for = kDay)
      : key_(EVP_EC_gen("P-256")),
        certificate_(certificate(key_.get(), name, valid_for)),
        context_(SSL_CTX_new(TLS_server_method())),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    (void)std::signal(SIGPIPE, SIG_IGN);
    SSL_CTX_use_certificate(context_.get(), certificate_.get());
    SSL_CTX_use_PrivateKey(context_.get(), key_.get());
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 5) != 0 ||
        ::getsockname(listener_.get(), generic, &size) != 0)
      throw std::runtime_error("no port to listen at");
    url_ = "https://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] int requests() const { return requests_; }
  /// Its certificate, as a file of authorities.
  [[nodiscard]] std::string authority(const TemporaryDirectory& directory) const {
    const std::string path = (directory.path() / "authority.pem").string();
    FILE* const file = std::fopen(path.c_str(), "w");
    PEM_write_X509(file, certificate_.get());
    (void)std::fclose(file);
    return path;
  }

 private:
  void serve() {
    for (;;) {
      const Fd connection(::accept(listener_.get(), nullptr, nullptr));
      if (!connection) return;
      const Session session(SSL_new(context_.get()));
      SSL_set_fd(session.get(), connection.get());
      std::array<char, 4096> bytes{};
      if (SSL_accept(session.get()) != 1 ||
          SSL_read(session.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0)
        continue;
      ++requests_;
      constexpr std::string_view kReply =
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
      SSL_write(session.get(), kReply.data(), static_cast<int>(kReply.size()));
      while (SSL_read(session.get(), bytes.data(), static_cast<int>(bytes.size())) > 0) {
      }
    }
  }

  Key key_;
  Certificate certificate_;
  Context context_;
  Fd listener_;
  std::string url_;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

HttpReply post(const std::string& url, const std::string& authority) {
  CurlOptions options;
  options.ca_file = authority;
  options.connect_timeout = 10s;
  options.total_timeout = 10s;
  CurlHttp http(options);
  HttpRequest request;
  request.url = url;
  request.content_type = "text/plain";
  request.body = "Email=ann%40example.com";
  http.start(1, std::move(request));
  for (;;) {
    const std::vector<HttpReply> replies = http.wait(1s);
    if (!replies.empty()) return replies.front();
  }
}

void expect_nothing_sent(const TlsServer& server, const std::string& authority) {
  const HttpReply reply = post(server.url(), authority);
  EXPECT_EQ(reply.transfer, Transfer::not_sent) << reply.error;
  EXPECT_TRUE(reply.server_not_trusted) << reply.error;
  EXPECT_EQ(server.requests(), 0);
}

TEST(Tls, AServerWhoseAuthorityIsTrustedIsSentTo) {
  const TemporaryDirectory directory;
  const TlsServer server;
  const HttpReply reply = post(server.url(), server.authority(directory));
  EXPECT_EQ(reply.transfer, Transfer::complete) << reply.error;
  EXPECT_EQ(server.requests(), 1);
}

TEST(Tls, ACertificateOfItsOwnMakingIsNotTrusted) {
  const TemporaryDirectory directory;
  const TlsServer other;
  const TlsServer server;
  expect_nothing_sent(server, other.authority(directory));
  expect_nothing_sent(server, "");
}

TEST(Tls, AnothersCertificateIsNotTrusted) {
  const TemporaryDirectory directory;
  const TlsServer server("DNS:shop.example.com");
  expect_nothing_sent(server, server.authority(directory));
}

TEST(Tls, AnExpiredCertificateIsNotTrusted) {
  const TemporaryDirectory directory;
  const TlsServer server("IP:127.0.0.1", -kDay);
  expect_nothing_sent(server, server.authority(directory));
}

}  // namespace
}  // namespace ordertail
