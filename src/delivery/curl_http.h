// HttpTransport by libcurl's multi interface. curl_http.cc is the only file that includes curl.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "delivery/http.h"

namespace ordertail {

struct CurlOptions {
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds total_timeout{120'000};
  std::chrono::seconds stalled_timeout{30};  ///< less than one byte a second for so long
  std::string ca_file;                       ///< trust these authorities instead of the system's
};

/// One request is one request on the wire: libcurl's own habit of sending a POST again when a kept
/// connection turns out to be dead is stopped twice over, and redirects are not followed. HTTP/1.1,
/// kept-alive connections, TLS always verified, no proxy. A reply's body is at most 8 MiB and its
/// headers 64 KiB, else it is broken.
class CurlHttp final : public HttpTransport {
 public:
  explicit CurlHttp(CurlOptions options);
  ~CurlHttp() override;
  void start(std::uint64_t ticket, HttpRequest request) override;
  std::vector<HttpReply> wait(std::chrono::milliseconds timeout) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> self_;
};

/// What came of connecting to a server.
struct Reach {
  std::string error;                ///< why it failed; empty when it did not
  bool server_not_trusted = false;  ///< it failed because TLS verification did
};
/// Connects as a request would, over verified TLS if the URL is https, and hangs up: no request is
/// made.
[[nodiscard]] Reach reach(const std::string& url, const CurlOptions& options);

}  // namespace ordertail
