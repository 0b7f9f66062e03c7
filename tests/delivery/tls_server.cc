#include "delivery/tls_server.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <stdexcept>
#include <string_view>

namespace ordertail::tls {
namespace {

constexpr std::string_view kThanks =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 32\r\nConnection: "
    "close\r\n\r\n6f2ccdfe4892f0fa0593940b12c11aa1";
/// The beginning of a ServerHello that announces 122 bytes.
constexpr std::string_view kHalfHello("\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03", 11);

void need(bool success, const char* what) {
  if (!success) throw std::runtime_error(std::string("OpenSSL cannot ") + what);
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  if (value.empty()) return;
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  need(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, "add an extension");
  X509_EXTENSION_free(extension);
}

Fd listen_on_loopback(std::string& address) {
  Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  auto* generic = reinterpret_cast<sockaddr*>(&name);
  if (::bind(listener.get(), generic, size) != 0 || ::listen(listener.get(), 5) != 0 ||
      ::getsockname(listener.get(), generic, &size) != 0)
    throw std::runtime_error("no port to listen at");
  address = "127.0.0.1:" + std::to_string(ntohs(name.sin_port));
  return listener;
}

}  // namespace

Statement authority(const std::string& common_name) {
  Statement statement;
  statement.common_name = common_name;
  statement.names = statement.usage = "";
  statement.constraints = "critical,CA:TRUE";
  return statement;
}

Identity::Identity(const Statement& statement, const Identity* issuer)
    : key_(statement.weak_key ? EVP_RSA_gen(1024) : EVP_EC_gen("P-256")), certificate_(X509_new()) {
  static long serial = 0;
  X509* const x509 = certificate_.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x509), statement.from);
  X509_gmtime_adj(X509_getm_notAfter(x509), statement.until);
  X509_set_pubkey(x509, key_.get());
  const auto* name = reinterpret_cast<const unsigned char*>(statement.common_name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8, name, -1, -1, 0);
  X509_set_issuer_name(x509, X509_get_subject_name(issuer ? issuer->certificate() : x509));
  add_extension(x509, NID_basic_constraints, statement.constraints);
  add_extension(x509, NID_subject_alt_name, statement.names);
  add_extension(x509, NID_ext_key_usage, statement.usage);
  const EVP_MD* const digest = statement.weak_signature ? EVP_sha1() : EVP_sha256();
  need(X509_sign(x509, issuer ? issuer->key() : key_.get(), digest) > 0, "sign a certificate");
}

std::string Identity::pem() const {
  const std::unique_ptr<BIO, Freeing<BIO_free_all>> text(BIO_new(BIO_s_mem()));
  need(PEM_write_bio_X509(text.get(), certificate_.get()) == 1, "write a certificate");
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

Server::Server(const Identity& identity, const std::vector<const Identity*>& chain, Speaks speaks)
    : speaks_(speaks),
      context_(SSL_CTX_new(TLS_server_method())),
      listener_(listen_on_loopback(address_)) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  SSL_CTX* const context = context_.get();
  SSL_CTX_set_security_level(context, 0);  // it is for the client to refuse what is weak
  if (speaks == Speaks::tls_1_1) SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
  need(SSL_CTX_use_certificate(context, identity.certificate()) == 1, "use a certificate");
  need(SSL_CTX_use_PrivateKey(context, identity.key()) == 1, "use a key");
  for (const Identity* each : chain)
    need(SSL_CTX_add1_chain_cert(context, each->certificate()) == 1, "add to a chain");
  thread_ = std::thread([this] { serve(); });
}

const std::string& Server::received() {
  stop();
  return received_;
}

void Server::stop() {
  if (!thread_.joinable()) return;
  ::shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
}

void Server::serve() {
  while (true) {
    const Fd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection) return;
    ++connections_;
    const bool is_tls = speaks_ == Speaks::tls || speaks_ == Speaks::tls_1_1;
    is_tls ? serve_tls(connection) : serve_in_the_clear(connection);
  }
}

void Server::serve_tls(const Fd& connection) {
  const std::unique_ptr<SSL, Freeing<SSL_free>> session(SSL_new(context_.get()));
  SSL_set_fd(session.get(), connection.get());
  if (SSL_accept(session.get()) != 1) return;
  std::array<char, 4096> bytes{};
  bool answered = false;
  while (true) {
    const int size = SSL_read(session.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (size <= 0) return;
    received_.append(bytes.data(), static_cast<std::size_t>(size));
    if (std::exchange(answered, true)) continue;
    SSL_write(session.get(), kThanks.data(), static_cast<int>(kThanks.size()));
  }
}

void Server::serve_in_the_clear(const Fd& connection) {
  std::array<char, 4096> bytes{};
  const ssize_t first = ::recv(connection.get(), bytes.data(), bytes.size(), 0);
  if (first <= 0) return;
  received_.append(bytes.data(), static_cast<std::size_t>(first));
  static_cast<void>(
      write_all(connection.get(), speaks_ == Speaks::half_tls ? kHalfHello : kThanks));
  ::shutdown(connection.get(), SHUT_WR);
  while (true) {
    const ssize_t size = ::recv(connection.get(), bytes.data(), bytes.size(), 0);
    if (size <= 0) return;
    received_.append(bytes.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace ordertail::tls
