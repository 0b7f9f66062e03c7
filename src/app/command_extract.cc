#include <unistd.h>

#include <string>

#include "app/caught_outputs.h"
#include "app/commands.h"
#include "app/job.h"
#include "app/notices.h"
#include "app/output.h"
#include "app/signals.h"
#include "app/staging.h"
#include "event/event_json.h"
#include "report/reject_lines.h"
#include "report/run_report.h"

namespace ordertail {
namespace {

/// Where rejects go: the file that was asked for, else standard error, at once.
class RejectLines {
 public:
  explicit RejectLines(const std::string& path) {
    if (!path.empty()) file_.emplace(path, kRejectLineBegins);
  }
  void write(const Reject& reject) {
    if (file_) {
      file_->write(to_json_line(reject));
    } else {
      static_cast<void>(write_all(STDERR_FILENO, to_json_line(reject)));
    }
  }
  void flush() {
    if (file_) file_->flush();
  }

 private:
  std::optional<Output> file_;
};

}  // namespace

int run_extract(const Options& options) {
  const Job job = read_job(options.operands.front());
  const SystemClock clock;
  Store store(job.store, StoreMode::observe, clock);
  Output out;
  refuse_caught_outputs(job, options);
  RejectLines rejects(options.rejects);
  Notices notices("");
  std::string line;

  StageObserver observer;
  observer.event = [&](const Event& event) {
    line.clear();
    append_json(event, line);
    line += '\n';
    out.write(line);
  };
  observer.reject = [&](const Reject& reject) { rejects.write(reject); };
  observer.fault = [&](std::string_view message) { notices.say(message); };
  observer.notice = observer.fault;
  Staging staging(job, store, clock, StageMode::extract, options.limit.value_or(~std::uint64_t{0}),
                  interrupted(), std::move(observer));
  while (staging.advance()) {
  }
  out.flush();
  rejects.flush();
  RunReport report;
  report.mode = "dry run";
  report.staged = staging.counts();
  report.signal = signal_number();
  return report.exit_code();
}

}  // namespace ordertail
