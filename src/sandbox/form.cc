#include "sandbox/form.h"

#include <algorithm>

#include "base/text.h"

namespace ordertail::sandbox {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Appends the decoded text; false when an escape is malformed.
bool decode(std::string_view text, std::string& decoded) {
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded += ' ';
    } else if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return false;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return true;
}

}  // namespace

std::optional<Form> parse_form(std::string_view text) {
  Form form;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    FormField& field = form.emplace_back();
    if (!decode(pair.substr(0, equals), field.name)) return std::nullopt;
    if (equals < pair.size() && !decode(pair.substr(equals + 1), field.value)) return std::nullopt;
  }
  return form;
}

const FormField* find_field(const Form& form, std::string_view name) {
  const auto found = std::find_if(form.rbegin(), form.rend(), [&](const FormField& field) {
    return equal_ignoring_case(field.name, name);
  });
  return found == form.rend() ? nullptr : &*found;
}

std::string_view value_of(const Form& form, std::string_view name) {
  const FormField* field = find_field(form, name);
  return field == nullptr ? std::string_view() : std::string_view(field->value);
}

}  // namespace ordertail::sandbox
