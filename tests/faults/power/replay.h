// Power cuts at every operation of a story, and what the store makes of the disk they leave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "faults/power/story.h"

namespace ordertail::faults {

struct Budget {
  std::size_t states = 1000;      ///< crash states to be looked at, each different from the others
  std::size_t resumed_every = 0;  ///< of so many, one is gone on with by the program; 0: none
  std::uint64_t seed = 1;
  std::filesystem::path keep{};  ///< where the first broken states are laid out, to be looked at
};

struct Replay {
  std::size_t operations = 0, sends = 0, states = 0, resumed = 0;
  // Broken promises, in states:
  std::size_t forgotten = 0;   ///< something had been sent, and the store would send it again
  std::size_t lost = 0;        ///< a file counts as read, and an order of it is not known
  std::size_t invented = 0;    ///< something counts as submitted that never left
  std::size_t unopenable = 0;  ///< the store is refused
  std::size_t touched = 0;     ///< the store is refused, and was changed
  std::size_t unsound = 0;     ///< SQLite's integrity_check complains once the store was opened
  std::size_t astray = 0;      ///< a resumed run sent something again, or did not send all
  std::vector<std::string> findings;  ///< the first few, in words

  [[nodiscard]] std::size_t broken() const {
    return forgotten + lost + invented + unopenable + touched + unsound + astray;
  }
  [[nodiscard]] std::string in_words() const;
};

/// States are opened in this process by the Store that the program is built from; one in
/// `resumed_every` also by the program itself, against a server that takes all.
[[nodiscard]] Replay replay(const Story& story, const Budget& budget);

}  // namespace ordertail::faults
