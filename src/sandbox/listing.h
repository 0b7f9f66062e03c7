// What the stand-in shows of itself to programs: JSON. For people there is page.h.
#pragma once

#include <deque>
#include <string>

#include "sandbox/contacts.h"
#include "sandbox/journal.h"
#include "sandbox/portal.h"

namespace ordertail::sandbox {

/// {"leads":[{"id","lifecycle":"lead"|"customer","close_date"|null,"source":"tracked"|"unknown",
/// "tokens":[…],"fields":{…},"conversions":[{"guid","form","time"}]}]}
[[nodiscard]] std::string leads_as_json(const std::deque<Lead>& leads);

/// {"contacts":[{"id","source":"tracked"|"unknown","tokens":[…],"properties":{…},
/// "conversions":[{"guid","form","submitted_at"}]}]}. As HubSpot does, "submitted_at" counts
/// milliseconds.
[[nodiscard]] std::string contacts_as_json(const std::deque<Contact>& contacts);

/// {"leads":{"requests","received","applied"},"forms":{…}}: how many requests came to each API,
/// how many records were in them, and how many of these changed the portal.
[[nodiscard]] std::string counts_as_json(const Journal& journal);

/// {"submissions":[{"number","time","api":"leads"|"forms","form","fields":{…},"status",
/// "error"|null,"guid"|null,"lead"|null}]}. Instead of "lead" one of the API forms has "contact",
/// and it has "context":{…} and "submitted_at". A name that came twice shows its last value.
[[nodiscard]] std::string submissions_as_json(const std::deque<Submission>& submissions);

/// One of those submissions, on one line and without a line end.
[[nodiscard]] std::string submission_as_json(const Submission& submission);

}  // namespace ordertail::sandbox
