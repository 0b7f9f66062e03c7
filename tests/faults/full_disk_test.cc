// A disk that is really full, and one that is really read-only: a small tmpfs below the checkpoint
// file, in a mount namespace of the test's own.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/sweep.h"

namespace ordertail::faults {
namespace {

using testing::HasSubstr;

class FullDisk : public testing::Test {
 protected:
  void SetUp() override {
    use_memory_for_files();
    const TemporaryDirectory directory;
    const stories::Ended tried =
        stories::Program({"unshare", "-Urm", "mount", "-t", "tmpfs", "none", "."}, directory.path())
            .wait();
    if (tried.exit_code != 0) GTEST_SKIP() << "no mount namespace to be had here: " << tried.err;
  }

  /// Runs the trial's command with state/ on a disk that `mount` makes of $run, and takes what is
  /// there out of the namespace.
  static stories::Ended run_on(Trial& trial, const std::string& mount) {
    stories::Ended ended = trial.shell(fmt::format(
        "mkdir -p -m 700 state; unshare -Urm sh -c '{}; code=$?; cp -a state kept; exit $code'",
        mount));
    trial.shell("rm -r state; mv kept state");
    return ended;
  }
};

TEST_F(FullDisk, OfEverySizeStopsTheRunAndLosesNothing) {
  Budget budget(4);
  int full = 0;
  int roomy = 0;
  for (int pages = 1; roomy == 0 && (budget.is_left() || full == 0); pages += 3) {
    SCOPED_TRACE(fmt::format("a disk of {} pages", pages));
    const ReferenceJob job = reference_job("doubtful");
    Trial trial(job);
    const stories::Ended ended = run_on(
        trial, fmt::format("mount -t tmpfs -o mode=700,size={}k none state && $run", 4 * pages));
    ++(ended.exit_code == 8 ? full : roomy);
    if (ended.exit_code == 8) {
      EXPECT_THAT(ended.err, HasSubstr("state"));
      EXPECT_THAT(ended.err, HasSubstr("No space left on device"));
    } else {
      EXPECT_EQ(ended.exit_code, job.exit) << ended.err;
    }
    EXPECT_EQ(wrong_after(trial, {}), std::vector<std::string>());
    if (HasFailure()) break;
  }
  fmt::print("figure: disks that are full: {} tried, {} struck, {} failed\n", full + roomy, full,
             HasFailure() ? 1 : 0);
  EXPECT_GE(full, 1) << "nothing was proven";
}

TEST_F(FullDisk, ReadOnlyIsRefusedBeforeAnythingIsRead) {
  const ReferenceJob job = reference_job("csv");
  Trial trial(job);
  const stories::Ended ended = run_on(trial, "mount -t tmpfs -o mode=700,ro none state && $run");
  EXPECT_EQ(ended.exit_code, 8);
  EXPECT_EQ(ended.err, "ordertail: cannot open state/main.db.lock: Read-only file system\n");
  EXPECT_EQ(trial.applied().size(), 0U);
  EXPECT_EQ(wrong_after(trial, {}), std::vector<std::string>());
}

}  // namespace
}  // namespace ordertail::faults
