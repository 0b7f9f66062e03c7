// Runs a program under ptrace, stops it at the entry and at the exit of every system call of every
// thread, and makes one thing go wrong. x86-64 only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ordertail::faults {

/// What is to go wrong, once.
struct Fault {
  enum class Kind : std::uint8_t {
    none,     ///< only watch
    kill,     ///< SIGKILL at stop `nth`: before a call at its entry, after it at its exit
    fail,     ///< the `nth` of the calls `call` does nothing and fails with `error`
    shorten,  ///< the `nth` of the calls `call` is asked for half of its bytes
  };
  Kind kind = Kind::none;
  std::uint64_t nth = 0;  ///< from 1
  std::string call{};     ///< one of watched_calls()
  int error = 0;
  bool lasting = false;  ///< fail: all the later ones, too, as on a disk that stays full
};

/// Where the fault struck.
struct Hit {
  std::string call;
  bool entry = false;
  std::string path;             ///< of the call's file; empty when it has none
  std::set<std::string> later;  ///< the files of a lasting fault's further calls
};

struct Watched {
  int status = 0;           ///< as waitpid() has it
  std::uint64_t stops = 0;  ///< at calls that count
  /// How often each watched call was made on a file of `directory`; "connect": on anything.
  std::map<std::string, std::uint64_t> calls;
  std::optional<Hit> hit;  ///< absent: the fault did not strike, and proves nothing
  /// The arguments and the environment that others saw of it in /proc, at its end.
  std::string arguments, environment;
};

/// The calls that can fail: those on files.
[[nodiscard]] std::vector<std::string> watched_calls();
/// "ENOSPC" and the like; 0 when unknown.
[[nodiscard]] int error_number(const std::string& name);

/// Runs `command` to its end. Calls on files count when those are in `directory` (an absolute path
/// without links); other calls count from the first of those on: what the dynamic linker does
/// before is of no consequence to anybody. Throws
/// std::system_error where ptrace is not permitted. The caller must have no other children.
[[nodiscard]] Watched supervise(const std::vector<std::string>& command,
                                const std::string& directory, const Fault& fault);

}  // namespace ordertail::faults
