#include "app/commands.h"
#include "app/run.h"

namespace ordertail {

int run_submit(const Options& options) {
  return run_on_store(options, {.submit = true});
}

}  // namespace ordertail
