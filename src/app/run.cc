#include "app/run.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "app/attributing.h"
#include "app/caught_outputs.h"
#include "app/output.h"
#include "app/signals.h"
#include "app/sinks.h"
#include "app/staging.h"
#include "app/time_of_day.h"
#include "base/text.h"
#include "delivery/courier.h"
#include "delivery/csv_files.h"
#include "delivery/curl_http.h"
#include "input/watch.h"
#include "report/json.h"
#include "report/text.h"

namespace ordertail {
namespace {

using Then = Attributing::Then;

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

CurlOptions curl_options(const Job& job) {
  CurlOptions options;
  options.total_timeout = job.timeout;
  return options;
}

/// The courier and all it needs.
class Delivery {
 public:
  Delivery(const Job& job, Store& store, const std::string& credential, Notices& notices)
      : http_(curl_options(job)),
        files_(http_, clock_, job.account_zone, csv_store_name(store.id_key())) {
    tidy(job, store);
    std::map<Kind, Route> routes;
    for (const Kind kind : {Kind::registration, Kind::purchase}) {
      const auto& endpoint = job.endpoints[static_cast<std::size_t>(kind)];
      if (!endpoint) continue;
      const auto& otherwise = job.otherwise[static_cast<std::size_t>(kind)];
      Route& route = routes[kind];
      route.first = &sink_of(*endpoint, credential);
      if (otherwise) route.otherwise = &sink_of(*otherwise, credential);
      route.token_needed = otherwise.has_value();
    }
    courier_.emplace(store, files_, std::move(routes), job.limits, job.account_zone, clock_,
                     std::random_device{}(), interrupted(), notices.courier_observer());
  }

  /// Drains the outbox and adds what that did to `counts`.
  void drain(std::uint64_t most, DeliveryCounts& counts) {
    const Delivered now = courier_->drain(most);
    counts.requests += now.requests;
    counts.submitted += now.submitted;
    counts.rejected += now.rejected;
    counts.in_doubt += now.in_doubt;
    counts.verified += now.verified;
    counts.exit = now.exit;
    counts.message = now.message;
  }

  /// For how long to wait before the next drain, where this one was stopped early.
  [[nodiscard]] std::chrono::milliseconds pause() const {
    constexpr std::chrono::milliseconds kMinute = std::chrono::minutes(1);
    const auto reopens = courier_->reopens();
    if (!reopens) return kMinute;
    return std::max(kMinute,
                    std::chrono::ceil<std::chrono::milliseconds>(*reopens - clock_.steady()));
  }
  void begin_anew() { courier_->begin_anew(); }

  /// The CSV files that are finished.
  [[nodiscard]] std::vector<std::string> files() const {
    return {files_.named().begin(), files_.named().end()};
  }

 private:
  /// Removes what a killed run has left of CSV files.
  void tidy(const Job& job, const Store& store) const {
    const auto all = job.all_endpoints();
    const auto csv = std::find_if(all.begin(), all.end(), [](auto* each) { return each->csv; });
    if (csv == all.end()) return;
    std::vector<std::string> to_be_named;
    for (const std::string& progress : store.progress()) {
      to_be_named.emplace_back(csv_file_of(progress));
    }
    files_.tidy((*csv)->csv->directory, to_be_named);
  }

  /// The CRM is one sink, so that leads and customers go there in the same requests. So are files.
  const Sink& sink_of(const Endpoint& endpoint, const std::string& credential) {
    auto& sink = sinks_[endpoint.name];
    if (!sink) sink = make_sink(endpoint, credential);
    return *sink;
  }

  SystemClock clock_;
  CurlHttp http_;
  CsvFiles files_;
  std::map<std::string, std::unique_ptr<Sink>> sinks_;  // by their endpoint's name
  std::optional<Courier> courier_;
};

/// A run as it goes on.
class Run {
 public:
  Run(const Job& job, Store& store, Steps steps, const Options& options,
      const std::string& credential, Notices& notices)
      : job_(job),
        steps_(steps),
        most_(options.limit.value_or(kNoLimit)),
        notices_(notices),
        pending_(store.totals().pending),
        more_(steps.stage),
        attributing_(attributing_for(job, store, clock_)),
        staging_(job, store, clock_, StageMode::keep, most_, interrupted(),
                 notices.stage_observer(), options.follow ? Looks::again : Looks::once,
                 attributing_.get()) {
    if (steps.submit) delivery_.emplace(job, store, credential, notices);
  }

  /// Stages and submits in turns until there is nothing more to do, or to be done now.
  void take_turns() {
    do {
      while (more_ && (!steps_.submit || has_room())) {
        const StageCounts& counts = staging_.counts();
        pending_ -= counts.added();
        more_ = staging_.advance();
        pending_ += counts.added();
      }
      // What an interrupted run has not read may tell more; it sends nothing.
      const bool is_final = steps_.submit && !interrupted();
      if (attributing_) attributing_->decide(is_final ? Then::keep : Then::look);
      if (steps_.submit) drain();
    } while (more_ && sent_.exit == ExitCode::ok && sent_.requests < most_ && !interrupted());
  }

  /// The same, again and again: whenever files change, or something is due. Throws when files
  /// cannot be watched from the beginning; returns why where they cannot be any more, else nothing.
  std::string follow() {
    Watch watch(signal_descriptor());
    watch_files(watch);
    for (take_turns(); !has_ended(); take_turns()) {
      tell_pause();
      forget_old();
      watch.wait(due());
      if (interrupted()) break;
      try {
        watch_files(watch);
      } catch (const Error& error) {
        return error.what();
      }
      if (more_) continue;  // reading had been stopped by a full outbox
      staging_.look_again();
      more_ = true;
    }
    return {};
  }

  /// Absent: no visitors are looked for.
  [[nodiscard]] std::optional<AttributionCounts> attributed() {
    if (!attributing_) return std::nullopt;
    attributing_->forget_old();
    return attributing_->counts();
  }
  [[nodiscard]] const StageCounts& staged() const { return staging_.counts(); }
  [[nodiscard]] const DeliveryCounts& sent() const { return sent_; }
  [[nodiscard]] std::vector<std::string> files() const {
    return delivery_ ? delivery_->files() : std::vector<std::string>();
  }

 private:
  static std::unique_ptr<Attributing> attributing_for(const Job& job, Store& store,
                                                      const Clock& clock) {
    if (!tells_visitors(job) && store.totals().waiting == 0) return nullptr;
    return std::make_unique<Attributing>(job, store, StageMode::keep, clock);
  }

  /// In the outbox, for what is still to be read. What waits takes none of it, and a log that may
  /// tell whose the orders are is read before they are sent.
  [[nodiscard]] bool has_room() const {
    const std::uint64_t waiting = attributing_ ? attributing_->counts().waiting : 0;
    return pending_ < job_.limits.outbox + waiting || staging_.has_evidence_ahead();
  }

  void drain() {
    const std::uint64_t settled = sent_.submitted + sent_.rejected + sent_.in_doubt;
    delivery_->drain(most_ - sent_.requests, sent_);
    pending_ -= sent_.submitted + sent_.rejected + sent_.in_doubt - settled;
    const auto now = clock_.steady();
    if (sent_.exit != ExitCode::ok && now - began_ < std::chrono::hours(24)) return;
    delivery_->begin_anew();
    began_ = now;
  }

  void watch_files(Watch& watch) const {
    std::vector<std::string> globs;
    for (const Source& source : job_.sources) {
      globs.insert(globs.end(), source.files.begin(), source.files.end());
    }
    watch.set(globs, job_.directory);
  }

  /// Does something end a run that follows? A condition that passes does not.
  [[nodiscard]] bool has_ended() const {
    const bool can_wait = sent_.exit == ExitCode::ok || sent_.exit == ExitCode::stopped_early;
    const bool is_late = job_.limits.until && clock_.wall() >= *job_.limits.until;
    const bool at_limit = sent_.requests >= most_ || staging_.counts().stopped_at_limit;
    return !can_wait || is_late || at_limit || interrupted();
  }

  /// Says what is waited for, if it is more than new lines, and once requests are taken again,
  /// that. While it lasts its words change with every event: they are told once an hour.
  void tell_pause() {
    notices_.say_rest();
    if (sent_.message.empty()) {
      if (!waits_since_ || sent_.requests == requests_then_) return;  // nobody has tried yet
      notices_.say("deliveries go on again");
      waits_since_.reset();
      return;
    }
    requests_then_ = sent_.requests;
    if (waits_since_ && clock_.steady() - *waits_since_ < std::chrono::hours(1)) return;
    waits_since_ = clock_.steady();
    std::string_view why = sent_.message;
    constexpr std::string_view kAdvice = "; run the command again";
    if (why.ends_with(kAdvice)) why.remove_suffix(kAdvice.size());
    notices_.say(fmt::format("waiting: {}", why));
  }

  /// Once a day: a run that follows may last for months.
  void forget_old() {
    const SteadyTime now = clock_.steady();
    if (!attributing_ || (forgot_ && now - *forgot_ < std::chrono::hours(24))) return;
    attributing_->forget_old();
    forgot_ = now;
  }

  /// When to go on, even if no file changes.
  [[nodiscard]] std::optional<std::chrono::milliseconds> due() const {
    std::optional<std::chrono::milliseconds> due = staging_.due();
    const auto no_later = [&due](std::chrono::milliseconds time) {
      due = due ? std::min(*due, time) : time;
    };
    if (sent_.exit == ExitCode::stopped_early) no_later(delivery_->pause());
    if (attributing_ && attributing_->counts().next_wait_ends) {
      no_later(from_now(*attributing_->counts().next_wait_ends));
    }
    if (job_.limits.until) no_later(from_now(*job_.limits.until));
    return due;
  }
  [[nodiscard]] std::chrono::milliseconds from_now(WallTime time) const {
    return std::max(std::chrono::milliseconds(0), time - clock_.wall());
  }

  const SystemClock clock_;
  const Job& job_;
  const Steps steps_;
  const std::uint64_t most_;
  Notices& notices_;
  std::uint64_t pending_;
  bool more_;  // to be read
  const std::unique_ptr<Attributing> attributing_;
  Staging staging_;
  std::optional<Delivery> delivery_;
  DeliveryCounts sent_;
  SteadyTime began_ = clock_.steady();     // to count what a run may do
  std::optional<SteadyTime> forgot_;       // old evidence, last
  std::optional<SteadyTime> waits_since_;  // when it was told last that deliveries wait
  std::uint64_t requests_then_ = 0;        // that had been made when they last had to
};

}  // namespace

RunReport perform(const Job& job, Store& store, Steps steps, const Options& options,
                  const std::string& credential, Notices& notices) {
  RunReport report;
  report.command = options.command;
  report.job = job.name;
  report.before = store.totals();
  Run run(job, store, steps, options, credential, notices);
  std::string unwatched;
  options.follow ? void(unwatched = run.follow()) : run.take_turns();
  if (steps.stage) report.staged = run.staged();
  if (!unwatched.empty()) {
    notices.say(unwatched);
    report.staged->faults.push_back({unwatched});
  }
  if (steps.submit) report.delivered = run.sent();
  report.attributed = run.attributed();
  report.after = store.totals();
  report.resent = store.resent(report.after.resent - report.before.resent);
  report.repeated = each_once(store.repeated(report.after.repeated - report.before.repeated));
  if (report.delivered) report.verified = store.verified(report.delivered->verified);
  report.files = run.files();
  report.signal = signal_number();
  return report;
}

int run_on_store(const Options& options, Steps steps) {
  Job job = read_job(options.operands.front());
  if (steps.submit) check_transport(job);
  const std::string credential = steps.submit ? read_credential(job) : std::string();
  const SystemClock clock;
  if (options.until) job.limits.until = next_time(*options.until, job.account_zone, clock.wall());
  Store store(job.store, StoreMode::write, clock);
  refuse_caught_outputs(job, options);
  Notices notices(options.rejects, options.reject_rows);
  if (job.limits.until) {
    const LocalTime until =
        job.account_zone.to_local(std::chrono::floor<std::chrono::seconds>(*job.limits.until));
    notices.say(fmt::format("requests are made until {} ({})",
                            date::format("%F %R", date::local_seconds(until.time_since_epoch())),
                            job.account_zone.name()));
  }
  const std::int64_t run = store.begin_run(options.command);
  const RunReport report = perform(job, store, steps, options, credential, notices);
  store.end_run(run, report.exit_code(), to_json(report));
  notices.say_rest();
  if (report.delivered && !report.delivered->message.empty())
    notices.say(report.delivered->message);
  print_report(report, options.json);
  return report.exit_code();
}

void print_report(const RunReport& report, bool json) {
  Output out;
  out.write(json ? to_json(report) + "\n" : to_text(report));
  out.flush();
}

}  // namespace ordertail
