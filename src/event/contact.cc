#include "event/contact.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/text.h"

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
  const std::size_t dash = text.find('-');
  if (dash == text.npos) return text;
  const std::string_view session = trim(text.substr(0, dash));
  const std::string_view connection = trim(text.substr(dash + 1));
  return is_ip(session) ? session : is_ip(connection) ? connection : text;
}

bool is_visitor_token(std::string_view text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace ordertail
