// What one log line proves of a visitor.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "event/event.h"

namespace ordertail {

/// The 16 bytes that a visitor token is written for; nullopt when the text is none.
[[nodiscard]] std::optional<Hash128> token_bytes(std::string_view utk);
/// 32 lower-case hexadecimal digits.
[[nodiscard]] std::string token_text(const Hash128& token);

/// A visitor at a time and a place, and what ties the visit to an event. Absent texts are empty.
struct Sighting {
  std::optional<Hash128> token;  ///< absent: known by the session only
  std::string order_number;      ///< as events have it
  std::string email, session, ip;
  Instant at{};
  std::string file;
  std::uint64_t line = 0;
};

/// What the line that an event was made of proves; nullopt when it had no token, or no time.
[[nodiscard]] std::optional<Sighting> sighting_of(const Event& event);

}  // namespace ordertail
