#include "sandbox/connection.h"

#include <utility>

namespace ordertail::sandbox {
namespace {

constexpr std::uint64_t kBodyLimit = 1U << 20U;
constexpr std::uint32_t kHeaderLimit = 64U << 10U;

/// For a request that cannot be read on: the connection ends with it.
Reply refusal(boost::beast::error_code error) {
  http::status status = http::status::bad_request;
  if (error == http::error::body_limit) status = http::status::payload_too_large;
  if (error == http::error::header_limit) status = http::status::request_header_fields_too_large;
  HttpResponse response(status, 11);
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  response.body() = error.message() + "\n";
  response.keep_alive(false);
  response.prepare_payload();
  return {std::move(response), {}};
}

}  // namespace

Connection::Connection(Socket socket, const Handler& handler,
                       std::chrono::milliseconds idle_timeout)
    : stream_(std::move(socket)), handler_(handler), idle_timeout_(idle_timeout) {
  boost::beast::error_code ignored;  // without it replies are late, not lost
  stream_.socket().set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

void Connection::read() {
  parser_.emplace();
  parser_->body_limit(kBodyLimit);
  parser_->header_limit(kHeaderLimit);
  stream_.expires_after(idle_timeout_);
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](boost::beast::error_code error, std::size_t) {
                     self->on_read(error);
                   });
}

void Connection::on_read(boost::beast::error_code error) {
  if (!error) return write(handler_(parser_->get()));
  const bool is_bad_http = error.category() == make_error_code(http::error::bad_method).category();
  const bool is_gone = error == http::error::end_of_stream || error == http::error::partial_message;
  if (is_bad_http && !is_gone) write(refusal(error));
}

void Connection::write(Reply reply) {
  reply_ = std::move(reply);
  stream_.expires_after(idle_timeout_);
  http::async_write(stream_, reply_.response,
                    [self = shared_from_this()](boost::beast::error_code error, std::size_t) {
                      self->on_written(error);
                    });
}

void Connection::on_written(boost::beast::error_code error) {
  if (error) return;
  if (reply_.written) reply_.written();
  if (reply_.response.keep_alive()) return read();
  boost::beast::error_code ignored;  // the peer may have gone already
  stream_.socket().shutdown(Socket::shutdown_send, ignored);
  stream_.expires_after(idle_timeout_);
  drain();
}

/// Closing a socket with bytes unread would reset the connection, and take the reply with it.
void Connection::drain() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kHeaderLimit),
                          [self = shared_from_this()](boost::beast::error_code error, std::size_t) {
                            if (!error) self->drain();
                          });
}

}  // namespace ordertail::sandbox
