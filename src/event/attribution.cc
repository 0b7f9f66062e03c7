#include "event/attribution.h"

#include <algorithm>
#include <tuple>

namespace ordertail {
namespace {

/// The same whatever the order of the visitors.
bool is_nearer(const VisitorSeen& one, const VisitorSeen& other, std::optional<Instant> at) {
  const auto rank = [&](const VisitorSeen& visitor) {
    const bool after = at && visitor.at > *at;
    const auto distance = after ? visitor.at - *at : -visitor.at.time_since_epoch();
    return std::tuple(visitor.of_others, after, distance, visitor.token);
  };
  return rank(one) < rank(other);
}

}  // namespace

std::string_view name_of(Tier tier) {
  constexpr std::array<std::string_view, kTiers.size()> kNames{"order number", "e-mail", "session",
                                                               "IP address"};
  return kNames[static_cast<std::size_t>(tier)];
}

std::optional<Attribution> attribute(Tier tier, std::span<const VisitorSeen> visitors,
                                     std::optional<Instant> at) {
  if (visitors.empty()) return std::nullopt;
  const bool several = visitors.size() > 1;
  if (several && tier == Tier::ip) return std::nullopt;
  const auto nearest = std::min_element(
      visitors.begin(), visitors.end(),
      [&](const VisitorSeen& one, const VisitorSeen& other) { return is_nearer(one, other, at); });
  const bool ambiguous = several && tier != Tier::email;
  return Attribution{ambiguous || nearest->of_others, tier, *nearest};
}

}  // namespace ordertail
