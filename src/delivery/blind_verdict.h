// Judging replies for a sink that is blind: a repeated request would make a second lead, and there
// is nothing to look up whether the first one did. So whatever is not proven is in doubt.
#pragma once

#include <string>
#include <string_view>

#include "delivery/sink.h"

namespace ordertail {

/// What a reply other than a whole 2xx means. Only the server's own words get into the message, cut
/// to 200 bytes, with `secret` blotted out wherever they repeat it, plain or as in a form, and
/// e-mail addresses masked; they end where they repeat a "hapikey=".
[[nodiscard]] Judgement judge_refusal(const HttpReply& reply, WallTime now,
                                      std::string_view secret);

/// What a whole 2xx means that does not say what the sink waits for, such as "the GUID of a
/// conversion event": in doubt. A web page comes from another server than HubSpot's (a captive
/// portal, a parked domain) and ends the run: more requests would only make more doubts.
[[nodiscard]] Judgement judge_unreadable(const HttpReply& reply, std::string_view wanted);

/// The server's own words as a message may show them: see judge_refusal().
[[nodiscard]] std::string fit_to_show(std::string words, std::string_view secret);

/// Is the body a web page (a captive portal, a parked domain)?
[[nodiscard]] bool is_web_page(std::string_view body);

/// Does the body begin as HTML or XML does?
[[nodiscard]] bool is_markup(std::string_view body);

/// Is the body a JSON object whose "status" is "error"? HubSpot's errors carry a GUID, too: their
/// "correlationId".
[[nodiscard]] bool reports_error(std::string_view body);

}  // namespace ordertail
