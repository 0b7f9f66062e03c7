// The units of samples/systemd, by systemd's own judgement.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "stories/program.h"
#include "temporary_directory.h"

namespace ordertail::stories {
namespace {

/// The unit as somebody has it who installed ordertail where this test found it.
void copy_unit(const std::string& name, const TemporaryDirectory& to) {
  std::ifstream file(std::string(SAMPLES_DIRECTORY) + "/systemd/" + name);
  std::string unit{std::istreambuf_iterator<char>(file), {}};
  const std::string installed = "/usr/local/bin/ordertail";
  if (const auto at = unit.find(installed); at != unit.npos)
    unit.replace(at, installed.size(), ORDERTAIL_PROGRAM);
  to.write(name, unit);
}

class SystemdTest : public testing::Test {
 protected:
  void SetUp() override {
    if (Program({"sh", "-c", "command -v systemd-analyze"}, units.path()).wait().exit_code != 0)
      GTEST_SKIP() << "systemd-analyze is not here";
    copy_unit("ordertail.service", units);
    copy_unit("ordertail.timer", units);
  }
  const TemporaryDirectory units;
};

TEST_F(SystemdTest, TheUnitsAreSound) {
  const Ended ended =
      Program({"systemd-analyze", "verify", "--man=no", "./ordertail.service", "./ordertail.timer"},
              units.path())
          .wait();
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_EQ(ended.err.find("ordertail"), std::string::npos) << ended.err;
}

TEST_F(SystemdTest, SoIsTheServiceThatFollows) {
  copy_unit("follow.conf", units);
  std::filesystem::create_directory(units.path() / "ordertail.service.d");
  std::filesystem::rename(units.path() / "follow.conf",
                          units.path() / "ordertail.service.d/follow.conf");
  const Ended ended =
      Program({"systemd-analyze", "verify", "--man=no", "./ordertail.service"}, units.path())
          .wait();
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_EQ(ended.err.find("ordertail"), std::string::npos) << ended.err;
}

// "Safe" begins below 2.0 of 10, systemd says; the threshold is in tenths.
TEST_F(SystemdTest, TheServiceIsShutIn) {
  const Ended ended = Program({"systemd-analyze", "security", "--offline=yes", "--threshold=20",
                               "--no-pager", "./ordertail.service"},
                              units.path())
                          .wait();
  EXPECT_EQ(ended.exit_code, 0) << ended.out << ended.err;
  EXPECT_NE(ended.out.find("Overall exposure level"), std::string::npos) << ended.out;
}

}  // namespace
}  // namespace ordertail::stories
