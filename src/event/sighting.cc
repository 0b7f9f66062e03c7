#include "event/sighting.h"

#include <cstring>

#include "base/text.h"
#include "event/contact.h"

namespace ordertail {
std::optional<Hash128> token_bytes(std::string_view utk) {
  if (!is_visitor_token(utk)) return std::nullopt;
  const std::string bytes = from_hex(utk);
  Hash128 token;
  std::memcpy(token.bytes.data(), bytes.data(), token.bytes.size());
  return token;
}

std::string token_text(const Hash128& token) {
  return to_hex(token.view());
}

std::optional<Sighting> sighting_of(const Event& event) {
  const auto token = token_bytes(event.utk);
  if (!token || !event.occurred_at) return std::nullopt;
  return Sighting{token,    event.order_number, event.email,       "",
                  event.ip, *event.occurred_at, event.origin.file, event.origin.line};
}

}  // namespace ordertail
