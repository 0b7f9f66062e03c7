// How a source's dates and amounts are written, where only its files can tell.
#pragma once

#include <string>

#include "app/source_files.h"
#include "store/store.h"

namespace ordertail {

/// Settles what the pattern and the source leave open, in `files.pattern`: whole columns prove it,
/// or have proved it in an earlier run. What they prove now is recorded with `record`. Throws
/// Error(source), with the evidence and the line to add to the job, when nothing is proven, or when
/// one file contradicts another or an earlier run.
void settle(SourceFiles& files, const Source& source, Store& store, bool record);

}  // namespace ordertail
