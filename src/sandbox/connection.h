// HTTP/1.1 over one socket: reads a request, has it handled, writes the reply, and again.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace ordertail::sandbox {

namespace http = boost::beast::http;

using HttpRequest = http::request<http::string_body>;
using HttpResponse = http::response<http::string_body>;

/// A response, and what to do when its last byte has been handed to the kernel, if anything.
struct Reply {
  HttpResponse response;
  std::function<void()> written;
};

using Handler = std::function<Reply(const HttpRequest&)>;

/// Keeps itself alive until the peer has gone, the connection has ended, or nothing moves any more.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp,
                                                  boost::asio::io_context::executor_type>;

  /// `handler` outlives it.
  Connection(Socket socket, const Handler& handler, std::chrono::milliseconds idle_timeout);

  void read();

 private:
  void on_read(boost::beast::error_code error);
  void write(Reply reply);
  void on_written(boost::beast::error_code error);
  void drain();

  boost::beast::basic_stream<boost::asio::ip::tcp, boost::asio::io_context::executor_type> stream_;
  const Handler& handler_;
  std::chrono::milliseconds idle_timeout_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  Reply reply_;
};

}  // namespace ordertail::sandbox
