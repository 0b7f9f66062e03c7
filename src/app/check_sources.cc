#include "app/check_sources.h"

#include <date/date.h>
#include <fmt/format.h>

#include "app/alike_orders.h"
#include "app/signals.h"
#include "app/staging.h"
#include "base/clock.h"
#include "base/text.h"
#include "delivery/forms.h"
#include "event/recognition.h"
#include "report/reject_lines.h"
#include "report/words.h"

namespace ordertail {
namespace {

constexpr std::uint64_t kMostEvents = 1000;

/// What the first events of a source hold.
struct Coverage {
  std::uint64_t events = 0, with_email = 0, with_token = 0, with_ip = 0;
  std::uint64_t too_old = 0, for_other = 0;  // of those for forms
  std::string_view other;                    // where the latter go

  void add(const Event& event) {
    ++events;
    with_email += event.email.empty() ? 0 : 1;
    with_token += event.utk.empty() ? 0 : 1;
    with_ip += event.ip.empty() ? 0 : 1;
  }
  [[nodiscard]] std::uint64_t percent(std::uint64_t part) const { return part * 100 / events; }
};

std::string close_date_of(const Event& event, const Job& job) {
  return fmt::format(
      "order {} of {} UTC closes on {} (MM/DD/YYYY, the day in {})",
      printable(discreet(event.order_number)),
      date::format("%F %T", date::sys_seconds(event.occurred_at->time_since_epoch())),
      us_date(*event.close_date), job.account_zone.name());
}

/// Warns of files that do not look like what the job says they are.
void check_looks(const Job& job, const Source& source, const std::string& subject,
                 Checkup& checkup) {
  if (!source.pattern) return;
  const Pattern& pattern = *source.pattern;
  if (pattern.line && pattern.line->status.empty()) {
    checkup.warn(subject,
                 "its lines tell no status ($status, %>s), so that a page that could not be shown "
                 "counts as well");
  }
  if (pattern.csv && (pattern.csv->recognise.empty() || !pattern.csv->frame.columns.empty())) {
    return;
  }
  for (const SourceFile& file : expand_globs(source.files, job.directory)) {
    const Recognition found = recognise(file, {&pattern, 1});
    if (found.empty || found.pattern != nullptr) continue;
    if (pattern.line) {
      checkup.warn(subject, fmt::format("{}: of its first lines fewer than nine in ten match the "
                                        "pattern {}; `ordertail extract` says of each why",
                                        printable_name(file.name), pattern.name));
    } else {
      checkup.warn(subject, fmt::format("{}: this does not look like what the pattern {} reads; "
                                        "look at it with `ordertail explain`",
                                        printable_name(file.name), pattern.name));
    }
  }
}

/// A * may stand in a path, and then it stands in the log, too: hardly what is meant.
void check_paths(const Source& source, const std::string& subject, Checkup& checkup) {
  Pattern any;
  any.csv.emplace();
  const Pattern pattern = source.pattern ? *source.pattern : source.applied(std::move(any));
  for (const MappingSpec* spec : {&pattern.mappings[0], &pattern.mappings[1], &pattern.visitor}) {
    for (const std::string& path : spec->paths) {
      if (path.find('*') == path.npos) continue;
      checkup.warn(subject,
                   fmt::format("the path \"{}\" is compared as it stands: its * is a * in the log, "
                               "too. For any segment write a name in braces, as in "
                               "\"/checkout/{{page}}\"",
                               printable(path)));
    }
  }
}

void report(const Coverage& coverage, const std::string& subject, Checkup& checkup) {
  if (coverage.events == 0) {
    checkup.warn(subject,
                 "there is no event in its files; `ordertail import --dry-run` says what became of "
                 "their rows");
    return;
  }
  const std::string text = fmt::format(
      "of its first {}, {}% have an e-mail address, {}% a visitor token, {}% an IP address",
      count_of(coverage.events, "event"), coverage.percent(coverage.with_email),
      coverage.percent(coverage.with_token), coverage.percent(coverage.with_ip));
  if (coverage.with_token > 0) {
    checkup.ok(subject, text);
  } else {
    checkup.warn(subject, text + ": without a token, HubSpot shows the sale under no source");
  }
  if (coverage.too_old > 0) {
    checkup.warn(subject, fmt::format("{} of them happened more than 28 days ago, and would be "
                                      "rejected: HubSpot's forms take nothing older than a month",
                                      grouped(coverage.too_old)));
  }
  if (coverage.for_other > 0) {
    checkup.ok(subject, fmt::format("{} of them go {}: they happened more than 28 days ago, or "
                                    "carry no visitor token",
                                    grouped(coverage.for_other), coverage.other));
  }
}

class SourceCheck {
 public:
  SourceCheck(const Job& job, std::size_t index, Store& store, Checkup& checkup)
      : job_(job), store_(store), checkup_(checkup), subject_(fmt::format("source {}", index + 1)) {
    job_.sources = {job.sources[index]};
  }

  void run(std::string& close_date, AlikeOrders& alike) {
    const bool has_looked = checkup_.succeeds(subject_, [&] {
      check_paths(job_.sources.front(), subject_, checkup_);
      check_looks(job_, job_.sources.front(), subject_, checkup_);
    });
    if (!has_looked) return;
    StageObserver observer;
    observer.event = [&](const Event& event) {
      coverage_.add(event);
      add_route(event);
      alike.add(event);
      if (close_date.empty() && event.close_date) close_date = close_date_of(event, job_);
    };
    observer.reject = [&](const Reject& reject) {
      if (first_reject_.empty()) first_reject_ = to_sentence(reject);
    };
    observer.notice = [&](std::string_view text) { checkup_.warn(subject_, std::string(text)); };
    observer.fault = [&](std::string_view text) {
      checkup_.fail(subject_, Error(ExitCode::source, std::string(text)));
    };
    checkup_.succeeds(subject_, [&] { read(std::move(observer)); });
    if (const std::string warning = alike.warning(); !warning.empty()) {
      checkup_.warn(subject_, warning);
    }
  }

 private:
  void add_route(const Event& event) {
    const auto kind = static_cast<std::size_t>(event.kind);
    if (!job_.endpoints[kind] || !job_.endpoints[kind]->forms) return;
    const bool is_too_old = is_too_old_for_forms(event, SystemClock().wall());
    if (job_.otherwise[kind]) {
      coverage_.for_other += is_too_old || event.utk.empty() ? 1 : 0;
      coverage_.other = job_.otherwise[kind]->csv ? "into a file" : "to the CRM";
    } else {
      coverage_.too_old += is_too_old ? 1 : 0;
    }
  }
  void read(StageObserver observer) {
    const SystemClock clock;
    Staging staging(job_, store_, clock, StageMode::extract, kMostEvents, interrupted(),
                    std::move(observer));
    while (staging.advance()) {
    }
    const StageCounts& counts = staging.counts();
    if (counts.rejects > 0) {
      checkup_.warn(subject_, fmt::format("{} up to there cannot be used: {}",
                                          count_of(counts.rejects, "record"), first_reject_));
    }
    if (counts.faults.empty() || coverage_.events > 0) report(coverage_, subject_, checkup_);
  }

  Job job_;
  Store& store_;
  Checkup& checkup_;
  std::string subject_, first_reject_;
  Coverage coverage_;
};

}  // namespace

void check_sources(const Job& job, Store& store, Checkup& checkup) {
  std::string close_date;
  AlikeOrders alike;
  for (std::size_t i = 0; i < job.sources.size(); ++i) {
    const auto& pattern = job.sources[i].pattern;
    alike.begin_source(i, pattern ? pattern->name : "");
    SourceCheck(job, i, store, checkup).run(close_date, alike);
  }
  if (!close_date.empty()) checkup.ok("close date", close_date);
}

}  // namespace ordertail
