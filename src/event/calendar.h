// Calendar days of times.
#pragma once

#include "base/zone.h"
#include "event/event.h"

namespace ordertail {

[[nodiscard]] Day day_of(LocalTime time);

}  // namespace ordertail
