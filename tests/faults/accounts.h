// What must hold after every fault, whatever it was: the program's account against the server's.
#pragma once

#include <string>
#include <vector>

#include "faults/reference_job.h"

namespace ordertail::faults {

/// What does not hold of: every event is accounted for once; what is submitted has been applied;
/// what has been applied twice is listed; every rejected row is told of; the checkpoint file is
/// sound. To be called after Trial::recover().
/// `status`: what `ordertail status` says by then.
[[nodiscard]] std::vector<std::string> wrong_accounts(const Trial& trial,
                                                      const stories::Json& status);

/// Where the secret or a customer's address is found that must not be there: in what was said, in
/// rejects, in the arguments and the environment of `run`, in the checkpoint file. An address may
/// be there while its event is not settled.
[[nodiscard]] std::vector<std::string> leaks(const Trial& trial, const WatchedRun& run,
                                             const stories::Json& status);

}  // namespace ordertail::faults
