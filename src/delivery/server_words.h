// What a server says of itself in a reply, and how much of it people are shown.
#pragma once

#include <string>
#include <string_view>

namespace ordertail {

/// The server's own words as a message may show them: cut to 200 bytes, with `secret` blotted out
/// wherever they repeat it, plain or as in a form, and e-mail addresses masked; they end where they
/// repeat a "hapikey=".
[[nodiscard]] std::string fit_to_show(std::string words, std::string_view secret);

/// ": " and what the reply says, its JSON "message" or its text, fit to show; empty when it says
/// nothing worth it.
[[nodiscard]] std::string words_of(std::string_view body, std::string_view secret);

/// A member of the JSON object that the body is, when it is text; otherwise empty.
[[nodiscard]] std::string json_text(std::string_view body, const char* key);

/// Is the body a web page (a captive portal, a parked domain)?
[[nodiscard]] bool is_web_page(std::string_view body);

/// Does the body begin as HTML or XML does?
[[nodiscard]] bool is_markup(std::string_view body);

/// Is the body a JSON object whose "status" is "error"? HubSpot's errors carry a GUID, too: their
/// "correlationId".
[[nodiscard]] bool reports_error(std::string_view body);

}  // namespace ordertail
