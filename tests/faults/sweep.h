// How far a sweep goes, and what it says of itself. The environment says how large it is to be; see
// README.md.
#pragma once

#include <cstdint>
#include <string>

#include "faults/budget.h"
#include "faults/reference_job.h"

namespace ordertail::faults {

/// Tries faults on one reference job, and fails the test for each that is not survived as it should
/// be.
class Sweep {
 public:
  /// `job`: an index into reference_jobs(). `name`: of the sweep, for what it prints.
  Sweep(std::string name, std::size_t job, double seconds);
  virtual ~Sweep() = default;
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  /// Every fault of the job in random order, then those of the job with one event more, and so on.
  /// With ORDERTAIL_FAULT_REPLAY, "MORE/FAULT": only that one.
  void run();

 protected:
  /// All faults there are, told from an undisturbed run, by kind: each kind gets its turns.
  [[nodiscard]] virtual std::map<std::string, std::vector<std::string>> faults_of(
      const WatchedRun& undisturbed) const = 0;
  /// What is wrong with the end of the disturbed run. The fault has struck.
  virtual std::vector<std::string> look_at(const Trial& trial, const WatchedRun& run,
                                           const std::string& fault) = 0;

 private:
  void try_one(const ReferenceJob& job, int more, const std::string& fault);
  void try_all(int more);

  const std::string name_;
  const std::size_t index_;
  Budget budget_;
  std::uint64_t there_are_ = 0, tried_ = 0, struck_ = 0, failed_ = 0;
};

/// Runs the job to its end after a fault, and returns what is wrong then.
[[nodiscard]] std::vector<std::string> wrong_after(Trial& trial, const WatchedRun& run);

/// The names of the reference jobs, as names of tests.
[[nodiscard]] std::string name_of_job(std::size_t index);

}  // namespace ordertail::faults
