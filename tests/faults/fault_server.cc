#include "faults/fault_server.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "base/text.h"

namespace ordertail::faults {
namespace {

constexpr char kTlsHandshake = 0x16;  // the first byte of a client that speaks TLS
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeaderEnd = "\r\n\r\n";

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

Fd listen_on_loopback() {
  Fd listener(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  checked(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
  checked(::listen(listener.get(), SOMAXCONN), "listen");
  return listener;
}

std::uint16_t port_of(const Fd& listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  checked(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size),
          "getsockname");
  return ntohs(address.sin_port);
}

/// Takes one whole request off the front of `received`, if there is one.
std::optional<Request> take_request(std::string& received) {
  const std::size_t header_end = received.find(kHeaderEnd);
  if (header_end == received.npos) return std::nullopt;
  Request request;
  std::size_t at = received.find(kLineEnd);
  const std::string start = received.substr(0, at);
  const std::size_t space = std::min(start.find(' '), start.size());
  request.method = start.substr(0, space);
  request.target = trim(start.substr(space, start.rfind(' ') - space));
  while (at < header_end) {
    at += kLineEnd.size();
    const std::size_t end = received.find(kLineEnd, at);
    const std::string_view line = std::string_view(received).substr(at, end - at);
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view value = line.substr(std::min(colon + 1, line.size()));
    request.headers.emplace_back(line.substr(0, colon), trim(value));
    at = end;
  }
  const std::string length(request.header("Content-Length"));
  const std::size_t body = header_end + kHeaderEnd.size();
  const std::size_t whole = body + (length.empty() ? 0 : std::stoul(length));
  if (received.size() < whole) return std::nullopt;
  request.body = received.substr(body, whole - body);
  received.erase(0, whole);
  return request;
}

}  // namespace

std::string wire(int status, std::string_view body, const std::vector<std::string>& headers) {
  std::string reply =
      fmt::format("HTTP/1.1 {} Scripted\r\nContent-Length: {}\r\n", status, body.size());
  for (const std::string& header : headers) reply += header + "\r\n";
  reply.append(kLineEnd).append(body);
  return reply;
}

Mode answer(int status, std::string_view body, const std::vector<std::string>& headers) {
  return {wire(status, body, headers), Mode::End::keep, status / 100 == 2};
}

Mode redirect(std::string_view location) {
  return answer(302, "", {fmt::format("Location: {}", location)});
}

Mode apply_then_close() {
  return {"", Mode::End::close, true};
}

Mode apply_then_reset() {
  return {"", Mode::End::reset, true};
}

Mode half_header() {
  return {"HTTP/1.1 2", Mode::End::close, true};
}

Mode half_body(std::string_view body) {
  return {
      fmt::format("HTTP/1.1 200 Scripted\r\nContent-Length: {}\r\n\r\n{}", body.size() + 100, body),
      Mode::End::close, true};
}

Mode silent() {
  return {"", Mode::End::hold, true};
}

Mode close_at_once() {
  return {"", Mode::End::close, false, false};
}

Mode never_reads() {
  return {"", Mode::End::hold, false, false};
}

std::string_view Request::header(std::string_view name) const {
  for (const auto& [header_name, value] : headers) {
    if (equal_ignoring_case(header_name, name)) return value;
  }
  return {};
}

FaultServer::FaultServer(std::vector<Mode> script)
    : script_(std::move(script)),
      listener_(listen_on_loopback()),
      stop_(checked(::eventfd(0, EFD_CLOEXEC), "eventfd")),
      port_(port_of(listener_)) {
  if (script_.empty()) throw std::invalid_argument("a fault server needs at least one mode");
  thread_ = std::thread([this] { serve(); });
}

FaultServer::~FaultServer() {
  checked(::eventfd_write(stop_.get(), 1), "eventfd_write");
  thread_.join();
}

std::string FaultServer::url() const {
  return fmt::format("http://127.0.0.1:{}", port_);
}

std::vector<Request> FaultServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

bool FaultServer::wait_for_requests(std::size_t count, std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  return arrived_.wait_for(lock, patience, [&] { return requests_.size() >= count; });
}

std::size_t FaultServer::played() const {
  const std::lock_guard lock(mutex_);
  return played_;
}

void FaultServer::turn_page() {
  ++turn_;
  const std::lock_guard lock(mutex_);
  played_ = turn_;
}

void FaultServer::serve() {
  while (true) {
    std::vector<pollfd> polled = {{stop_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    // A held connection is not watched: not even its client's leaving is noticed.
    for (const Connection& connection : connections_) {
      polled.push_back({connection.held ? -1 : connection.socket.get(), POLLIN, 0});
    }
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[0].revents != 0) return;
    for (std::size_t i = connections_.size(); i-- > 0;) {
      if (polled[i + 2].revents == 0 || receive(connections_[i])) continue;
      connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (polled[1].revents != 0) accept();
  }
}

void FaultServer::accept() {
  Connection connection{Fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)),
                        accepted_ + 1};
  if (!connection.socket) return;
  ++accepted_;
  if (next_mode().reads_request || refuse_to_read(connection))
    connections_.push_back(std::move(connection));
}

/// False when the connection is over.
bool FaultServer::refuse_to_read(Connection& connection) {
  connection.held = next_mode().end == Mode::End::hold;
  turn_page();
  return connection.held;
}

/// False when the connection is over.
bool FaultServer::receive(Connection& connection) {
  if (!next_mode().reads_request) return refuse_to_read(connection);
  char block[65536];
  const ssize_t got = ::recv(connection.socket.get(), block, sizeof block, 0);
  if (got <= 0) return false;
  connection.received.append(block, static_cast<std::size_t>(got));
  if (connection.received.front() == kTlsHandshake) {
    (void)send(connection, answer(400, ""), wire(400, ""));
    return false;
  }
  return answer_all(connection);
}

/// False when the connection is over.
bool FaultServer::answer_all(Connection& connection) {
  while (!connection.held) {
    const bool is_early =
        next_mode().early && connection.received.find(kHeaderEnd) != std::string::npos;
    if (is_early && connection.early == nullptr) {
      connection.early = &next_mode();
      turn_page();
      if (!send(connection, *connection.early, connection.early->reply)) return false;
    }
    std::optional<Request> request = take_request(connection.received);
    if (!request) return true;
    const Mode* const early = std::exchange(connection.early, nullptr);
    const Mode& mode = early != nullptr ? *early : next_mode();
    request->applied = mode.applied;
    request->connection = connection.number;
    const std::string reply = mode.reply_to ? mode.reply_to(*request) : mode.reply;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(*std::move(request));
    }
    arrived_.notify_all();
    if (early == nullptr) turn_page();
    if ((early == nullptr && !send(connection, mode, reply)) || !end(connection, mode))
      return false;
  }
  return true;
}

/// False when the client does not want it any more, or the server is to stop.
bool FaultServer::send(const Connection& connection, const Mode& mode,
                       std::string_view reply) const {
  bool first = true;
  while (!reply.empty()) {
    pollfd stop{stop_.get(), POLLIN, 0};
    const bool waits = mode.pause.count() > 0 && !std::exchange(first, false);
    if (waits && ::poll(&stop, 1, static_cast<int>(mode.pause.count())) != 0) return false;
    const std::string_view piece = reply.substr(0, mode.piece == 0 ? reply.npos : mode.piece);
    const ssize_t sent = ::send(connection.socket.get(), piece.data(), piece.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    reply.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// False when the connection is over.
bool FaultServer::end(Connection& connection, const Mode& mode) {
  if (mode.end == Mode::End::reset) {
    const linger at_once{1, 0};  // close() then sends RST
    checked(::setsockopt(connection.socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once),
            "SO_LINGER");
  }
  if (mode.end == Mode::End::leave) listener_ = Fd();
  connection.held = mode.end == Mode::End::hold;
  return mode.end == Mode::End::keep || mode.end == Mode::End::hold;
}

}  // namespace ordertail::faults
