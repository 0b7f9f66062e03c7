// Do a job's sources give events, and what do those hold?
#pragma once

#include "app/checkup.h"
#include "app/job.h"
#include "store/store.h"

namespace ordertail {

/// Reads each source up to its first 1,000 events; nothing is stored. `store`: what earlier runs
/// proved of the files.
void check_sources(const Job& job, Store& store, Checkup& checkup);

}  // namespace ordertail
