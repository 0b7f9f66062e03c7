// What the stand-in shows of itself to programs: JSON. For people there is page.h.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "sandbox/apis.h"
#include "sandbox/contacts.h"
#include "sandbox/journal.h"
#include "sandbox/orders.h"
#include "sandbox/portal.h"

namespace ordertail::sandbox {

/// {"leads":[{"id","lifecycle":"lead"|"customer","close_date"|null,"source":"tracked"|"unknown",
/// "tokens":[…],"fields":{…},"conversions":[{"guid","form","time"}]}]}
[[nodiscard]] std::string leads_as_json(const std::deque<Lead>& leads);

/// {"contacts":[{"id","source":"tracked"|"unknown","tokens":[…],"properties":{…},
/// "conversions":[{"guid","form","submitted_at"}]}]}. As HubSpot does, "submitted_at" counts
/// milliseconds.
[[nodiscard]] std::string contacts_as_json(const std::deque<Contact>& contacts);

/// {"orders":[{"id","properties":{…},"contacts":[…]}]}: with the ids of the contacts that each is
/// associated with.
[[nodiscard]] std::string orders_as_json(const std::deque<Order>& orders);

/// {"leads":{"requests","received","applied"},"forms":{…},"contacts":{…},"orders":{…},
/// "associations":{…}}: how many requests came to each API, the last three being those of the CRM,
/// how many records were in them, and how many of these changed the portal.
[[nodiscard]] std::string counts_as_json(const Journal& journal);

/// {"submissions":[{"number","time","api":"leads"|"forms"|"contacts"|"orders"|"associations",
/// "form","fields":{…},"status","error"|null,"guid"|null,"lead"|null}]}. Instead of "lead", those
/// of forms and contacts have "contact", those of orders "order" and associations both; all these
/// have "context":{…}, and those of forms "submitted_at". A name that came twice shows its last
/// value.
[[nodiscard]] std::string submissions_as_json(const std::deque<Submission>& submissions);

/// One of those submissions, on one line and without a line end.
[[nodiscard]] std::string submission_as_json(const Submission& submission);

/// Of the listings above, the one at this path: "/sandbox/leads", …/contacts, …/orders, …/counts
/// or …/submissions.
[[nodiscard]] std::optional<std::string> listing_at(std::string_view path, const Apis& apis);

}  // namespace ordertail::sandbox
