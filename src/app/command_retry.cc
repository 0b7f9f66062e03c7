#include "app/commands.h"
#include "app/decision.h"
#include "base/error.h"

namespace ordertail {

int run_retry(const Options& options) {
  decide(options, Ruling::retry);
  return static_cast<int>(ExitCode::ok);
}

}  // namespace ordertail
