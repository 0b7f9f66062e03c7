// How much of the APIs of today may be used. Absent: no limit.
#pragma once

#include <optional>

namespace ordertail::sandbox {

/// Submissions in any 10 seconds. HubSpot takes 50 without a token, and with one 100 in its
/// smallest tiers: https://developers.hubspot.com/changelog/announcing-forms-submission-rate-limits
struct FormsLimits {
  std::optional<unsigned> open_per_10s;
  std::optional<unsigned> secure_per_10s;
};

/// Requests. HubSpot takes 100 in ten seconds and 250,000 a day in its smallest tiers:
/// https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
/// A limit of a second of its own was HubSpot's once and is still that of its search.
struct CrmLimits {
  std::optional<unsigned> per_10s = {};
  std::optional<unsigned> per_day = {};
  std::optional<unsigned> per_second = {};
};

}  // namespace ordertail::sandbox
