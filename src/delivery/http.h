// One wire request and what came of it. The only thing delivery knows of the network.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ordertail {

enum class HttpMethod { post, get };

struct HttpRequest {
  std::string url;
  std::string content_type;
  std::string body;
  std::string authorization;             ///< value of the Authorization header, or empty
  HttpMethod method = HttpMethod::post;  ///< get: without content type and body
};

/// How far a request got (facts: reliability D.4, measured with libcurl).
enum class Transfer {
  not_sent,  ///< proven: not one request byte left (request size 0)
  broken,    ///< bytes left, and no whole reply came back
  complete,  ///< a whole reply was read
};

struct HttpReply {
  std::uint64_t ticket = 0;
  Transfer transfer = Transfer::not_sent;
  bool server_not_trusted = false;  ///< not_sent because TLS verification failed
  int status = 0;                   ///< 0 when no status line was read
  std::string content_type;
  std::string body;                        ///< at most 8 MiB, else broken
  std::optional<std::string> retry_after;  ///< the header as it came
  /// X-HubSpot-RateLimit-Daily-Remaining: requests of the account that are left for today.
  std::optional<std::uint64_t> daily_remaining;
  std::string error;  ///< why, when not complete; holds host and port, never path or query
};

/// A seam: libcurl in the program, a script in tests.
class HttpTransport {
 public:
  virtual ~HttpTransport() = default;
  /// Starts a request; its reply comes out of wait() under the same ticket.
  virtual void start(std::uint64_t ticket, HttpRequest request) = 0;
  /// Replies that are there, waiting up to `timeout` for the first. May return early and empty
  /// (a signal). With nothing in flight it just waits.
  virtual std::vector<HttpReply> wait(std::chrono::milliseconds timeout) = 0;
};

}  // namespace ordertail
