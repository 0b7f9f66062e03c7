// A CSV file opened: decoded, its header read.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "input/byte_stream.h"
#include "input/glob.h"
#include "record/csv_header.h"

namespace ordertail {

/// The file's bytes as UTF-8; `charset` as decoded() has it. Throws as it and open_stream() do.
[[nodiscard]] std::unique_ptr<ByteStream> open_text(const SourceFile& file,
                                                    const std::string& charset);

/// The header of a stream that stands at the file's first byte; nullopt when there is none as the
/// frame says.
[[nodiscard]] std::optional<CsvHeader> find_header(ByteStream& stream, const CsvFrame& frame);

/// Throws Error(source) also when the file has no such header.
[[nodiscard]] CsvHeader read_header(const SourceFile& file, const std::string& charset,
                                    const CsvFrame& frame);

}  // namespace ordertail
