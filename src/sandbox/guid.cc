#include "sandbox/guid.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace ordertail::sandbox {

std::string GuidSource::hex() {
  return to_hex(keyed_hash(key_, {std::to_string(++given_)}).view());
}

std::string GuidSource::dashed() {
  const std::string id = hex();
  return fmt::format("{}-{}-{}-{}-{}", id.substr(0, 8), id.substr(8, 4), id.substr(12, 4),
                     id.substr(16, 4), id.substr(20));
}

bool is_dashed_guid(std::string_view text) {
  constexpr std::string_view kShape = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
  return text.size() == kShape.size() &&
         std::equal(text.begin(), text.end(), kShape.begin(), [](char c, char shape) {
           const bool is_digit =
               (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           return shape == 'h' ? is_digit : c == shape;
         });
}

}  // namespace ordertail::sandbox
