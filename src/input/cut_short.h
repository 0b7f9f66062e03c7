// A compressed file that ends before its content does: it is still being written, or its writer
// died.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "input/byte_stream.h"

namespace ordertail {

/// What reading such a file to the place where it ends throws.
class CutShort final : public Error {
 public:
  explicit CutShort(const std::string& message) : Error(ExitCode::source, message) {}
};

/// The stream, which ends where it is cut short, and then says so in `cut`, which outlives it.
[[nodiscard]] std::unique_ptr<ByteStream> until_cut(std::unique_ptr<ByteStream> stream,
                                                    std::optional<std::string>& cut);

}  // namespace ordertail
