// A server's own description of its log line, compiled: what stands between the fields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ordertail {

/// How a server writes bytes that would break its lines.
enum class LineEscapes : std::uint8_t {
  none,       ///< it does not (nginx's escape=none): a quote in a quoted field fits no format
  backslash,  ///< \" \\ \n \t \xHH: Apache since 2.0.46; of these nginx writes \xHH only
  json,       ///< as in a JSON text: nginx's escape=json
  hash,       ///< #XX: HAProxy
};

/// What a field may hold that else would end it.
enum class Loose : std::uint8_t {
  no,
  text,       ///< the beginning of what follows it: a user name may have blanks
  list,       ///< the blanks and commas in ", ": an X-Forwarded-For
  upstreams,  ///< the blanks in " : " too: nginx's $upstream_addr
};

/// A log line is literal text with fields between.
struct LineFormat {
  struct Field {
    std::string name;   ///< as the description writes it: "$remote_addr", "%{Referer}i"
    std::string after;  ///< the literal that follows; empty for the last, and before an `opening`
    char opening = 0;   ///< what the next field begins with, where nothing stands between the two
    Loose loose = Loose::no;
    bool quoted = false;     ///< between double quotes, which end it where they are not escaped
    std::size_t column = 0;  ///< 1-based, where the description names it
  };
  std::string before;         ///< the literal that the line begins with
  std::vector<Field> fields;  ///< at least one
  char divider = ' ';         ///< what a field at the end of the line ends at
  LineEscapes escapes = LineEscapes::backslash;

  [[nodiscard]] std::vector<std::string> names() const;
};

/// Do both name one field? nginx's variables do in any case, and so do the headers and cookies that
/// Apache's directives name; but %t and %T are two.
[[nodiscard]] bool is_same_field(std::string_view a, std::string_view b);

/// What stands behind nginx's `log_format NAME [escape=...]`, quotes included, that whole
/// statement, or the bare text of the format
/// (https://nginx.org/en/docs/http/ngx_http_log_module.html). Throws Error(usage), with the column
/// in `text`, for what cannot be compiled.
[[nodiscard]] LineFormat nginx_line_format(std::string_view text);

/// The same of Apache's `LogFormat "..." [NAME]`, or the bare text between the quotes, in which \"
/// stands for a quote (https://httpd.apache.org/docs/2.4/mod/mod_log_config.html). Of `%s` and
/// `%>s`, the final status is called %s, and the other, where both are there, %<s.
[[nodiscard]] LineFormat apache_line_format(std::string_view text);

/// The format of any other server, written in nginx's notation with names of one's own: fields are
/// called what they are without the `$`. Those in `loose` may hold the beginning of what follows.
/// Throws as nginx_line_format() does, and for a name in `loose` that is no field's.
[[nodiscard]] LineFormat named_line_format(std::string_view text, LineEscapes escapes,
                                           const std::vector<std::string>& loose);

}  // namespace ordertail
