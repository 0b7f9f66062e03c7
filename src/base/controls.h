// What in a text a terminal would obey instead of showing it.
#pragma once

#include <string>
#include <string_view>

namespace ordertail {

/// Would this UTF-8 sequence move the cursor or reorder the line: C0, DEL, C1, the bidi controls,
/// line and paragraph separators?
[[nodiscard]] bool is_control(std::string_view sequence);

/// Appends such a sequence as JSON can have it: "\u202e".
void append_json_escape(std::string_view sequence, std::string& out);

}  // namespace ordertail
