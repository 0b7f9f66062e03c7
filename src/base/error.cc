#include "base/error.h"

#include <fmt/format.h>

#include <system_error>

#include "base/text.h"

namespace ordertail {

Error system_error(ExitCode code, std::string_view doing, std::string_view path, int error_number) {
  return {code, fmt::format("cannot {} {}: {}", doing, printable_name(path),
                            std::generic_category().message(error_number))};
}

}  // namespace ordertail
