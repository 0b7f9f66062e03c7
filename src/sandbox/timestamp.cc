#include "sandbox/timestamp.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace ordertail::sandbox {

std::string timestamp(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds.time_since_epoch().count()),
                     (time - seconds).count());
}

}  // namespace ordertail::sandbox
