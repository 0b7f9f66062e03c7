// An endpoint of the job with sink = "forms".
#pragma once

#include <cstdint>
#include <optional>

#include "app/job.h"

namespace ordertail {

/// Reads [hubspot.registration] or [hubspot.purchase], and finishes it. Throws Error(usage), with
/// line and column, for whatever HubSpot would refuse of it in any case.
[[nodiscard]] Endpoint read_forms_endpoint(TomlTable table, Kind kind,
                                           std::optional<std::int64_t> portal_id);

}  // namespace ordertail
