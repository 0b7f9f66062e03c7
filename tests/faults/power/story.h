// One shop's life on a recorded disk: what the shipped program wrote, synced and sent, in order.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/hash.h"
#include "faults/power/disk.h"

namespace ordertail::faults {

struct Story {
  std::vector<Operation> operations;
  Tree left;  ///< what lay in the shop's state directory at the end
  /// The orders of each source file, and the ids they have in the store.
  std::map<std::string, std::vector<int>> files;
  std::map<int, Hash128> ids;
  std::map<std::string, std::string> sources;  ///< the files themselves
};

/// How the program is changed before it is recorded, in ways its sources know nothing of.
struct Twist {
  std::string sql{};  ///< "OLD=>NEW": one of its PRAGMAs
  bool syncs_directories = true;
};
/// The log is folded in after a few commits, not after 16 MiB.
[[nodiscard]] Twist folding_all_the_time();
/// Broken on purpose: "NORMAL" or "OFF" (SQLite's synchronous), "no-directory-sync".
[[nodiscard]] Twist weakness(const std::string& name);

/// An import of fresh orders one at a time; another one, of a grown file, four at a time, some of
/// which the server refuses and some of whose answers are lost; orders staged; a submit that is
/// killed while two requests are under way; a submit of the rest.
[[nodiscard]] Story record_story(const Twist& twist = {});

/// The order numbers in a request's bytes.
[[nodiscard]] std::vector<int> orders_in(const std::string& request);

}  // namespace ordertail::faults
