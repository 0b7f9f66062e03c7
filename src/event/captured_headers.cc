#include "event/captured_headers.h"

#include <algorithm>

#include "base/text.h"

namespace ordertail {

std::vector<std::string_view> captured_headers(std::string_view text) {
  std::vector<std::string_view> headers;
  if (!text.starts_with('{')) return headers;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("{|}"), text.size());
    const std::string_view header = trim(text.substr(0, end));
    if (!header.empty()) headers.push_back(header);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return headers;
}

bool is_user_agent(std::string_view header) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_of_product = [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  };
  const std::size_t slash = std::min(header.find('/'), header.size());
  const std::string_view product = header.substr(0, slash);
  const std::string_view version = header.substr(std::min(slash + 1, header.size()));
  return !product.empty() && std::all_of(product.begin(), product.end(), is_of_product) &&
         !version.empty() && is_digit(version.front());
}

}  // namespace ordertail
