// Would the sweeps notice? What they are to catch is done here on purpose.
#include "faults/accounts.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/sweep.h"

namespace ordertail::faults {
namespace {

using testing::Contains;
using testing::HasSubstr;

class Accounts : public testing::Test {
 protected:
  void SetUp() override { use_memory_for_files(); }

  std::vector<std::string> wrong() { return wrong_after(trial, {}); }

  const ReferenceJob job = reference_jobs()[0];
  Trial trial{job};
};

TEST_F(Accounts, OfAnUndisturbedRunAreRight) {
  trial.run_for(std::nullopt);
  EXPECT_EQ(wrong(), std::vector<std::string>());
}

TEST_F(Accounts, ShowADuplicate) {
  trial.run_for(std::nullopt);
  trial.shell("rm -r state");
  EXPECT_THAT(wrong(), Contains("3 was applied 2 times, and is not listed"));
}

TEST_F(Accounts, ShowARepetitionAtTheCrmThatIsNotListed) {
  const ReferenceJob crm = reference_job("crm");
  Trial other(crm);
  other.run_for(std::nullopt);
  EXPECT_EQ(wrong_after(other, {}), std::vector<std::string>()) << "what was resent is listed";
  other.shell("rm -r state");
  EXPECT_THAT(wrong_after(other, {}),
              Contains("visitor1@example.com was applied 2 times, and is not listed"));
}

TEST_F(Accounts, ShowALoss) {
  trial.shell("sed -i '/^#3,/d' orders.csv");
  EXPECT_THAT(wrong(), Contains("3 is lost: never applied, and not listed"));
}

TEST_F(Accounts, ShowWhatNobodyOrdered) {
  trial.shop().append("orders.csv", stories::order(77));
  EXPECT_THAT(wrong(), Contains("77 was never ordered"));
}

TEST_F(Accounts, ShowADamagedCheckpointFile) {
  trial.run_for(std::nullopt);
  const stories::Json status = trial.shop().status();
  // The number of free pages, which nobody reads but who checks.
  trial.shell("printf '\\007' | dd of=state/main.db bs=1 seek=39 conv=notrunc status=none");
  EXPECT_THAT(wrong_accounts(trial, status), Contains(HasSubstr("the checkpoint file is damaged")));
}

TEST_F(Accounts, ShowARejectThatNobodyWasToldOf) {
  const ReferenceJob doubtful = reference_job("doubtful");
  Trial other(doubtful);
  other.shell("$run; rm rejects.jsonl");
  EXPECT_THAT(wrong_after(other, {}), Contains(HasSubstr("no reject tells of the bad row")));
}

TEST_F(Accounts, ShowASecretAndAnAddress) {
  trial.shell(fmt::format("$run; echo {}; echo customer2@example.com >state/kept", kSecret));
  const std::vector<std::string> found = wrong();
  EXPECT_THAT(found, Contains(std::string(kSecret) + " is in what was said"));
  EXPECT_THAT(found, Contains("customer2@example.com is still in the checkpoint file"));
}

}  // namespace
}  // namespace ordertail::faults
