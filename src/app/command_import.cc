#include <optional>

#include "app/attributing.h"
#include "app/caught_outputs.h"
#include "app/commands.h"
#include "app/rehearsal.h"
#include "app/run.h"
#include "app/signals.h"
#include "app/staging.h"

namespace ordertail {
namespace {

int run_dry(const Options& options) {
  const Job job = read_job(options.operands.front());
  const SystemClock clock;
  Store store(job.store, StoreMode::observe, clock);
  refuse_caught_outputs(job, options);
  Notices notices(options.rejects, options.reject_rows);
  std::optional<Attributing> attributing;
  if (tells_visitors(job)) attributing.emplace(job, store, StageMode::dry, clock);
  Staging staging(job, store, clock, StageMode::dry, options.limit.value_or(~std::uint64_t{0}),
                  interrupted(), notices.stage_observer(), Looks::once,
                  attributing ? &*attributing : nullptr);
  while (staging.advance()) {
  }
  if (attributing) attributing->decide(Attributing::Then::look);
  RunReport report;
  report.command = options.command;
  report.job = job.name;
  report.mode = "dry run";
  report.before = store.totals();
  report.staged = staging.counts();
  if (attributing) report.attributed = attributing->counts();
  report.signal = signal_number();
  notices.say_rest();
  print_report(report, options.json);
  return report.exit_code();
}

}  // namespace

int run_import(const Options& options) {
  if (options.dry_run) return run_dry(options);
  if (options.rehearse) return rehearse(options);
  return run_on_store(options, {.stage = true, .submit = true});
}

}  // namespace ordertail
