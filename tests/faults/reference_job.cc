#include "faults/reference_job.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "base/text.h"
#include "faults/crm_portal.h"

namespace ordertail::faults {
namespace {

using stories::Ended;
using stories::Json;
using stories::Shop;

constexpr int kRunsToRest = 3;

std::set<std::string> numbers(int first, int last) {
  std::set<std::string> result;
  for (int number = first; number <= last; ++number) result.insert(std::to_string(number));
  return result;
}

void run_undisturbed(const Shop& shop, const std::string& line) {
  const Ended ended = shop.shell(line);
  if (ended.exit_code != 0) throw std::runtime_error(line + ": " + ended.err);
}

/// Without a time that can be read.
constexpr const char* kBadRow = "#90,customer90@example.com,paid,,USD,1.00,never,1,KE-1\n";

ReferenceJob csv_job(int last) {
  ReferenceJob job{"csv"};
  job.concurrency = 2;
  job.prepare = [last](const Shop& shop) { shop.write("orders.csv", stories::orders(1, last)); };
  job.events = numbers(1, last);
  return job;
}

ReferenceJob gzip_job(int last) {
  ReferenceJob job{"gzip"};
  job.prepare = [last](const Shop& shop) {
    shop.write("orders.csv", stories::orders(1, last));
    run_undisturbed(shop, "gzip orders.csv");
  };
  job.events = numbers(1, last);
  return job;
}

ReferenceJob log_job(int last) {
  ReferenceJob job{"log", std::string(stories::kLog)};
  job.prepare = [last](const Shop& shop) {
    std::string log;
    for (int number = 1; number <= last; ++number) log += stories::registration(number);
    shop.write("shop.log", log);
  };
  for (int number = 1; number <= last; ++number)
    job.events.insert(fmt::format("visitor{}@example.com", number));
  return job;
}

ReferenceJob resumed_job(int last) {
  ReferenceJob job{"resumed"};
  job.prepare = [last](const Shop& shop) {
    shop.write("orders-monday.csv", stories::orders(1, 3));
    run_undisturbed(shop, "$ordertail import job.toml");
    shop.write("orders-tuesday.csv", stories::orders(2, last));
  };
  job.events = numbers(1, last);
  return job;
}

ReferenceJob stage_job(int last) {
  ReferenceJob job{"stage"};
  job.prepare = [last](const Shop& shop) { shop.write("orders.csv", stories::orders(1, last)); };
  job.command = "stage";
  job.events = numbers(1, last);
  return job;
}

ReferenceJob submit_job(int last) {
  ReferenceJob job{"submit"};
  job.prepare = [last](const Shop& shop) {
    shop.write("orders.csv", stories::orders(1, last));
    run_undisturbed(shop, "$ordertail stage job.toml");
  };
  job.command = "submit";
  job.events = numbers(1, last);
  return job;
}

ReferenceJob doubtful_job(int last) {
  ReferenceJob job{"doubtful"};
  job.prepare = [last](const Shop& shop) {
    shop.write("orders.csv", stories::orders(1, last) + kBadRow);
  };
  job.script = {good(Api::leads), answer(400, R"({"message":"no such field"})"),
                apply_then_close()};
  job.events = numbers(1, last);
  job.bad_rows = 1;
  job.doubts = 1;
  job.exit = 4;
  return job;
}

/// Orders and registrations, in the same requests; the answer to the second is swallowed.
ReferenceJob crm_job(int last) {
  ReferenceJob job{"crm", std::string(stories::kOrders) + std::string(stories::kLog)};
  job.api = Api::crm;
  job.tries = 2;
  job.prepare = [last](const Shop& shop) {
    shop.write("orders.csv", stories::orders(1, last) + kBadRow);
    shop.write("shop.log", stories::registration(1) + stories::registration(2));
  };
  job.script = {good(Api::crm), apply_then_close()};
  job.events = numbers(1, last);
  job.events.insert({"visitor1@example.com", "visitor2@example.com"});
  job.bad_rows = 1;
  job.exit = 3;
  return job;
}

ReferenceJob files_job(int last) {
  ReferenceJob job{"files"};
  job.prepare = [last](const Shop& shop) {
    shop.write("job.toml", fmt::format(R"([account]
shop      = "main"
time_zone = "America/New_York"
store     = "state/main.db"
[hubspot.purchase]
sink = "csv"
[hubspot.csv]
directory     = "import"
rows_per_file = 2
{})",
                                       stories::kOrders));
    shop.write("orders.csv", stories::orders(1, last));
  };
  job.events = numbers(1, last);
  job.concurrency = 0;
  job.writes_files = true;
  return job;
}

std::string endpoints(Api api, const std::string& url) {
  if (api == Api::leads) return {};
  return fmt::format(R"([hubspot.registration]
sink = "crm"
[hubspot.purchase]
sink = "crm"
[hubspot.crm]
url      = "{}"
order_id = "order_key"
)",
                     url);
}

std::vector<Mode> with_accept(const ReferenceJob& job) {
  std::vector<Mode> script = job.script;
  script.push_back(good(job.api));
  return script;
}

/// The value of a field of a form, decoded as far as order numbers and addresses need it.
std::string field(const std::string& form, const std::string& name) {
  const std::string all = "&" + form + "&";
  std::size_t begin = all.find("&" + name + "=");
  if (begin == all.npos) return {};
  begin += name.size() + 2;
  std::string value = all.substr(begin, all.find('&', begin) - begin);
  if (const std::size_t at = value.find("%40"); at != value.npos) value.replace(at, 3, "@");
  return value;
}

std::string event_of(const Request& request) {
  const std::string order = field(request.body, "order_number");
  return order.empty() ? field(request.body, "Email") : order;
}

}  // namespace

std::vector<ReferenceJob> reference_jobs(int more) {
  return {csv_job(5 + more),      gzip_job(4 + more),  log_job(4 + more),
          resumed_job(6 + more),  stage_job(3 + more), submit_job(3 + more),
          doubtful_job(5 + more), crm_job(3 + more),   files_job(3 + more)};
}

ReferenceJob reference_job(std::string_view name) {
  for (ReferenceJob& job : reference_jobs()) {
    if (job.name == name) return std::move(job);
  }
  throw std::invalid_argument("no such reference job: " + std::string(name));
}

Trial::Trial(const ReferenceJob& job)
    : job_(job),
      server_(with_accept(job)),
      shop_(stories::JobText{server_.url(), job.concurrency, job.tries,
                             "credential = { file = \"key\" }", job.sources,
                             endpoints(job.api, server_.url())}) {
  shop_.write("key", std::string(kSecret) + "\n");
  ::chmod(shop_.path("key").c_str(), 0600);
  job_.prepare(shop_);
}

std::vector<std::string> Trial::arguments(const std::string& command) const {
  std::vector<std::string> arguments{command, "job.toml", "--json"};
  if (command != "submit")
    arguments.insert(arguments.end(), {"--rejects", "rejects.jsonl", "--reject-rows", "rows"});
  return arguments;
}

WatchedRun Trial::disturb(const std::string& fault) {
  WatchedRun run = run_watched(shop_, arguments(job_.command), fault);
  said_ += run.ended.out + run.ended.err;
  return run;
}

Ended Trial::run_for(std::optional<std::chrono::microseconds> time) {
  stories::Program program = shop_.start(arguments(job_.command));
  if (time) {
    std::this_thread::sleep_for(*time);
    program.kill_at_once();
  }
  Ended ended = program.wait();
  said_ += ended.out + ended.err;
  return ended;
}

Ended Trial::shell(const std::string& line) {
  std::string run = "$ordertail";
  for (const std::string& argument : arguments(job_.command)) run += " " + argument;
  Ended ended = shop_.shell(fmt::format("export run=\"{}\"; {}", run, line));
  said_ += ended.out + ended.err;
  return ended;
}

Ended Trial::run_import() {
  Ended ended = shop_.run(arguments("import"));
  said_ += ended.out + ended.err;
  return ended;
}

std::vector<std::string> Trial::import_files() {
  std::vector<std::string> wrong;
  const auto directory = shop_.path("import");
  if (!std::filesystem::exists(directory)) return wrong;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename();
    if (name.starts_with('.')) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::string line;
    std::getline(file, line);
    if (!line.starts_with("email,")) wrong.push_back(name + " has no header");
    while (std::getline(file, line)) {
      if (!line.ends_with("\r")) wrong.push_back(name + " ends in the middle of a row");
      constexpr std::size_t kBegin = std::string_view("customer").size();
      ++imported_[line.substr(kBegin, line.find('@') - kBegin)];
    }
    std::filesystem::remove(entry.path());
  }
  return wrong;
}

std::vector<std::string> Trial::recover() {
  std::vector<std::string> wrong;
  for (int run = 1; run <= kRunsToRest; ++run) {
    for (std::string& what : import_files()) wrong.push_back(std::move(what));
    const std::size_t before = server_.requests().size();
    const Ended ended = run_import();
    const Json report = Json::parse(ended.out, nullptr, /*allow_exceptions=*/false);
    if (report.is_discarded()) {
      wrong.push_back(
          fmt::format("run {} after the fault: exit {}, {}", run, ended.exit_code, ended.err));
      return wrong;
    }
    if (report["balanced"] != true || report["exit"] != ended.exit_code)
      wrong.push_back("a report does not add up: " + ended.out);
    const std::size_t came = server_.requests().size() - before;
    const std::size_t sent = report["delivered"]["requests"];
    // What a killed run had under way may come as late as during the next one.
    const std::size_t late = run == 1 ? job_.concurrency : 0;
    if (!job_.writes_files && (came < sent || came > sent + late))
      wrong.push_back(fmt::format("{} requests came: {}", came, ended.out));
    if (sent > 0) continue;
    if (!job_.writes_files) return wrong;
    for (const auto& entry : std::filesystem::directory_iterator(shop_.path("import"))) {
      const std::string name = entry.path().filename();
      if (!name.starts_with(".ordertail-")) wrong.push_back(name + " is left behind");
    }
    return wrong;
  }
  wrong.push_back(fmt::format("{} runs after the fault, and it still sends", kRunsToRest));
  return wrong;
}

std::map<std::string, Trial::Times> Trial::applied() const {
  std::map<std::string, std::map<CrmStep, int>> steps;
  for (const Request& request : server_.requests()) {
    if (!request.applied) continue;
    if (job_.api == Api::leads) {
      ++steps[event_of(request)][CrmStep::contacts];
      continue;
    }
    for (const CrmInput& input : crm_inputs(request)) ++steps[input.event][input.step];
  }
  std::map<std::string, Times> times;
  for (const auto& [event, count] : imported_) times[event] = {count, count};
  for (auto& [event, of] : steps) {
    // An order is there with its contact and what associates them.
    if (job_.api == Api::crm && event.find('@') == event.npos)
      for (const CrmStep step : {CrmStep::orders, CrmStep::associations}) of.try_emplace(step, 0);
    const auto [least, most] = std::minmax_element(
        of.begin(), of.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    times[event] = {least->second, most->second};
  }
  return times;
}

std::set<std::string> Trial::refused() const {
  std::set<std::string> events;
  for (const Request& request : server_.requests()) {
    if (!request.applied) events.insert(event_of(request));
  }
  return events;
}

}  // namespace ordertail::faults
