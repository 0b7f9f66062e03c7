// Where reading of a file stands, as stored.
#pragma once

#include <cstdint>
#include <string>

#include "input/identity.h"

namespace ordertail {

/// For how long a file had not been written to when it was last read to its end.
enum class Quiet : std::uint8_t { no = 0, hour = 1, day = 2 };

/// Where reading of one file stands, keyed by what the file holds, never by its name.
struct Cursor {
  std::int64_t id = 0;  ///< 0: not stored yet
  std::string source;   ///< the pattern's name and the source's own settings, hashed: see app/stage
  std::string path;     ///< where the file was last seen
  FileIdentity identity;     ///< of what had been read
  std::uint64_t offset = 0;  ///< where reading resumes: begins a record, and an order
  std::uint64_t line = 1;    ///< the line that begins at `offset`
  std::uint64_t seen = 0;    ///< bytes read so far, an unfinished end included
  /// Of a log; what tells whether it has come to rest (app/lost_logs.h).
  bool moved = false;  ///< it was found by another name, and has not grown since
  Quiet quiet = Quiet::no;
};

}  // namespace ordertail
