// A broken world, and how a run ends.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace ordertail {

/// The process's exit codes, a contract with cron jobs and scripts (README, "Exit codes").
/// An unknown code means failure.
enum class ExitCode : int {
  ok = 0,               ///< everything is settled
  internal = 1,         ///< a defect of ordertail, or a broken pipe
  usage = 2,            ///< the command line, the job, a pattern, or the endpoint they name
  rejects = 3,          ///< finished; some rows or events were rejected
  in_doubt = 4,         ///< some events need a decision
  stopped_early = 5,    ///< a temporary condition; a rerun continues
  credentials = 6,      ///< credentials, permission, or the server's identity
  source = 7,           ///< a source could not be read, or may have lost something
  store = 8,            ///< the checkpoint file or the disk below it
  already_running = 9,  ///< another instance holds the store
};

/// Thrown where the world is broken and nothing sensible can go on. `what()` is whole sentences
/// for a tired person: what failed, on which file, why, and what to do. Caught once, in main.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// An Error reading "cannot <doing> <path>: <strerror(error_number)>"; the path is made printable.
[[nodiscard]] Error system_error(ExitCode code, std::string_view doing, std::string_view path,
                                 int error_number);

}  // namespace ordertail
