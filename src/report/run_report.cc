#include "report/run_report.h"

#include <algorithm>
#include <initializer_list>
#include <numeric>
#include <utility>

namespace ordertail {

std::uint64_t sum(const Reasons& reasons) {
  std::uint64_t total = 0;
  for (const auto& [reason, count] : reasons) total += count;
  return total;
}

std::uint64_t AttributionCounts::matched() const {
  return std::accumulate(by_tier.begin(), by_tier.end(), std::uint64_t{0});
}

bool RunReport::closes() const {
  if (staged && !staged->closes()) return false;
  if (mode == "dry run") return true;  // nothing was stored
  const std::uint64_t added = staged ? staged->added() : 0;
  const std::uint64_t corrected = staged ? staged->corrected : 0;
  const DeliveryCounts sent = delivered.value_or(DeliveryCounts{});
  return after.submitted - before.submitted == sent.submitted + sent.verified &&
         after.rejected + corrected == before.rejected + sent.rejected &&
         after.in_doubt + sent.verified == before.in_doubt + sent.in_doubt &&
         before.pending + added == after.pending + sent.submitted + sent.rejected + sent.in_doubt;
}

int RunReport::exit_code() const {
  if (!closes()) return static_cast<int>(ExitCode::internal);
  const ExitCode stopped = delivered ? delivered->exit : ExitCode::ok;
  const bool rejects = (staged && staged->rejects > 0) || (delivered && delivered->rejected > 0);
  const bool early = (staged && (staged->stopped_at_limit || staged->unfinished > 0)) ||
                     (delivered && after.pending > after.waiting);
  // From the one that needs people most to the one that needs them least.
  const std::initializer_list<std::pair<bool, ExitCode>> causes{
      {stopped == ExitCode::store, ExitCode::store},
      {stopped == ExitCode::credentials, ExitCode::credentials},
      {stopped == ExitCode::usage, ExitCode::usage},
      {after.in_doubt > 0 || stopped == ExitCode::in_doubt, ExitCode::in_doubt},
      {staged && !staged->faults.empty(), ExitCode::source},
      {signal != 0, static_cast<ExitCode>(128 + signal)},
      {rejects, ExitCode::rejects},
      {early || stopped != ExitCode::ok, ExitCode::stopped_early},
  };
  const auto* cause = std::find_if(causes.begin(), causes.end(),
                                   [](const auto& candidate) { return candidate.first; });
  return static_cast<int>(cause == causes.end() ? ExitCode::ok : cause->second);
}

}  // namespace ordertail
