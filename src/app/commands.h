// The commands. Each returns the process's exit code.
#pragma once

#include "app/options.h"

namespace ordertail {

int run_init(const Options& options);
int run_explain(const Options& options);
int run_check(const Options& options);
int run_import(const Options& options);
int run_stage(const Options& options);
int run_submit(const Options& options);
int run_extract(const Options& options);
int run_status(const Options& options);
int run_resolve(const Options& options);
int run_retry(const Options& options);
int run_forget(const Options& options);
int run_patterns(const Options& options);

}  // namespace ordertail
