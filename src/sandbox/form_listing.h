// The listing of a form's submissions that HubSpot gives to who has the scope forms.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "sandbox/access.h"
#include "sandbox/exchange.h"
#include "sandbox/journal.h"

namespace ordertail::sandbox {

/// GET /form-integrations/v1/submissions/forms/{formGuid}?limit=50&after=…
/// (https://legacydocs.hubspot.com/docs/methods/forms/get-submissions-for-a-form): the newest
/// first, by when they say they were submitted; at most 50 a page; "paging" names the "after" of
/// the next page, and is absent on the last. HubSpot's listing lags behind by a time that nobody
/// has published; this one does not.
class FormListing {
 public:
  /// A submission that was applied. It outlives the listing.
  void add(const Submission& submission);

  [[nodiscard]] static bool is_addressed_by(std::string_view path);

  [[nodiscard]] Answer answer(const Request& request, const Access& access,
                              std::string_view correlation_id) const;

 private:
  using Age = std::pair<WallTime, std::uint64_t>;  // when submitted, by which request
  using ByAge = std::map<Age, const Submission*>;

  std::map<std::string, ByAge, std::less<>> forms_;  // by GUID
};

}  // namespace ordertail::sandbox
