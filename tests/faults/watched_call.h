// Which system calls are watched, and which file each is made on.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace ordertail::faults {

/// Where a call names its file.
enum class Names : std::uint8_t {
  nothing,
  descriptor,  ///< the first argument
  path,        ///< the first argument
  path_at,     ///< the first two
  mapping,     ///< the descriptor of mmap
};

struct WatchedCall {
  std::uint64_t number;
  const char* name;
  Names names;
  bool sized = false;  ///< the third argument is how many bytes
};

/// nullptr: not watched.
[[nodiscard]] const WatchedCall* watched_call(std::uint64_t number);
/// The absolute path of the file that a call with these arguments of thread `thread` is made on;
/// empty when there is none.
[[nodiscard]] std::string file_of(const WatchedCall& call, const std::uint64_t* arguments,
                                  pid_t thread);
/// The whole of a file of /proc/<thread>.
[[nodiscard]] std::string read_proc(pid_t thread, const char* name);

}  // namespace ordertail::faults
