// People who are to be forgotten, and what came of that.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ordertail {

/// A person to be forgotten: by an e-mail address, or by the number of an order.
struct Person {
  std::string email, order_number;
};

/// What was deleted, and what could not be.
struct Forgotten {
  std::uint64_t evidence = 0;  ///< of visitors: ties and tokens
  std::uint64_t rejected = 0;  ///< events that HubSpot rejected
  std::uint64_t pending = 0;   ///< events that were never sent, and never will be
  std::uint64_t held = 0;      ///< events left alone: pending, in doubt, or on their way
  std::vector<bool> found;     ///< of each person named: was anything kept of them?
};

}  // namespace ordertail
