// HTML entities, in files that shops' programs took off their pages ("&amp;", "&#039;").
#pragma once

#include <string>
#include <string_view>

namespace ordertail {

/// `text` with its references decoded, once: "&amp;lt;" is "&lt;". Knows XML's five names, the
/// Latin-1 names of HTML 4 (section 24.2.1), and decimal and hexadecimal references. A no-break
/// space becomes a plain blank; anything else (an unknown name, no semicolon, a code point that is
/// no visible character) stays as written. A view into `text` when that has no '&', else into
/// `space`, which must not be what `text` is a view of.
[[nodiscard]] std::string_view decode_entities(std::string_view text, std::string& space);

}  // namespace ordertail
