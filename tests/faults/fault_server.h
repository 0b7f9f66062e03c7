// A scripted HTTP server on the loopback that fails on purpose, one way per request.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/fd.h"

namespace ordertail::faults {

struct Request {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;  ///< in order, names as they came
  std::string body;
  bool applied = false;
  std::size_t connection = 0;  ///< 1 for the first connection accepted, and so on

  /// By name without regard to case; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// What the server does with one request: read it whole (or not), send `reply` as it is, and then
/// do something with the connection. The functions below make the usual ones. (curl's test suite
/// calls these swsclose, writedelay and so on.)
struct Mode {
  enum class End {
    keep,   ///< wait for the next request
    close,  ///< orderly (FIN)
    reset,  ///< RST
    hold,   ///< neither answer nor close until the server stops
    leave,  ///< close, and let nobody connect any more: the port is closed from now on
  };

  std::string reply{};
  End end = End::keep;
  bool applied = false;  ///< does the portal behind this server keep what was sent?
  bool reads_request = true;
  bool early = false;                  ///< the reply goes out once the request's headers are in
  std::size_t piece = 0;               ///< bytes of the reply at a time; 0: all
  std::chrono::milliseconds pause{0};  ///< before each piece but the first
  /// The reply, where it depends on what was asked; `reply` is not used then.
  std::function<std::string(const Request&)> reply_to{};
};

/// A whole reply on a connection that stays. Applied when the status is 2xx. `headers` are lines
/// such as "Retry-After: 2".
[[nodiscard]] Mode answer(int status, std::string_view body,
                          const std::vector<std::string>& headers = {});
/// A 302 that points elsewhere. Not applied.
[[nodiscard]] Mode redirect(std::string_view location);

// Applied, and the client cannot know it:
[[nodiscard]] Mode apply_then_close();
[[nodiscard]] Mode apply_then_reset();
[[nodiscard]] Mode half_header();                     ///< ends within the status line
[[nodiscard]] Mode half_body(std::string_view body);  ///< `body`, of the 100 bytes more announced
[[nodiscard]] Mode silent();

/// Closes without reading: a new connection at once, a kept one when the next request's first bytes
/// arrive. Not applied, and no request is logged.
[[nodiscard]] Mode close_at_once();
/// Never reads, never closes; when it takes effect is as above.
[[nodiscard]] Mode never_reads();

/// A reply with a Content-Length of its own; `headers` are lines, as above.
[[nodiscard]] std::string wire(int status, std::string_view body,
                               const std::vector<std::string>& headers = {});

/// Serves any number of connections on a thread of its own, from construction to destruction. The
/// first request gets the first mode, and so on, over all connections; the last mode is repeated.
/// Understands Content-Length, not chunked requests; tells a client that speaks TLS that this is
/// no request (400).
class FaultServer {
 public:
  explicit FaultServer(std::vector<Mode> script);
  ~FaultServer();
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;

  /// "http://127.0.0.1:4711", without a slash at the end.
  [[nodiscard]] std::string url() const;

  /// Every request that was read whole, in order, so far. Entries never change.
  [[nodiscard]] std::vector<Request> requests() const;
  /// How many modes of the script have had their turn.
  [[nodiscard]] std::size_t played() const;
  /// Waits until there are `count` of them; false when that took longer than `patience`.
  [[nodiscard]] bool wait_for_requests(
      std::size_t count, std::chrono::milliseconds patience = std::chrono::seconds(10)) const;

 private:
  struct Connection {
    Fd socket;
    std::size_t number = 0;
    std::string received{};
    bool held = false;
    const Mode* early = nullptr;  // has replied; the rest of the request is still to come
  };

  void serve();
  void accept();
  bool receive(Connection& connection);
  bool refuse_to_read(Connection& connection);
  bool answer_all(Connection& connection);
  bool send(const Connection& connection, const Mode& mode, std::string_view reply) const;
  bool end(Connection& connection, const Mode& mode);
  void turn_page();
  const Mode& next_mode() const { return script_[std::min(turn_, script_.size() - 1)]; }

  const std::vector<Mode> script_;
  Fd listener_;
  Fd stop_;  // an eventfd
  std::uint16_t port_ = 0;
  std::size_t turn_ = 0;  // the serving thread's, like those below
  std::size_t accepted_ = 0;
  std::vector<Connection> connections_;
  mutable std::mutex mutex_;  // guards requests_ and played_
  mutable std::condition_variable arrived_;
  std::vector<Request> requests_;
  std::size_t played_ = 0;
  std::thread thread_;
};

}  // namespace ordertail::faults
