#include "delivery/curl_http.h"

#include <curl/curl.h>
#include <fmt/core.h>

#include <algorithm>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "delivery/retry.h"

namespace ordertail {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBodyLimit = 8U << 20U;
constexpr std::size_t kHeaderLimit = 64U << 10U;
/// In what libcurl quotes of OpenSSL: "error:06880006:asn1 encoding routines::EVP lib".
constexpr std::string_view kOpenSslComplaint = " routines::";

template <auto Free>
struct Freeing {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};
using Easy = std::unique_ptr<CURL, Freeing<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, Freeing<curl_multi_cleanup>>;
using HeaderList = std::unique_ptr<curl_slist, Freeing<curl_slist_free_all>>;

Error curl_error(std::string_view doing, const char* why) {
  return {ExitCode::internal, fmt::format("cannot {}: libcurl says: {}", doing, why)};
}

template <typename T>
void set(CURL* easy, CURLoption option, T value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  if (code != CURLE_OK) throw curl_error("prepare a request", curl_easy_strerror(code));
}

template <typename T>
T get(CURL* easy, CURLINFO info) {
  T value{};
  curl_easy_getinfo(easy, info, &value);
  return value;
}

/// One request under way, with the easy handle that is used again for the next one.
struct Exchange {
  Easy easy;
  std::uint64_t ticket = 0;
  HttpRequest request;
  HeaderList headers;
  std::size_t sent = 0;   ///< of the body
  unsigned sendings = 0;  ///< how often libcurl was about to send the request
  std::size_t header_bytes = 0;
  bool header_ended = false;  ///< of the last status line that came
  std::string reply_body;
  char tls_error[CURL_ERROR_SIZE] = {};
};

// libcurl sends a request again, POST or not, when a kept connection dies before the first byte of
// the reply. Aborting the second sending (here), or refusing to rewind the body (below), each
// prevents it; both are done.
int before_sending(void* exchange, char*, char*, int, int) {
  return ++static_cast<Exchange*>(exchange)->sendings == 1 ? CURL_PREREQFUNC_OK
                                                           : CURL_PREREQFUNC_ABORT;
}

int refuse_rewind(void*, curl_off_t, int) {
  return CURL_SEEKFUNC_FAIL;
}

std::size_t give_body(char* out, std::size_t, std::size_t room, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::size_t size = exchange.request.body.copy(out, room, exchange.sent);
  exchange.sent += size;
  return size;
}

// Returning less than was given makes libcurl end the transfer with an error.
std::size_t take_body(char* bytes, std::size_t, std::size_t size, void* user) {
  std::string& body = static_cast<Exchange*>(user)->reply_body;
  if (body.size() + size > kBodyLimit) return 0;
  body.append(bytes, size);
  return size;
}

/// Called for each line, also for those of a "103 Early Hints" and of trailers. When a server hangs
/// up within its headers, libcurl takes what came for the whole reply.
std::size_t see_header(char* bytes, std::size_t, std::size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::string_view line(bytes, size);
  if (line.starts_with("HTTP/")) exchange.header_ended = false;
  if (line == "\r\n" || line == "\n") exchange.header_ended = true;
  exchange.header_bytes += size;
  return exchange.header_bytes > kHeaderLimit ? 0 : size;
}

void set_policy(CURL* easy, const CurlOptions& options) {
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  set(easy, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  set(easy, CURLOPT_NETRC, long{CURL_NETRC_IGNORED});
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options.total_timeout.count()));
  set(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stalled_timeout.count()));
  if (!options.ca_file.empty()) set(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  set(easy, CURLOPT_NOPROXY, "*");  // whatever the environment says
}

void set_callbacks(CURL* easy, Exchange* exchange) {
  set(easy, CURLOPT_PREREQFUNCTION, &before_sending);
  set(easy, CURLOPT_PREREQDATA, exchange);
  set(easy, CURLOPT_SEEKFUNCTION, &refuse_rewind);
  set(easy, CURLOPT_READFUNCTION, &give_body);
  set(easy, CURLOPT_READDATA, exchange);
  set(easy, CURLOPT_WRITEFUNCTION, &take_body);
  set(easy, CURLOPT_WRITEDATA, exchange);
  set(easy, CURLOPT_HEADERFUNCTION, &see_header);
  set(easy, CURLOPT_HEADERDATA, exchange);
  set(easy, CURLOPT_ERRORBUFFER, &exchange->tls_error[0]);
  set(easy, CURLOPT_PRIVATE, exchange);
}

std::unique_ptr<Exchange> new_exchange(const CurlOptions& options) {
  auto exchange = std::make_unique<Exchange>();
  exchange->easy.reset(curl_easy_init());
  if (!exchange->easy) throw curl_error("prepare a request", "out of memory");
  set_policy(exchange->easy.get(), options);
  set_callbacks(exchange->easy.get(), exchange.get());
  return exchange;
}

void add_header(HeaderList& list, const std::string& line) {
  if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    throw Error(ExitCode::credentials,
                "a header of the request holds a line break: is the credential in one line?");
  }
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw curl_error("prepare a request", "out of memory");
  static_cast<void>(list.release());
  list.reset(longer);
}

void prepare(Exchange& exchange, std::uint64_t ticket, HttpRequest request) {
  exchange.ticket = ticket;
  exchange.request = std::move(request);
  exchange.sent = 0;
  exchange.sendings = 0;
  exchange.header_bytes = 0;
  exchange.header_ended = false;
  exchange.reply_body.clear();
  exchange.tls_error[0] = '\0';
  exchange.headers.reset();
  const bool is_post = exchange.request.method == HttpMethod::post;
  if (is_post) add_header(exchange.headers, "Content-Type: " + exchange.request.content_type);
  add_header(exchange.headers, "User-Agent: ordertail");
  add_header(exchange.headers, "Expect:");  // none: no waiting for a "100 Continue"
  if (!exchange.request.authorization.empty()) {
    add_header(exchange.headers, "Authorization: " + exchange.request.authorization);
  }
  CURL* easy = exchange.easy.get();
  set(easy, CURLOPT_URL, exchange.request.url.c_str());
  set(easy, is_post ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
  set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(exchange.request.body.size()));
  set(easy, CURLOPT_HTTPHEADER, exchange.headers.get());
}

/// "host:port" of a URL: all of it that may be shown, as the query can hold a key.
std::string server_of(const std::string& url) {
  const std::unique_ptr<CURLU, Freeing<curl_url_cleanup>> parsed(curl_url());
  char* host = nullptr;
  char* port = nullptr;
  std::string server = "the endpoint";
  if (parsed && curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
      curl_url_get(parsed.get(), CURLUPART_HOST, &host, 0) == CURLUE_OK &&
      curl_url_get(parsed.get(), CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK) {
    server = fmt::format("{}:{}", host, port);
  }
  curl_free(host);
  curl_free(port);
  return server;
}

/// What TLS failed at. Of "OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number" only
/// the last part is for people, and that one not for many.
std::string tls_trouble(std::string_view why) {
  const std::size_t reason = why.rfind("::");
  if (why.find(kOpenSslComplaint) == why.npos || reason == why.npos) return std::string(why);
  why.remove_prefix(reason + 2);
  if (why == "wrong version number" || why == "packet length too long")
    return "it does not speak TLS";
  if (why == "unsupported protocol" || why == "tlsv1 alert protocol version")
    return "it does not speak TLS 1.2 or newer";
  if (why == "EVP lib") return "its certificate is not signed by the authority that it names";
  return fmt::format("no TLS came about: {}", why);
}

/// Has the server failed to prove who it is? Where no TLS came about, OpenSSL's own complaint tells
/// a server that speaks none, or none that is safe, from one that hung up.
bool is_distrusted(const Exchange& exchange, CURLcode code) {
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) return true;
  const std::string_view why(&exchange.tls_error[0]);
  return code == CURLE_SSL_CONNECT_ERROR && why.find(kOpenSslComplaint) != why.npos &&
         why.find("unexpected eof") == why.npos;
}

/// Why a transfer failed, in our own or libcurl's fixed words. Its free text is used for TLS alone:
/// that was written before the request was, so it cannot hold any of it.
std::string explain(const Exchange& exchange, CURLcode code) {
  const std::string server = server_of(exchange.request.url);
  const char* why = curl_easy_strerror(code);
  switch (code) {
    case CURLE_COULDNT_CONNECT: {
      const long number = get<long>(exchange.easy.get(), CURLINFO_OS_ERRNO);
      const std::string reason =
          number != 0 ? std::generic_category().message(static_cast<int>(number)) : why;
      return fmt::format("cannot connect to {}: {}", server, reason);
    }
    case CURLE_COULDNT_RESOLVE_HOST:
      return fmt::format("cannot find the address of {}", server);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
      if (!is_distrusted(exchange, code))
        return fmt::format("{} closed the connection before TLS came about", server);
      return fmt::format("cannot trust {}: {}", server,
                         tls_trouble(exchange.tls_error[0] != '\0' ? exchange.tls_error : why));
    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_GOT_NOTHING:
      return fmt::format("{} closed the connection without a reply", server);
    case CURLE_WRITE_ERROR:
      return fmt::format("the reply of {} is longer than 8 MiB, or its headers than 64 KiB",
                         server);
    case CURLE_OPERATION_TIMEDOUT:
      return exchange.sendings == 0 ? fmt::format("cannot connect to {} in time", server)
                                    : fmt::format("no reply from {} in time", server);
    default:
      return fmt::format("the exchange with {} failed: {}", server, why);
  }
}

/// Nothing was sent when no connection came so far as to send, and no byte of a request is counted.
/// The first is needed besides: libcurl counts anew when it sends again.
Transfer transfer_of(const Exchange& exchange, CURLcode code) {
  if (code == CURLE_OK) return Transfer::complete;
  const bool nothing_left =
      exchange.sendings == 0 && get<long>(exchange.easy.get(), CURLINFO_REQUEST_SIZE) == 0;
  return nothing_left ? Transfer::not_sent : Transfer::broken;
}

HttpReply reply_of(Exchange& exchange, CURLcode code) {
  CURL* easy = exchange.easy.get();
  if (code == CURLE_OK && !exchange.header_ended) code = CURLE_PARTIAL_FILE;
  HttpReply reply;
  reply.ticket = exchange.ticket;
  reply.transfer = transfer_of(exchange, code);
  reply.server_not_trusted = is_distrusted(exchange, code);
  reply.status = static_cast<int>(get<long>(easy, CURLINFO_RESPONSE_CODE));
  if (const char* type = get<char*>(easy, CURLINFO_CONTENT_TYPE)) reply.content_type = type;
  curl_header* header = nullptr;
  if (curl_easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK) {
    reply.retry_after = header->value;
  }
  if (curl_easy_header(easy, "X-HubSpot-RateLimit-Daily-Remaining", 0, CURLH_HEADER, -1, &header) ==
      CURLHE_OK) {
    reply.daily_remaining = parse_remaining(header->value);
  }
  reply.body = std::exchange(exchange.reply_body, {});
  if (code != CURLE_OK) reply.error = explain(exchange, code);
  return reply;
}

void start_curl() {
  static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kReady != CURLE_OK) throw curl_error("start", curl_easy_strerror(kReady));
}

void check(CURLMcode code) {
  if (code != CURLM_OK)
    throw curl_error("exchange data with the server", curl_multi_strerror(code));
}

}  // namespace

struct CurlHttp::Implementation {
  CurlOptions options;
  Multi multi;
  std::unordered_map<CURL*, std::unique_ptr<Exchange>> under_way;
  std::vector<std::unique_ptr<Exchange>> idle;

  HttpReply finish(CURL* easy, CURLcode code) {
    const auto found = under_way.find(easy);
    HttpReply reply = reply_of(*found->second, code);
    check(curl_multi_remove_handle(multi.get(), easy));
    idle.push_back(std::move(found->second));
    under_way.erase(found);
    return reply;
  }

  void collect(std::vector<HttpReply>& replies) {
    int left = 0;
    check(curl_multi_perform(multi.get(), &left));
    while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
      replies.push_back(finish(message->easy_handle, message->data.result));
    }
  }
};

CurlHttp::CurlHttp(CurlOptions options) : self_(std::make_unique<Implementation>()) {
  start_curl();
  self_->options = std::move(options);
  self_->multi.reset(curl_multi_init());
  if (!self_->multi) throw curl_error("start", "out of memory");
}

CurlHttp::~CurlHttp() {
  for (const auto& [easy, exchange] : self_->under_way) {
    curl_multi_remove_handle(self_->multi.get(), easy);
  }
}

void CurlHttp::start(std::uint64_t ticket, HttpRequest request) {
  if (self_->idle.empty()) self_->idle.push_back(new_exchange(self_->options));
  std::unique_ptr<Exchange> exchange = std::move(self_->idle.back());
  self_->idle.pop_back();
  prepare(*exchange, ticket, std::move(request));
  CURL* easy = exchange->easy.get();
  check(curl_multi_add_handle(self_->multi.get(), easy));
  self_->under_way.emplace(easy, std::move(exchange));
}

std::vector<HttpReply> CurlHttp::wait(milliseconds timeout) {
  std::vector<HttpReply> replies;
  self_->collect(replies);
  if (!replies.empty()) return replies;
  const auto longest = std::clamp(timeout, milliseconds(0), milliseconds(60'000));
  check(
      curl_multi_poll(self_->multi.get(), nullptr, 0, static_cast<int>(longest.count()), nullptr));
  self_->collect(replies);
  return replies;
}

Reach reach(const std::string& url, const CurlOptions& options) {
  start_curl();
  const auto exchange = new_exchange(options);
  exchange->request.url = url;
  set(exchange->easy.get(), CURLOPT_URL, url.c_str());
  set(exchange->easy.get(), CURLOPT_CONNECT_ONLY, 1L);
  const CURLcode code = curl_easy_perform(exchange->easy.get());
  if (code == CURLE_OK) return {};
  return {explain(*exchange, code), is_distrusted(*exchange, code)};
}

}  // namespace ordertail
