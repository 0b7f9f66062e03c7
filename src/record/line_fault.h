// Where a log line stops being as it should.
#pragma once

#include <cstddef>
#include <string>

namespace ordertail {

struct LineFault {
  std::size_t reach = 0;  ///< how many bytes of the line are as they should be
  std::string why;        ///< what they are not followed by, for people; nobody's data in it
};

}  // namespace ordertail
