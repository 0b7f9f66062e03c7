// A reject as one line: JSON for --rejects, a sentence for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event/reject.h"

namespace ordertail {

/// How every such line begins.
inline constexpr std::string_view kRejectLineBegins = R"({"reject":)";

/// {"reject":"bad_date","field":"Created
/// at","message":"…","source":{"file":"…","line":17,"byte":4096}} and a line end.
[[nodiscard]] std::string to_json_line(const Reject& reject);
/// The same beside a copy of its rows, which begins at that line of it: …,"copy":{"line":2,
/// "rows":1}} Without a line none was made: …,"copy":null}
[[nodiscard]] std::string to_json_line(const Reject& reject,
                                       std::optional<std::uint64_t> line_of_copy);

/// "orders.csv:17: Created at: "x" is no time of the form %F" and no line end, for people.
[[nodiscard]] std::string to_sentence(const Reject& reject);

}  // namespace ordertail
