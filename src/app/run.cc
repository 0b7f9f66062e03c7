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
#include "report/json.h"
#include "report/text.h"

namespace ordertail {
namespace {

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
    counts.exit = now.exit;
    counts.message = now.message;
  }

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

}  // namespace

RunReport perform(const Job& job, Store& store, Steps steps, const Options& options,
                  const std::string& credential, Notices& notices) {
  const std::uint64_t most = options.limit.value_or(kNoLimit);
  RunReport report;
  report.command = options.command;
  report.job = job.name;
  report.before = store.totals();

  Staging staging(job, store, StageMode::keep, most, interrupted(), notices.stage_observer());
  std::optional<Delivery> delivery;
  if (steps.submit) {
    delivery.emplace(job, store, credential, notices);
    report.delivered.emplace();
  }

  bool more = steps.stage;
  std::uint64_t pending = report.before.pending;
  while (true) {
    while (more && (!steps.submit || pending < job.limits.outbox)) {
      const StageCounts& counts = staging.counts();
      pending -= counts.added();
      more = staging.advance();
      pending += counts.added();
    }
    if (!steps.submit) break;
    DeliveryCounts& sent = *report.delivered;
    const std::uint64_t settled = sent.submitted + sent.rejected + sent.in_doubt;
    delivery->drain(most - sent.requests, sent);
    pending -= sent.submitted + sent.rejected + sent.in_doubt - settled;
    if (!more || sent.exit != ExitCode::ok || sent.requests >= most || interrupted()) break;
  }
  if (steps.stage) report.staged = staging.counts();
  report.after = store.totals();
  report.resent = store.resent(report.after.resent - report.before.resent);
  report.repeated = each_once(store.repeated(report.after.repeated - report.before.repeated));
  if (delivery) report.files = delivery->files();
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
