// kill -9 before and after every system call, and at random times: nothing is lost, nothing is sent
// twice unlisted, and the next run goes on.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>

#include "faults/accounts.h"
#include "faults/sweep.h"

namespace ordertail::faults {
namespace {

constexpr double kSeconds = 1.0;
constexpr int kTimes = 100;  // at most, until one kill has struck

class StopSweep : public Sweep {
 public:
  explicit StopSweep(std::size_t job) : Sweep("kill at a system call", job, kSeconds) {}

 private:
  [[nodiscard]] std::map<std::string, std::vector<std::string>> faults_of(
      const WatchedRun& undisturbed) const override {
    std::vector<std::string> faults;
    for (std::uint64_t stop = 1; stop <= undisturbed.stops; ++stop)
      faults.push_back(fmt::format("kill:{}", stop));
    return {{"kill", faults}};
  }
  std::vector<std::string> look_at(const Trial&, const WatchedRun& run,
                                   const std::string&) override {
    if (run.ended.signal == SIGKILL) return {};
    return {"it was to be killed"};
  }
};

class Kill : public testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override { use_memory_for_files(); }
};

TEST_P(Kill, AtSystemCalls) {
  if (const auto why = cannot_supervise()) GTEST_SKIP() << *why;
  StopSweep(GetParam()).run();
}

/// With threads the stops do not enumerate the interleavings: time does, a little.
TEST_P(Kill, AtRandomTimes) {
  using std::chrono::microseconds;
  using std::chrono::steady_clock;
  Budget budget(kSeconds / 2);
  const ReferenceJob job = reference_jobs()[GetParam()];
  Trial undisturbed(job);
  const auto begin = steady_clock::now();
  EXPECT_EQ(undisturbed.run_for(std::nullopt).exit_code, job.exit);
  const auto whole = std::chrono::duration_cast<microseconds>(steady_clock::now() - begin);
  int tried = 0;
  int struck = 0;
  while (!HasFailure() && (budget.is_left() || (struck == 0 && tried < kTimes))) {
    Trial trial(job);
    const auto time = microseconds(budget.random()() % static_cast<std::uint64_t>(whole.count()));
    ++tried;
    struck += trial.run_for(time).signal == SIGKILL;
    const std::vector<std::string> wrong = wrong_after(trial, {});
    EXPECT_EQ(wrong, std::vector<std::string>()) << "killed after " << time.count() << " us";
  }
  fmt::print("figure: kill at a random time {}: {} tried, {} struck, {} failed, seed {}\n",
             job.name, tried, struck, HasFailure() ? 1 : 0, budget.seed());
  EXPECT_GE(struck, 1) << "nothing was proven";
}

INSTANTIATE_TEST_SUITE_P(Jobs, Kill, testing::Range(std::size_t{0}, reference_jobs().size()),
                         [](const auto& test) { return name_of_job(test.param); });

}  // namespace
}  // namespace ordertail::faults
