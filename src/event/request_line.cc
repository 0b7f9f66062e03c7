#include "event/request_line.h"

#include <algorithm>

#include "base/text.h"

namespace ordertail {
namespace {

/// Length of what stands for itself at the front, whatever '+' is.
std::size_t plain_length(std::string_view text) {
  const auto* mark =
      std::find_if(text.begin(), text.end(), [](char c) { return c == '%' || c == '+'; });
  return static_cast<std::size_t>(mark - text.begin());
}

/// The byte that an escape (%41) at the front of `text` stands for; -1 when there is none.
int escaped_byte(std::string_view text) {
  if (text.size() < 3 || text.front() != '%') return -1;
  const int high = hex_digit(text[1]);
  const int low = hex_digit(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void decode(std::string_view text, Plus plus, std::string& out) {
  out.resize(text.size());
  char* end = out.data();
  while (!text.empty()) {
    const int byte = escaped_byte(text);
    const bool is_blank = text.front() == '+' && plus == Plus::blank;
    *end++ = byte >= 0 ? static_cast<char>(byte) : is_blank ? ' ' : text.front();
    text.remove_prefix(byte >= 0 ? 3 : 1);
  }
  out.resize(static_cast<std::size_t>(end - out.data()));
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

/// Is this the name, once it is decoded, which hardly any needs? `scratch` is written over.
bool is_named(std::string_view encoded, std::string_view name, int encodings,
              std::string& scratch) {
  if (encoded.size() < name.size()) return false;  // decoding adds nothing
  if (plain_length(encoded) == encoded.size()) return encoded == name;
  decode(encoded, {Plus::blank, encodings}, scratch);
  return scratch == name;
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
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view encoded = pair.substr(0, equals);
    if (is_named(encoded, name, decoding.times, value)) {
      decode(pair.substr(std::min(equals + 1, pair.size())), decoding, value);
      return true;
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return false;
}

}  // namespace ordertail
