#include "faults/accounts.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace ordertail::faults {
namespace {

namespace fs = std::filesystem;
using stories::Json;

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// All files of the checkpoint's directory.
std::string stored(const Trial& trial) {
  std::string all;
  for (const auto& entry : fs::directory_iterator(trial.shop().path("state")))
    all += contents(entry.path());
  return all;
}

/// What was copied of rejects.
std::string copied(const Trial& trial) {
  std::string all;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(trial.shop().path("rows"), missing)) {
    if (entry.path().extension() == ".csv") all += contents(entry.path());
  }
  return all;
}

/// SQLite's own opinion, asked without the program.
std::string integrity(const fs::path& path) {
  sqlite3* database = nullptr;
  std::string answer = "cannot be opened";
  if (sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK) {
    const auto keep = [](void* to, int, char** values, char**) {
      *static_cast<std::string*>(to) = values[0];
      return 0;
    };
    sqlite3_exec(database, "PRAGMA integrity_check(1)", keep, &answer, nullptr);
  }
  sqlite3_close(database);
  return answer;
}

std::set<std::string> doubts_of(const Json& status) {
  std::set<std::string> doubts;
  for (const Json& doubt : status["in_doubt"]) {
    const std::string order = doubt["order_number"];
    doubts.insert(order.empty() ? doubt["email"].get<std::string>() : order);
  }
  return doubts;
}

/// The events that were sent again by themselves.
std::set<std::string> resent_of(const Json& status) {
  std::set<std::string> resent;
  for (const Json& event : status["resent"]) {
    const std::string order = event["order_number"];
    // Each visitor has a line of the log.
    const int line = event["source"]["line"];
    resent.insert(order.empty() ? fmt::format("visitor{}@example.com", line) : order);
  }
  return resent;
}

/// The address that is part of an event's payload.
std::string address_of(const std::string& event) {
  return event.find('@') == event.npos ? fmt::format("customer{}@example.com", event) : event;
}

class Comparison {
 public:
  Comparison(const Trial& trial, const Json& status)
      : status_(status),
        doubts_(doubts_of(status_)),
        resent_(resent_of(status_)),
        applied_(trial.applied()),
        refused_(trial.refused()) {}

  void compare_event(const std::string& event) {
    const auto [least, most] = applied_[event];
    const bool in_doubt = doubts_.count(event) == 1;
    if (most > 1 && !in_doubt && resent_.count(event) == 0)
      complain(fmt::format("{} was applied {} times, and is not listed", event, most));
    if (in_doubt) return;
    const bool refused = least == 0 && refused_.count(event) == 1;
    ++(refused ? rejected_ : submitted_);
    if (least == 0 && !refused) complain(event + " is lost: never applied, and not listed");
  }
  void compare_totals(const ReferenceJob& job) {
    // The CRM takes a repetition as one: nothing there waits for a person.
    const std::size_t under_way = job.api == Api::crm ? 0 : job.concurrency;
    if (doubts_.size() > under_way + static_cast<unsigned>(job.doubts))
      complain(fmt::format("{} in doubt, more than were under way", doubts_.size()));
    expect("submitted", submitted_);
    expect("rejected", rejected_);
    expect("pending", 0);
  }
  void complain(const std::string& what) { wrong_.push_back(what); }
  [[nodiscard]] std::vector<std::string> wrong() { return std::move(wrong_); }

 private:
  void expect(const char* state, int events) {
    if (status_[state] != events)
      complain(
          fmt::format("{} {} by the server's account, but: {}", events, state, status_.dump()));
  }

  const Json& status_;
  const std::set<std::string> doubts_, resent_;
  std::map<std::string, Trial::Times> applied_;
  const std::set<std::string> refused_;
  int submitted_ = 0, rejected_ = 0;
  std::vector<std::string> wrong_;
};

}  // namespace

std::vector<std::string> wrong_accounts(const Trial& trial, const Json& status) {
  Comparison comparison(trial, status);
  for (const std::string& event : trial.job().events) comparison.compare_event(event);
  comparison.compare_totals(trial.job());
  for (const auto& [event, _] : trial.applied()) {
    if (trial.job().events.count(event) == 0) comparison.complain(event + " was never ordered");
  }
  const std::string rejects = contents(trial.shop().path("rejects.jsonl"));
  if (trial.job().bad_rows > 0 && rejects.find("{\"reject\":") == rejects.npos)
    comparison.complain("no reject tells of the bad row; all that was said: " + trial.said());
  if (trial.job().bad_rows > 0 && copied(trial).find("\n#90,") == std::string::npos)
    comparison.complain("no copy has the bad row");
  if (const std::string found = integrity(trial.shop().path("state/main.db")); found != "ok")
    comparison.complain("the checkpoint file is damaged: " + found);
  return comparison.wrong();
}

std::vector<std::string> leaks(const Trial& trial, const WatchedRun& run, const Json& status) {
  std::vector<std::string> found;
  const std::string store = stored(trial);
  const std::string rejects = contents(trial.shop().path("rejects.jsonl"));
  const std::vector<std::pair<const char*, std::string>> places{
      {"what was said", trial.said()},
      {"the rejects", rejects},
      {"the arguments", run.arguments},
      {"the environment", run.environment}};
  const auto look_for = [&](const std::string& canary) {
    for (const auto& [place, text] : places) {
      if (text.find(canary) != text.npos) found.push_back(canary + " is in " + place);
    }
  };
  look_for(kSecret);
  if (store.find(kSecret) != store.npos)
    found.push_back(std::string(kSecret) + " is in the checkpoint file");
  // What waits for a person's decision is kept whole: doubts, and what HubSpot rejected.
  std::set<std::string> kept = doubts_of(status);
  kept.merge(trial.refused());
  for (const std::string& event : trial.job().events) {
    look_for(address_of(event));
    if (kept.count(event) == 0 && store.find(address_of(event)) != store.npos)
      found.push_back(address_of(event) + " is still in the checkpoint file");
  }
  look_for(address_of("90"));
  return found;
}

}  // namespace ordertail::faults
