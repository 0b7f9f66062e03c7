// The request in an access log line.
#pragma once

#include <string>
#include <string_view>

namespace ordertail {

/// Views into the logged text "GET /checkout/success?order=1001 HTTP/1.1".
struct RequestLine {
  std::string_view method, path, query;
};

/// The parts of `logged`; empty ones for anything that is not METHOD TARGET [PROTOCOL], such as
/// "-". An absolute target (http://host/path) gives its path.
[[nodiscard]] RequestLine parse_request_line(std::string_view logged);

/// The same of a target alone: "/checkout/success?order=1001".
[[nodiscard]] RequestLine parse_target(std::string_view target);

/// What to make of '+' when decoding.
enum class Plus {
  blank,  ///< as in application/x-www-form-urlencoded
  plus,   ///< itself: e-mail addresses hold plus signs and never blanks
};

/// Percent-decoded once.
[[nodiscard]] std::string url_decoded(std::string_view text, Plus plus);

struct Decoding {
  Plus plus = Plus::blank;
  int times = 1;  ///< more where a server has encoded again what it logs; '+' counts at the last
};

/// The value of the first parameter of this name, percent-decoded into `value`; false when there is
/// none. Names are compared after decoding.
bool query_parameter(std::string_view query, std::string_view name, Decoding decoding,
                     std::string& value);

}  // namespace ordertail
