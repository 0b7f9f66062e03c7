#include "sandbox/server.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/thread.h"
#include "sandbox/connection.h"
#include "sandbox/leads_api.h"
#include "sandbox/listing.h"

namespace ordertail::sandbox {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::beast::error_code;

tcp::endpoint loopback(const std::string& address, std::uint16_t port) {
  error_code error;
  const asio::ip::address parsed = asio::ip::make_address(address, error);
  if (!error && parsed.is_loopback()) return {parsed, port};
  throw Error(
      ExitCode::usage,
      fmt::format("The sandbox keeps what it is sent on this machine: it listens on loopback "
                  "addresses only, and {} is not one. Use 127.0.0.1 or ::1.",
                  address));
}

/// "127.0.0.1:8480", "[::1]:8480"
std::string printed(const tcp::endpoint& endpoint) {
  return fmt::format("{}", fmt::streamed(endpoint));
}

tcp::acceptor listen(asio::io_context& io, const tcp::endpoint& endpoint) {
  try {
    return tcp::acceptor(io, endpoint);
  } catch (const boost::system::system_error& error) {
    throw Error(ExitCode::usage, fmt::format("The sandbox cannot listen on {}: {}. Choose another "
                                             "port, or 0 for any free one.",
                                             printed(endpoint), error.code().message()));
  }
}

HttpResponse text_response(const HttpRequest& request, unsigned status, const char* content_type,
                           std::string body) {
  HttpResponse response(http::status(status), request.version());
  response.set(http::field::content_type, content_type);
  response.body() = std::move(body);
  response.keep_alive(request.keep_alive());
  response.prepare_payload();
  return response;
}

HttpResponse json_response(const HttpRequest& request, unsigned status, std::string json) {
  return text_response(request, status, "application/json", std::move(json));
}

/// No script, no frame, nothing from elsewhere: whatever a lead's fields hold stays text.
HttpResponse page_response(const HttpRequest& request, std::string html) {
  HttpResponse response = text_response(request, 200, "text/html; charset=utf-8", std::move(html));
  response.set("Content-Security-Policy",
               "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
               "form-action 'none'; frame-ancestors 'none'");
  response.set("X-Content-Type-Options", "nosniff");
  response.set(http::field::cache_control, "no-store");
  return response;
}

struct Target {
  std::string path;
  std::string query;
};

Target split(boost::beast::string_view target) {
  const std::string_view text(target.data(), target.size());
  const std::size_t mark = std::min(text.find('?'), text.size());
  return {std::string(text.substr(0, mark)),
          std::string(text.substr(std::min(mark + 1, text.size())))};
}

}  // namespace

struct Server::Implementation {
  explicit Implementation(ServerOptions given)
      : options(std::move(given)),
        api({options.requests_per_10s, options.hapikey}, clock),
        acceptor(listen(io, loopback(options.address, options.port))),
        retry(io) {
    accept();
    thread = thread_without_signals([this] { io.run(); });
  }

  ~Implementation() {
    io.stop();
    thread.join();
  }

  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  void accept();
  Reply handle(const HttpRequest& request);
  HttpResponse list(const HttpRequest& request, const std::string& path) const;
  Reply take(const HttpRequest& request, const std::string& query);

  void observe(Moment moment, std::uint64_t number) const {
    if (options.observer) options.observer(moment, number);
  }

  ServerOptions options;
  SystemClock clock;
  mutable std::mutex mutex;  // guards api: listings are also asked for by other threads
  LeadsApi api;
  Handler handler = [this](const HttpRequest& request) { return handle(request); };
  asio::io_context io{1};
  tcp::acceptor acceptor;
  asio::steady_timer retry;
  std::thread thread;
};

void Server::Implementation::accept() {
  acceptor.async_accept(io, [this](error_code error, Connection::Socket socket) {
    if (!error) {
      std::make_shared<Connection>(std::move(socket), handler, options.idle_timeout)->read();
      return accept();
    }
    // Most likely no descriptor is free: another try at once would only spin.
    retry.expires_after(std::chrono::milliseconds(100));
    retry.async_wait([this](error_code) { accept(); });
  });
}

// POST /any/path?app=leaddirector&FormName=X   the Leads API
// GET  /                                       the page Leads
// GET  /sandbox/leads, /sandbox/submissions    the listings
Reply Server::Implementation::handle(const HttpRequest& request) {
  const auto [path, query] = split(request.target());
  if (LeadsApi::is_addressed_by(query)) return take(request, query);
  return {list(request, path), {}};
}

HttpResponse Server::Implementation::list(const HttpRequest& request,
                                          const std::string& path) const {
  const bool known = path == "/" || path == "/sandbox/leads" || path == "/sandbox/submissions";
  if (!known) {
    return json_response(request, 404,
                         R"({"status":"error","message":"Not found. A Leads API URL ends in )"
                         R"(?app=leaddirector&FormName= and the form's name."})");
  }
  if (request.method() != http::verb::get) {
    HttpResponse response =
        json_response(request, 405, R"({"status":"error","message":"This page takes GET only"})");
    response.set(http::field::allow, "GET");
    return response;
  }
  const std::lock_guard lock(mutex);
  if (path == "/") return page_response(request, leads_as_html(api.portal().leads()));
  if (path == "/sandbox/leads") {
    return json_response(request, 200, leads_as_json(api.portal().leads()));
  }
  return json_response(request, 200, submissions_as_json(api.submissions()));
}

Reply Server::Implementation::take(const HttpRequest& request, const std::string& query) {
  const auto view = [](boost::beast::string_view text) {
    return std::string_view(text.data(), text.size());
  };
  const std::uint64_t number = api.submissions().size() + 1;  // only this thread adds to them
  observe(Moment::received, number);
  std::unique_lock lock(mutex);
  LeadsAnswer answer = api.answer({view(request.method_string()), query,
                                   view(request[http::field::content_type]), request.body()});
  const std::string line = options.log ? submission_as_json(api.submissions().back()) : "";
  lock.unlock();
  if (options.log) options.log(line);
  if (answer.status == 200) observe(Moment::applied, number);
  HttpResponse response = json_response(request, answer.status, std::move(answer.json));
  if (answer.status == 405) response.set(http::field::allow, "POST");
  return {std::move(response), [this, number] { observe(Moment::answered, number); }};
}

Server::Server(ServerOptions options) : self_(new Implementation(std::move(options))) {}
Server::~Server() = default;

std::uint16_t Server::port() const {
  return self_->acceptor.local_endpoint().port();
}

std::string Server::url() const {
  return "http://" + printed(self_->acceptor.local_endpoint());
}

std::string Server::leads_json() const {
  const std::lock_guard lock(self_->mutex);
  return leads_as_json(self_->api.portal().leads());
}

std::string Server::submissions_json() const {
  const std::lock_guard lock(self_->mutex);
  return submissions_as_json(self_->api.submissions());
}

}  // namespace ordertail::sandbox
