// A request and its answer as the rules of an API see them: no sockets.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ordertail::sandbox {

struct Request {
  std::string_view method;
  std::string_view path;   ///< as it came, without the query
  std::string_view query;  ///< without the question mark
  std::string_view content_type;
  std::string_view authorization;
  std::string_view body;
};

struct Answer {
  unsigned status = 0;
  std::string json;
  /// Did the portal change? A refused request changes nothing, and not every one that is answered
  /// 200 does.
  bool applied = false;
  std::vector<std::pair<std::string, std::string>> headers;  ///< beside those of HTTP itself
};

/// Is the content type this media type, whatever its parameters?
[[nodiscard]] bool has_media_type(const Request& request, std::string_view media_type);

}  // namespace ordertail::sandbox
