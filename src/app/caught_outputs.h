// Files that a run writes where its own sources would find them.
#pragma once

#include "app/job.h"
#include "app/options.h"

namespace ordertail {

/// Throws Error(usage) when a source's globs catch a file that --rejects or --reject-rows names, or
/// one that [hubspot.csv] makes: the next run would read it as an export.
void refuse_caught_outputs(const Job& job, const Options& options);
/// The same of [hubspot.csv] alone.
void refuse_caught_outputs(const Job& job);

}  // namespace ordertail
