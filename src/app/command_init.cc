#include <fmt/format.h>

#include "app/commands.h"
#include "app/job_draft.h"
#include "app/output.h"
#include "event/catalogue.h"

namespace ordertail {

int run_init(const Options& options) {
  const std::vector<Pattern> patterns = parsed_patterns();
  const GroupedFiles files = group_files(options.operands, patterns);
  Output out;
  out.write(draft_job(files, TimeZone::of_this_machine().name()));
  out.flush();
  if (!files.groups.empty()) return static_cast<int>(ExitCode::ok);
  throw Error(ExitCode::source,
              "there is no file here that a pattern reads, so the job has no source yet; the job's "
              "last lines say why");
}

}  // namespace ordertail
