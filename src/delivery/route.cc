#include "delivery/route.h"

#include <fmt/core.h>

#include <optional>

namespace ordertail {
namespace {

std::optional<Judgement> refusal_of_first(const Route& route, const Event& event, WallTime now) {
  if (!route.token_needed || !event.utk.empty()) return route.first->refuse(event, now);
  return Judgement{Verdict::rejected,
                   "no_token",
                   fmt::format("it carries no visitor token (hubspotutk), and {} is for those that "
                               "do",
                               route.first->name()),
                   {}};
}

}  // namespace

std::variant<const Sink*, Judgement> choose(const Route& route, const Item& item, WallTime now) {
  const Sink* const last = route.otherwise != nullptr ? route.otherwise : route.first;
  if (!item.progress.empty()) return last;
  const auto why_not_first = refusal_of_first(route, item.event, now);
  if (!why_not_first) return route.first;
  if (route.otherwise == nullptr) return *why_not_first;
  const auto why_not_otherwise = route.otherwise->refuse(item.event, now);
  if (why_not_otherwise) return *why_not_otherwise;
  return route.otherwise;
}

}  // namespace ordertail
