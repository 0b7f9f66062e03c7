#include "event/request_line.h"

#include <algorithm>

#include "base/text.h"

namespace ordertail {
namespace {

void decode(std::string_view text, Plus plus, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string byte = text[i] == '%' ? from_hex(text.substr(i + 1, 2)) : std::string();
    if (byte.size() == 1) {
      out += byte;
      i += 2;
    } else {
      out += text[i] == '+' && plus == Plus::blank ? ' ' : text[i];
    }
  }
}

void decode(std::string_view text, Decoding decoding, std::string& out) {
  std::string layer;
  for (; decoding.times > 1; --decoding.times) {
    decode(text, Plus::plus, out);
    layer.swap(out);
    text = layer;
  }
  decode(text, decoding.plus, out);
}

}  // namespace

std::string url_decoded(std::string_view text, Plus plus) {
  std::string plain;
  decode(text, plus, plain);
  return plain;
}

RequestLine parse_target(std::string_view target) {
  RequestLine line;
  const std::size_t scheme = target.find("://");
  const bool absolute = scheme < 6 && !target.starts_with('/');
  if (absolute)
    target.remove_prefix(std::min(target.find_first_of("/?", scheme + 3), target.size()));
  const std::size_t mark = target.find('?');
  line.path = absolute && (target.empty() || mark == 0) ? "/" : target.substr(0, mark);
  if (mark != target.npos) line.query = target.substr(mark + 1);
  return line;
}

RequestLine parse_request_line(std::string_view logged) {
  const std::size_t blank = logged.find(' ');
  if (blank == logged.npos) return {};
  std::string_view target = logged.substr(blank + 1);
  if (const std::size_t end = target.rfind(" HTTP/"); end != target.npos) {
    target = target.substr(0, end);
  }
  RequestLine line = parse_target(target);
  line.method = logged.substr(0, blank);
  return line;
}

bool query_parameter(std::string_view query, std::string_view name, Decoding decoding,
                     std::string& value) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = pair.find('=');
    decode(pair.substr(0, equals), {Plus::blank, decoding.times}, value);
    if (value == name) {
      decode(equals == pair.npos ? std::string_view() : pair.substr(equals + 1), decoding, value);
      return true;
    }
    if (end == query.npos) break;
    query.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace ordertail
