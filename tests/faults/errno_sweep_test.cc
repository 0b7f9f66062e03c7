// Every call on a file fails in every way, once or for good: a run never says that all is well when
// something was left out, says which file it was and why, and a rerun reaches the whole.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <system_error>

#include "faults/supervisor.h"
#include "faults/sweep.h"

namespace ordertail::faults {
namespace {

using stories::Json;

constexpr double kSeconds = 1.3;
constexpr std::array<const char*, 6> kErrors{"ENOSPC", "EIO", "EDQUOT", "EROFS", "EACCES", "EINTR"};

/// The name of the file as people know it: SQLite's helpers beside the checkpoint file are its.
std::string name_for_people(const std::string& path) {
  std::string name = std::filesystem::path(path).filename().string();
  for (const std::string suffix : {"-wal", "-journal", ".new", ".lock"}) {
    if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
  }
  return name;
}

class ErrnoSweep : public Sweep {
 public:
  explicit ErrnoSweep(std::size_t job) : Sweep("failing calls", job, kSeconds) {}

 private:
  [[nodiscard]] std::map<std::string, std::vector<std::string>> faults_of(
      const WatchedRun& undisturbed) const override {
    std::map<std::string, std::vector<std::string>> faults;
    for (const auto& [call, times] : undisturbed.calls) {
      if (call == "connect") continue;
      for (std::uint64_t nth = 1; nth <= times; ++nth) add(call, nth, faults[call]);
    }
    return faults;
  }

  static void add(const std::string& call, std::uint64_t nth, std::vector<std::string>& faults) {
    for (const std::string error : kErrors) {
      faults.push_back(fmt::format("fail:{}:{}:{}", call, nth, error));
      // A signal comes once: who is interrupted may try again for ever.
      if (error != "EINTR") faults.push_back(fmt::format("fail-on:{}:{}:{}", call, nth, error));
    }
    for (const char* sized : {"read", "pread64", "write", "pwrite64"}) {
      if (call == sized) faults.push_back(fmt::format("shorten:{}:{}", call, nth));
    }
  }

  std::vector<std::string> look_at(const Trial& trial, const WatchedRun& run,
                                   const std::string& fault) override {
    const int exit = run.ended.exit_code;
    std::vector<std::string> wrong;
    if (exit < 0) wrong.push_back("it died of a signal");
    if (exit == 1 && run.ended.err.find("internal error") != std::string::npos)
      wrong.push_back("it takes the fault for a defect of its own");
    if (exit == 0 || exit == 3) expect_whole(trial, wrong);
    if (exit != trial.job().exit) expect_told(trial, run, fault, wrong);
    return wrong;
  }

  /// Who says that all is well has left nothing out.
  static void expect_whole(const Trial& trial, std::vector<std::string>& wrong) {
    const Json status = trial.shop().status();
    const std::size_t settled = status["submitted"].get<std::size_t>() +
                                status["rejected"].get<std::size_t>() + status["in_doubt"].size();
    const auto pending = status["pending"].get<std::size_t>();
    const bool may_wait = trial.job().command == "stage";
    if (settled + pending != trial.job().events.size() || (pending > 0 && !may_wait))
      wrong.push_back("it says that all is well, and something is missing: " + status.dump());
  }

  static void expect_told(const Trial& trial, const WatchedRun& run, const std::string& fault,
                          std::vector<std::string>& wrong) {
    // A lasting fault may be survived at first.
    std::set<std::string> paths = run.later;
    paths.insert(run.path);
    const auto is_named = [&](const std::string& path) {
      // What was looked for in the job's own directory is told, not the directory.
      return path == directory_of(trial) ||
             run.ended.err.find(name_for_people(path)) != std::string::npos;
    };
    if (std::none_of(paths.begin(), paths.end(), is_named))
      wrong.push_back("it does not name the file " + name_for_people(run.path));
    if (fault.starts_with("shorten"))
      wrong.push_back("a call that does less than it was asked to is no failure");
    const std::string words = words_for(run, fault);
    if (run.ended.err.find(words) == std::string::npos)
      wrong.push_back("it does not say: " + words);
  }

  static std::string directory_of(const Trial& trial) {
    return std::filesystem::canonical(trial.shop().path(".")).string();
  }

  /// What a message says of the error. Where SQLite keeps that to itself, what it says instead.
  static std::string words_for(const WatchedRun& run, const std::string& fault) {
    const std::string error = fault.substr(fault.rfind(':') + 1);
    const bool of_store = run.path.find("/state/main.db") != std::string::npos;
    // Only a disk that is broken keeps a file that is open from being read.
    if (of_store && run.call == "pread64" && error != "EIO") return "";
    // It tries again for reading only, and tells how that went.
    if (of_store && run.call == "openat") return "";
    // To POSIX, EACCES is one of the two ways to say that a lock is held.
    const bool like_held = error == "EACCES" || error == "EINTR";
    if (of_store && run.call == "fcntl" && like_held) return "";
    return std::generic_category().message(error_number(error));
  }
};

class Errno : public testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override { use_memory_for_files(); }
};

TEST_P(Errno, OfEveryCallOnAFile) {
  if (const auto why = cannot_supervise()) GTEST_SKIP() << *why;
  ErrnoSweep(GetParam()).run();
}

INSTANTIATE_TEST_SUITE_P(Jobs, Errno, testing::Range(std::size_t{0}, reference_jobs().size()),
                         [](const auto& test) { return name_of_job(test.param); });

}  // namespace
}  // namespace ordertail::faults
