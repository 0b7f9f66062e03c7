// A job file for people to complete.
#pragma once

#include <string>

#include "app/file_groups.h"

namespace ordertail {

/// The text of a job that reads these files: one that runs as it is, against a stand-in HubSpot on
/// this machine, unless the order of some dates is not proved. What the files cannot tell is marked
/// "check this". `time_zone`: what to write where one is needed. Throws Error(source) when a file
/// cannot be read.
[[nodiscard]] std::string draft_job(const GroupedFiles& files, const std::string& time_zone);

}  // namespace ordertail
