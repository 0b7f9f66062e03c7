// What a header that is not as expected tells of how its file is written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/csv_dialect.h"

namespace ordertail {

/// "commas", "semicolons", "tabs", …
[[nodiscard]] std::string name_of_delimiter(char delimiter);

/// A part of a sentence that says what to do about text that seems to be UTF-16 without a byte
/// order mark; empty when it does not.
[[nodiscard]] std::string utf16_doubt(std::string_view beginning);

/// The same for text that is no CSV at all, or begins with a line that only Excel understands.
[[nodiscard]] std::string content_doubt(std::string_view beginning);

/// The same for a header that was read by `delimiter` and seems to be written with another, or in
/// UTF-16.
[[nodiscard]] std::string header_doubt(const std::vector<std::string>& columns, char delimiter);

/// The same for a file's beginning in which the frame finds no header.
[[nodiscard]] std::string header_doubt(std::string_view beginning, const CsvFrame& frame);

/// The frame as it would be with every other delimiter that exports have.
[[nodiscard]] std::vector<CsvFrame> otherwise_delimited(const CsvFrame& frame);

/// "the header looks delimited by semicolons, while the pattern reads commas: …": what to do.
[[nodiscard]] std::string delimiter_doubt(char seems, char read, std::string_view pattern = {});

}  // namespace ordertail
