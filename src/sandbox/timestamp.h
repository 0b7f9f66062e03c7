// A time as HubSpot writes it.
#pragma once

#include <string>

#include "base/clock.h"

namespace ordertail::sandbox {

/// "2024-01-01T00:00:00.007Z"
[[nodiscard]] std::string timestamp(WallTime time);

}  // namespace ordertail::sandbox
