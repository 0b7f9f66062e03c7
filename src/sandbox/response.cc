#include "sandbox/response.h"

#include <utility>

namespace ordertail::sandbox {
namespace {

HttpResponse text_response(const HttpRequest& request, unsigned status, const char* content_type,
                           std::string body) {
  HttpResponse response(http::status(status), request.version());
  response.set(http::field::content_type, content_type);
  response.body() = std::move(body);
  response.keep_alive(request.keep_alive());
  response.prepare_payload();
  return response;
}

}  // namespace

HttpResponse json_response(const HttpRequest& request, unsigned status, std::string json) {
  return text_response(request, status, "application/json", std::move(json));
}

HttpResponse page_response(const HttpRequest& request, std::string html) {
  HttpResponse response = text_response(request, 200, "text/html; charset=utf-8", std::move(html));
  response.set("Content-Security-Policy",
               "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
               "form-action 'none'; frame-ancestors 'none'");
  response.set("X-Content-Type-Options", "nosniff");
  response.set(http::field::cache_control, "no-store");
  return response;
}

HttpResponse api_response(const HttpRequest& request, Answer answer) {
  HttpResponse response = json_response(request, answer.status, std::move(answer.json));
  for (const auto& [name, value] : answer.headers) response.set(name, value);
  return response;
}

}  // namespace ordertail::sandbox
