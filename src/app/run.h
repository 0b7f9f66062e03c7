// One run over a job and a store: stage, submit, or both in turns.
#pragma once

#include <cstdint>

#include "app/job.h"
#include "app/notices.h"
#include "app/options.h"
#include "report/run_report.h"
#include "store/store.h"

namespace ordertail {

struct Steps {
  bool stage = false, submit = false;
};

/// Stages what is new and submits what is pending, in turns, so that the outbox never holds much
/// more than its limit (staging alone has none). `credential` may be empty.
[[nodiscard]] RunReport perform(const Job& job, Store& store, Steps steps, const Options& options,
                                const std::string& credential, Notices& notices);

/// perform() on the job's own store, recorded there as a run; prints the report.
int run_on_store(const Options& options, Steps steps);

/// The report on standard output, as text or as JSON.
void print_report(const RunReport& report, bool json);

}  // namespace ordertail
