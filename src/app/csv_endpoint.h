// What a job says of the files for HubSpot's importer: [hubspot.csv], which its endpoints with
// sink = "csv" share.
#pragma once

#include <string>
#include <vector>

#include "app/job.h"

namespace ordertail {

/// Reads [hubspot.csv], and finishes it; `job` has its directory and zone. Throws Error(usage),
/// with line and column, for whatever HubSpot could not import in any case.
[[nodiscard]] Endpoint read_csv(TomlTable table, const Job& job);

/// "MM/DD/YYYY", as the job, and HubSpot's importer, call it.
[[nodiscard]] std::string_view name_of(CsvDate date);

/// The headings of which HubSpot has no property to begin with, as far as is known: those are to be
/// made there before the import, or matched to a property of another name during it.
[[nodiscard]] std::vector<std::string> headings_to_match(const CsvSettings& settings);

}  // namespace ordertail
