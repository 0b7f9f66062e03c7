#include "sandbox/server.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/thread.h"
#include "sandbox/apis.h"
#include "sandbox/connection.h"
#include "sandbox/listing.h"
#include "sandbox/page.h"
#include "sandbox/response.h"

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

/// The submissions of the latest request, for the log.
std::vector<std::string> latest_lines(const Journal& journal) {
  const std::deque<Submission>& all = journal.submissions();
  const auto last = std::find_if(all.rbegin(), all.rend(), [&](const Submission& submission) {
    return submission.number != all.back().number;
  });
  std::vector<std::string> lines;
  std::transform(last.base(), all.end(), std::back_inserter(lines), submission_as_json);
  return lines;
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
        apis({.leads = {options.requests_per_10s, options.hapikey},
              .forms = options.forms_limits,
              .crm = options.crm_limits,
              .crm_failures = options.crm_failures,
              .access = options.access,
              .contact_properties = options.contact_properties,
              .order_properties = options.order_properties,
              .unique_order_property = options.unique_order_property},
             clock),
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
  HttpResponse show(const HttpRequest& request, const std::string& path) const;
  Answer answer(const HttpRequest& request, const Target& target);
  Reply take(const HttpRequest& request, const Target& target);

  void observe(Moment moment, std::uint64_t number) const {
    if (options.observer) options.observer(moment, number);
  }

  ServerOptions options;
  SystemClock clock;
  mutable std::mutex mutex;  // guards apis: listings are also asked for by other threads
  Apis apis;
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

// What is for no API:
// GET /                                                             the page
// GET /sandbox/leads, …/contacts, …/orders, …/submissions, …/counts  the listings
Reply Server::Implementation::handle(const HttpRequest& request) {
  const Target target = split(request.target());
  switch (Apis::purpose(target.path, target.query)) {
    case Apis::Purpose::submission:
      return take(request, target);
    case Apis::Purpose::reading: {
      const std::lock_guard lock(mutex);
      return {api_response(request, answer(request, target)), {}};
    }
    case Apis::Purpose::none:
      break;
  }
  return {show(request, target.path), {}};
}

HttpResponse Server::Implementation::show(const HttpRequest& request,
                                          const std::string& path) const {
  const std::lock_guard lock(mutex);
  std::optional<std::string> listing = listing_at(path, apis);
  if (path != "/" && !listing) {
    return json_response(request, 404,
                         R"({"status":"error","message":"Not found. A Leads API URL ends in )"
                         R"(?app=leaddirector&FormName= and the form's name; )"
                         R"(hubspot-sandbox --help lists the others."})");
  }
  if (request.method() != http::verb::get) {
    HttpResponse response =
        json_response(request, 405, R"({"status":"error","message":"This page takes GET only"})");
    response.set(http::field::allow, "GET");
    return response;
  }
  if (listing) return json_response(request, 200, *std::move(listing));
  return page_response(
      request, portal_as_html(apis.portal().leads(), apis.contacts().all(), apis.orders().all()));
}

/// The mutex is held.
Answer Server::Implementation::answer(const HttpRequest& request, const Target& target) {
  const auto view = [](boost::beast::string_view text) {
    return std::string_view(text.data(), text.size());
  };
  return apis.answer({view(request.method_string()), target.path, target.query,
                      view(request[http::field::content_type]),
                      view(request[http::field::authorization]), request.body()});
}

Reply Server::Implementation::take(const HttpRequest& request, const Target& target) {
  const std::uint64_t number = apis.journal().next_number();  // only this thread adds to it
  observe(Moment::received, number);
  std::unique_lock lock(mutex);
  Answer given = answer(request, target);
  const std::vector<std::string> lines =
      options.log ? latest_lines(apis.journal()) : std::vector<std::string>();
  lock.unlock();
  for (const std::string& line : lines) options.log(line);
  if (given.applied) observe(Moment::applied, number);
  return {api_response(request, std::move(given)),
          [this, number] { observe(Moment::answered, number); }};
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
  return *listing_at("/sandbox/leads", self_->apis);
}

std::string Server::contacts_json() const {
  const std::lock_guard lock(self_->mutex);
  return *listing_at("/sandbox/contacts", self_->apis);
}

std::string Server::orders_json() const {
  const std::lock_guard lock(self_->mutex);
  return *listing_at("/sandbox/orders", self_->apis);
}

std::string Server::counts_json() const {
  const std::lock_guard lock(self_->mutex);
  return *listing_at("/sandbox/counts", self_->apis);
}

std::string Server::submissions_json() const {
  const std::lock_guard lock(self_->mutex);
  return *listing_at("/sandbox/submissions", self_->apis);
}

}  // namespace ordertail::sandbox
