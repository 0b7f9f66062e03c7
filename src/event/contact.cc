#include "event/contact.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "event/captured_headers.h"

namespace ordertail {
namespace {

constexpr std::string_view kAtomMarks = "!#$%&'*+/=?^_`{|}~-.";

constexpr bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// By byte: may it be in a local part?
constexpr std::array<bool, 256> kLocal = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char c = static_cast<char>(i);
    table[i] = is_letter_or_digit(c) || kAtomMarks.find(c) != kAtomMarks.npos;
  }
  return table;
}();

/// By byte: is it a digit of a visitor token?
constexpr std::array<bool, 256> kTokenDigit = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("0123456789abcdef"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_local_part(std::string_view text) {
  if (text.empty() || text.size() > 64 || text.front() == '.' || text.back() == '.') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return kLocal[static_cast<unsigned char>(c)]; });
}

bool is_domain(std::string_view text) {
  bool dotted = false;
  char before = '.';
  for (const char c : text) {
    if (c == '.') {
      if (before == '.' || before == '-') return false;
      dotted = true;
    } else if (c == '-') {
      if (before == '.') return false;
    } else if (!is_letter_or_digit(c)) {
      return false;
    }
    before = c;
  }
  return dotted && before != '.' && before != '-';
}

bool is_url(std::string_view text) {
  return text.starts_with('/') || text.starts_with("http://") || text.starts_with("https://");
}

/// Of "192.0.2.7:4444", "[2001:db8::7]:443" and "[2001:db8::7]".
std::string_view without_port(std::string_view address) {
  const std::size_t bracket = address.starts_with('[') ? address.find(']') : address.npos;
  if (bracket != address.npos) return address.substr(1, bracket - 1);
  const std::size_t colon = address.find(':');
  return colon == address.rfind(':') ? address.substr(0, colon) : address;
}

/// The value of `name` among NAME=VALUE, divided by `divider`; empty when there is none.
std::string_view value_in(std::string_view pairs, char divider, std::string_view name) {
  while (!pairs.empty()) {
    const std::size_t end = std::min(pairs.find(divider), pairs.size());
    std::string_view pair = pairs.substr(0, end);
    pair.remove_prefix(std::min(pair.find_first_not_of(" +"), pair.size()));
    for (const std::string_view blank : {"%20", "%2520"}) {
      if (pair.starts_with(blank)) pair.remove_prefix(blank.size());
    }
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      return trim(pair.substr(name.size() + 1));
    }
    pairs.remove_prefix(std::min(end + 1, pairs.size()));
  }
  return {};
}

/// The second part of DOMAIN.TOKEN.FIRST.PREVIOUS.CURRENT.SESSIONS
std::string_view token_of_hstc(std::string_view value) {
  const std::size_t begin = std::min(value.find('.'), value.size());
  if (std::count(value.begin(), value.end(), '.') != 5) return {};
  return value.substr(begin + 1, value.find('.', begin + 1) - begin - 1);
}

/// Of headers that may be anything, 32 digits too, only a cookie or a URL has one.
std::string_view captured_token(std::string_view text) {
  for (const std::string_view header : captured_headers(text)) {
    if (header.find('=') == header.npos) continue;
    const std::string_view token = visitor_token(header);
    if (is_visitor_token(token)) return token;
  }
  return {};
}

}  // namespace

bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == text.npos || text.size() > 254) return false;
  return is_local_part(text.substr(0, at)) && is_domain(text.substr(at + 1));
}

bool is_ip(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> name{};
  if (text.size() >= name.size() || text.find('\0') != text.npos) return false;
  std::copy(text.begin(), text.end(), name.begin());
  in6_addr address{};
  return inet_pton(AF_INET, name.data(), &address) == 1 ||
         inet_pton(AF_INET6, name.data(), &address) == 1;
}

std::string_view visitor_ip(std::string_view text) {
  const auto is_of_one = [](char c) { return c == '.' || (c >= '0' && c <= '9'); };
  if (std::all_of(text.begin(), text.end(), is_of_one)) return text;  // 192.0.2.7
  if (is_ip(text)) return text;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find_first_of(",-"), rest.size());
    const std::string_view address = without_port(trim(rest.substr(0, end)));
    if (is_ip(address)) return address;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return text;
}

std::string_view visitor_token(std::string_view text) {
  if (text.starts_with('{')) return captured_token(text);
  if (is_url(text)) {
    text = text.substr(0, text.find('#'));
    const std::size_t query = text.find('?');
    if (query == text.npos) return {};
    return token_of_hstc(value_in(text.substr(query + 1), '&', "__hstc"));
  }
  if (text.find('=') == text.npos) return text.find('.') == text.npos ? text : token_of_hstc(text);
  const std::string_view cookie = value_in(text, ';', "hubspotutk");
  if (is_visitor_token(cookie)) return cookie;
  const std::string_view part = token_of_hstc(value_in(text, ';', "__hstc"));
  return is_visitor_token(part) ? part : cookie;
}

bool is_visitor_token(std::string_view text) {
  if (text.size() != 32) return false;
  bool fits = true;
  for (const char c : text) fits &= kTokenDigit[static_cast<unsigned char>(c)];
  return fits;
}

}  // namespace ordertail
