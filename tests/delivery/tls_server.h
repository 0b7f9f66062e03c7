// An HTTPS server of a test's own, whose certificate may be wrong in any way.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"

namespace ordertail::tls {

template <auto Free>
struct Freeing {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

inline constexpr long kDay = 86'400;

/// What a certificate says. As it stands: that of an honest server at 127.0.0.1.
struct Statement {
  std::string common_name = "hubspot.example.com";
  std::string names = "IP:127.0.0.1";             ///< subjectAltName; empty: none
  std::string constraints = "critical,CA:FALSE";  ///< basicConstraints
  std::string usage = "serverAuth";               ///< extendedKeyUsage; empty: none
  long from = -10 * kDay, until = kDay;           ///< seconds from now
  bool weak_key = false;                          ///< RSA of 1024 bits, instead of P-256
  bool weak_signature = false;                    ///< with SHA-1, instead of SHA-256
};
/// What the certificate of an authority says.
[[nodiscard]] Statement authority(const std::string& common_name);

/// A key and the certificate for it.
class Identity {
 public:
  /// Signed by `issuer`, or by itself.
  explicit Identity(const Statement& statement, const Identity* issuer = nullptr);

  [[nodiscard]] EVP_PKEY* key() const { return key_.get(); }
  [[nodiscard]] X509* certificate() const { return certificate_.get(); }
  /// The certificate, as in a file of authorities.
  [[nodiscard]] std::string pem() const;

 private:
  std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>> key_;
  std::unique_ptr<X509, Freeing<X509_free>> certificate_;
};

/// What a server does when somebody connects.
enum class Speaks {
  tls,       ///< TLS 1.2 or 1.3
  tls_1_1,   ///< and nothing newer
  http,      ///< without TLS
  half_tls,  ///< hangs up in the middle of the handshake
};

/// Takes every lead that is sent to it, one connection after the other.
class Server {
 public:
  /// `chain`: certificates that it shows besides its own. All are needed until here only.
  explicit Server(const Identity& identity, const std::vector<const Identity*>& chain = {},
                  Speaks speaks = Speaks::tls);
  ~Server() { stop(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// "127.0.0.1:4711"
  [[nodiscard]] const std::string& address() const { return address_; }
  /// Every byte that came: what was deciphered, or all of it where nothing was. Ends the server;
  /// the client is to have hung up.
  [[nodiscard]] const std::string& received();
  /// How many connections came so far.
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void serve();
  void serve_tls(const Fd& connection);
  void serve_in_the_clear(const Fd& connection);
  void stop();

  Speaks speaks_;
  std::unique_ptr<SSL_CTX, Freeing<SSL_CTX_free>> context_;
  std::string address_;
  Fd listener_;
  std::string received_;  // the thread's, until stop()
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

}  // namespace ordertail::tls
