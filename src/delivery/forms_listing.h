// What a form has taken, as HubSpot lists it: for events whose requests came to no clear end.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "delivery/http.h"
#include "delivery/sink.h"

namespace ordertail {

struct ListingPage {
  std::vector<std::string> ids;  ///< what submissions hold in the field for the event's id
  /// When the page's submissions say that they were submitted; absent: there are none on it.
  std::optional<WallTime> oldest, newest;
  std::string next;  ///< names the page behind it; empty: it is the last
};

/// GET https://api.hubapi.com/form-integrations/v1/submissions/forms/{formGuid}?limit=50&after=…
///
///   {"results": [{"submittedAt": 1704067140000,
///                 "values": [{"name": "ordertail_event_id", "value": "0a1b…"}, …], …}, …],
///    "paging": {"next": {"after": "…", …}}}
///
/// The newest submissions come first, by the time that they were submitted with; 50 is the most
/// that a page has. HubSpot asks for a token with the scope "forms"
/// (https://legacydocs.hubspot.com/docs/methods/forms/get-submissions-for-a-form), and says nowhere
/// how late a submission comes into the listing: what is in it was taken, but what is not in it may
/// have been taken, too.
class FormsListing {
 public:
  /// `url`: up to the form's GUID. `field`: of the form; it carries the event's id.
  FormsListing(std::string url, std::string token, std::string field);

  /// `page`: as the page before names it; empty: the first.
  [[nodiscard]] HttpRequest request(std::string_view page) const;
  /// Why there is no page, and what the courier may do next: as of a request that was refused.
  [[nodiscard]] std::variant<ListingPage, ReplyJudgement> read(const HttpReply& reply,
                                                               WallTime now) const;

 private:
  std::string url_, token_, field_;
};

}  // namespace ordertail
