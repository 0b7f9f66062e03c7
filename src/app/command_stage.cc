#include "app/commands.h"
#include "app/run.h"

namespace ordertail {

int run_stage(const Options& options) {
  return run_on_store(options, {.stage = true});
}

}  // namespace ordertail
