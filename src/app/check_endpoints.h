// Can a job's endpoints be reached, and do they take a lead?
#pragma once

#include <string>

#include "app/checkup.h"
#include "app/job.h"

namespace ordertail {

/// Connects to each, over verified TLS where it is https; no request is made.
void check_reach(const Job& job, Checkup& checkup);

/// Reads a page of each form's listing in which what is in doubt would be looked up.
void check_listings(const Job& job, const std::string& credential, Checkup& checkup);

/// Sends one lead, marked as what it is, to the registration endpoint, past the checkpoint file.
void probe(const Job& job, const std::string& credential, Checkup& checkup);

}  // namespace ordertail
