// The program under the supervisor, in a shop of its own.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "stories/shop.h"

namespace ordertail::faults {

/// What the supervisor reports of one run.
struct WatchedRun {
  stories::Ended ended;
  std::uint64_t stops = 0;
  std::map<std::string, std::uint64_t> calls;  ///< on files of the shop; "connect": on anything
  /// Where the fault struck: "pwrite64", "entry" or "exit", the file. Empty when it did not.
  std::string call, side, path;
  std::set<std::string> later;         ///< the files of a lasting fault's further calls
  std::string arguments, environment;  ///< as /proc showed them at its end

  [[nodiscard]] bool struck() const { return !side.empty(); }
};

/// `ordertail` with these arguments in the shop. `fault`: see supervise.cc.
[[nodiscard]] WatchedRun run_watched(const stories::Shop& shop,
                                     const std::vector<std::string>& arguments,
                                     const std::string& fault);

/// Why nothing can be supervised here; nullopt when it can.
[[nodiscard]] std::optional<std::string> cannot_supervise();

}  // namespace ordertail::faults
