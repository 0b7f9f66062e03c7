// Which sink takes an event.
#pragma once

#include <string_view>
#include <variant>

#include "base/clock.h"
#include "delivery/sink.h"
#include "event/event.h"

namespace ordertail {

/// Where events of a kind go. The sinks outlive it.
struct Route {
  const Sink* first = nullptr;  ///< there always is one
  const Sink* otherwise =
      nullptr;                ///< takes what `first` refuses, or must not be given; may be null
  bool token_needed = false;  ///< `first` is for events with a visitor token only
};

/// The sink for the event as it is now, or why none takes it, as a rejection. What has progress
/// stays with the sink that made it: `otherwise` where there is one, as only the last resort takes
/// several requests.
[[nodiscard]] std::variant<const Sink*, Judgement> choose(const Route& route, const Item& item,
                                                          WallTime now);

}  // namespace ordertail
