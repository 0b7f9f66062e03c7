// One shop's thirty days: orders come in, a timer starts the run, runs die; all of it from one
// seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ordertail::simulation {

struct Month {
  std::vector<std::string> wrong;  ///< empty: all promises were kept
  std::uint64_t trace = 0;         ///< hash of every request, reply and end of a run, with its time
  std::uint64_t runs = 0, kills = 0, orders = 0;
  std::uint64_t requests = 0;
  std::uint64_t came = 0, needed = 0;  ///< of these: see ModelHubSpot
};

/// The real courier, gate, backlog, sinks and store against the model, for thirty days in which all
/// may fail, and some more in which nothing does.
[[nodiscard]] Month live_thirty_days(std::uint64_t seed);

}  // namespace ordertail::simulation
