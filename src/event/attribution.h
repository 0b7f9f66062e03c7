// Whose visit led to an event: the rule alone.
//
// HubSpot takes everything that carries one token for one person, and gives one contact what was
// another's where that is wrong. So a token goes to an event only when nothing speaks against it:
// a token that two e-mail addresses are known of is nobody's.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/hash.h"
#include "base/zone.h"

namespace ordertail {

/// What ties a visit to an event, the strongest first. The last two only where the job asks.
enum class Tier : std::uint8_t {
  order_number,  ///< the page that names the order was asked for
  email,         ///< so was one that names the person
  session,       ///< the order's page, by the same session of the shop
  ip,            ///< any page, from the same address at about the time
};
inline constexpr std::array<Tier, 4> kTiers{Tier::order_number, Tier::email, Tier::session,
                                            Tier::ip};
/// "order number", "e-mail", "session", "IP address"
[[nodiscard]] std::string_view name_of(Tier tier);

/// A visitor whom a tier ties to an event.
struct VisitorSeen {
  Hash128 token;
  Instant at{};           ///< of the visit
  std::int64_t file = 0;  ///< where the line is, as Visitors::file_name() has it
  std::uint64_t line = 0;
  bool of_others = false;  ///< another person, or two, are known of the token
};

struct Attribution {
  bool conflict = false;  ///< there is evidence, but it contradicts itself: no token
  Tier tier = Tier::order_number;
  VisitorSeen visitor;  ///< whose token it is; of a conflict, one of those concerned
};

/// What one tier says of an event; nullopt when nothing, so that the next one is to be asked.
/// `visitors`: all that it ties to the event, each token once. `at`: when the event was.
///
/// - order number: two visitors who asked for one order's page are a conflict.
/// - e-mail: several visitors are one person's devices, of which those that others use as well are
///   left out. The visit nearest before the event is its; if there is none before, the first one
///   after it (the page of thanks is loaded some seconds after the sale).
/// - session: as the order number. IP address: of two visitors, nothing is known.
[[nodiscard]] std::optional<Attribution> attribute(Tier tier, std::span<const VisitorSeen> visitors,
                                                   std::optional<Instant> at);

}  // namespace ordertail
