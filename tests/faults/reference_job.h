// The jobs that every fault is tried on, each with a server that keeps its own account.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "faults/fault_modes.h"
#include "faults/watched_run.h"
#include "stories/shop.h"

namespace ordertail::faults {

struct ReferenceJob {
  std::string name;
  std::string sources{stories::kOrders};
  Api api = Api::leads;  ///< where it delivers to
  unsigned concurrency = 1, tries = 1;
  std::vector<Mode> script{};  ///< what the server does, request by request; then it accepts
  /// Puts everything in place, and runs what is not to be disturbed.
  std::function<void(const stories::Shop&)> prepare{};
  std::string command = "import";  ///< the one that is disturbed
  /// All events there are, by order number or, without one, by e-mail address.
  std::set<std::string> events{};
  int bad_rows = 0;  ///< rows that the disturbed command rejects
  int doubts = 0;    ///< events whose answer the script swallows
  int exit = 0;      ///< its exit code when nothing goes wrong
  /// Its events go into CSV files, in import/. Somebody imports each as soon as there is a run to
  /// be started, and deletes it.
  bool writes_files = false;
};

/// `more`: events on top of the least that each needs, which makes them other jobs.
[[nodiscard]] std::vector<ReferenceJob> reference_jobs(int more = 0);

/// The one of that name.
[[nodiscard]] ReferenceJob reference_job(std::string_view name);

/// The secret that every reference job is given as its credential.
inline constexpr const char* kSecret = "canary-5be1d07a93";

/// One reference job set up afresh.
class Trial {
 public:
  /// `job` is to outlive it.
  explicit Trial(const ReferenceJob& job);

  /// Runs the job's command under the supervisor.
  WatchedRun disturb(const std::string& fault);
  /// Runs the job's command, and kills it when it takes longer than that.
  stories::Ended run_for(std::optional<std::chrono::microseconds> time);
  /// Runs a shell line, in which $run is the job's command.
  stories::Ended shell(const std::string& line);
  /// Runs `import` until nothing is left to do. Returns what is wrong with how that went: no fixed
  /// point within three runs, a report that does not add up, an idle run that sends.
  std::vector<std::string> recover();

  [[nodiscard]] const ReferenceJob& job() const { return job_; }
  [[nodiscard]] const stories::Shop& shop() const { return shop_; }
  /// How often the server applied each event, or a file that was imported held it: the CRM, which
  /// has several requests of an event, at least and at most each of these.
  struct Times {
    int least = 0, most = 0;
  };
  [[nodiscard]] std::map<std::string, Times> applied() const;
  /// The events that the server refused (400).
  [[nodiscard]] std::set<std::string> refused() const;
  /// Everything that the program said, in all runs.
  [[nodiscard]] const std::string& said() const { return said_; }

 private:
  [[nodiscard]] std::vector<std::string> arguments(const std::string& command) const;
  stories::Ended run_import();
  /// Returns what is wrong with the files that are there.
  std::vector<std::string> import_files();

  const ReferenceJob& job_;
  FaultServer server_;
  stories::Shop shop_;
  std::string said_;
  std::map<std::string, int> imported_;
};

}  // namespace ordertail::faults
