#include "delivery/form_encoding.h"

namespace ordertail {
namespace {

bool stays(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '*' ||
         c == '-' || c == '.' || c == '_';
}

void append_encoded(std::string_view text, std::string& body) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    if (stays(c)) {
      body += c;
    } else if (c == ' ') {
      body += '+';
    } else {
      const auto byte = static_cast<unsigned char>(c);
      body += '%';
      body += kDigits[byte >> 4U];
      body += kDigits[byte & 15U];
    }
  }
}

}  // namespace

void append_form_field(std::string_view key, std::string_view value, std::string& body) {
  if (!body.empty()) body += '&';
  append_encoded(key, body);
  body += '=';
  append_encoded(value, body);
}

}  // namespace ordertail
