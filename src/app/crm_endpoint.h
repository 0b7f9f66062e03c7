// What a job says of HubSpot's CRM: [hubspot.crm], which its endpoints with sink = "crm" share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/job.h"

namespace ordertail {

/// Reads [hubspot.crm]; what it leaves out, or all when there is no such table, is as usual. Throws
/// Error(usage), with line and column, for whatever HubSpot would refuse of it in any case.
[[nodiscard]] Endpoint read_crm(std::optional<TomlTable> table);

/// The properties that HubSpot does not come with, as far as is known: they are to be made there
/// before the first run. "contact property last_order"
[[nodiscard]] std::vector<std::string> properties_to_make(const CrmSettings& settings);

}  // namespace ordertail
