// What the stand-in shows of itself: JSON for programs, one page for people.
#pragma once

#include <deque>
#include <string>

#include "sandbox/leads_api.h"
#include "sandbox/portal.h"

namespace ordertail::sandbox {

/// {"leads":[{"id","lifecycle":"lead"|"customer","close_date"|null,"source":"tracked"|"unknown",
/// "tokens":[…],"fields":{…},"conversions":[{"guid","form","time"}]}]}
[[nodiscard]] std::string leads_as_json(const std::deque<Lead>& leads);

/// {"submissions":[{"number","time","form","fields":{…},"status","error"|null,"guid"|null,
/// "lead"|null}]}. A name that came twice shows its last value.
[[nodiscard]] std::string submissions_as_json(const std::deque<Submission>& submissions);

/// One of those submissions, on one line and without a line end.
[[nodiscard]] std::string submission_as_json(const Submission& submission);

/// Guide, step 6: the pages Leads and Sources, as one. Shows the newest 500 leads.
[[nodiscard]] std::string leads_as_html(const std::deque<Lead>& leads);

}  // namespace ordertail::sandbox
