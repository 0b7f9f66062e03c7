// What replies other than an acknowledgement mean, the same for every sink: each adds what is its
// own. Whether a doubt is held for a person or sent again is not said here but by Sink::repeat().
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "delivery/sink.h"

namespace ordertail {

/// The same of each of `events` events.
[[nodiscard]] ReplyJudgement alike(std::size_t events, Judgement judgement);

/// Not applied, and the run ends: nothing would go better.
[[nodiscard]] ReplyJudgement stop(std::size_t events, ExitCode exit, std::string reason,
                                  std::string message);

/// What a reply other than a whole 2xx means for a request of so many events (reliability B.3). A
/// refusal of the request is taken to be of the whole: none of its events was applied.
///
///   not_sent                  not applied; exit 6 when the server's certificate is not trusted
///   broken, 5xx, 408          in doubt
///   400, 409, 413, 414, 422,  one event is rejected; of several it is not known which one is to
///   431, other 4xx            blame, or they are too large together: isolate
///   401, 403                  not applied; stop, exit 6
///   404, 405, 410, 3xx        not applied; stop, exit 2
///   423, 429, 477             not applied; wait, or for the next day where policyName is DAILY
///   1xx, 6xx and so on        in doubt
///
/// Only the server's own words get into a message, as fit_to_show() has them.
[[nodiscard]] ReplyJudgement judge_refusal(const HttpReply& reply, std::size_t events, WallTime now,
                                           std::string_view secret);

/// What a whole 2xx means that does not say what the sink waits for, such as "the GUID of a
/// conversion event": in doubt. A web page comes from another server than HubSpot's (a captive
/// portal, a parked domain) and ends the run: more requests would only make more doubts.
[[nodiscard]] ReplyJudgement judge_unreadable(const HttpReply& reply, std::size_t events,
                                              std::string_view wanted);

}  // namespace ordertail
