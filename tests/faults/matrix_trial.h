// One cell of the fault matrix: the program as it is shipped, and a server that fails one request.
#pragma once

#include <string>
#include <vector>

#include "faults/fault_modes.h"

namespace ordertail::faults {

/// Which request of a job fails. To leads and forms each of five orders is one request; to the CRM
/// all five are one: first their contacts, then their orders, then what associates them.
enum class Position { first, middle, last };

struct Cell {
  const FaultMode* mode = nullptr;
  Api api = Api::leads;
  Position position = Position::first;
};

/// "leads/half_body/middle"
[[nodiscard]] std::string name_of(const Cell& cell);

/// What came of one cell.
struct Finding {
  bool struck = false;             ///< has the fault come about?
  bool seen_running = false;       ///< were the arguments and the environment of a run looked at?
  std::vector<std::string> wrong;  ///< empty: all is as the table says
};

/// Runs the job against the server that fails, and again against one in good health. What the
/// program says (exit codes, reports, messages, states of the events) is held against the table,
/// and against what the servers saw; and no secret, and nobody's address, may be where it must not.
[[nodiscard]] Finding try_cell(const Cell& cell);

}  // namespace ordertail::faults
