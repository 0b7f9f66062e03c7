#include "app/checkup.h"

#include <gtest/gtest.h>

namespace ordertail {
namespace {

TEST(CheckupTest, ExitsByTheFailThatNeedsPeopleMost) {
  Checkup checkup;
  EXPECT_EQ(checkup.exit_code(), 0);
  checkup.ok("a", "good");
  checkup.warn("b", "so so");
  EXPECT_EQ(checkup.exit_code(), 0);
  for (const ExitCode worse : {ExitCode::internal, ExitCode::source, ExitCode::usage,
                               ExitCode::credentials, ExitCode::store}) {
    checkup.fail("c", Error(worse, "bad"));
    EXPECT_EQ(checkup.exit_code(), static_cast<int>(worse));
  }
  checkup.fail("d", Error(ExitCode::source, "bad"));
  EXPECT_EQ(checkup.exit_code(), static_cast<int>(ExitCode::store));
}

TEST(CheckupTest, AnErrorIsAFailAndNothingElseStops) {
  Checkup checkup;
  EXPECT_TRUE(checkup.succeeds("one", [] {}));
  EXPECT_FALSE(checkup.succeeds("two", [] { throw Error(ExitCode::store, "the disk is full"); }));
  ASSERT_EQ(checkup.findings().size(), 1U);
  EXPECT_EQ(checkup.findings().front().message, "the disk is full");
}

TEST(CheckupTest, ShowsAsTextAndAsJson) {
  Checkup checkup;
  checkup.ok("job file", "fine");
  checkup.fail("source 1", Error(ExitCode::source, "no proof:\n  line 2\nAdd a line"));
  EXPECT_EQ(checkup.to_text(),
            "ok    job file  fine\n"
            "FAIL  source 1  no proof:\n"
            "                  line 2\n"
            "                Add a line\n");
  EXPECT_EQ(checkup.to_json("a.toml"),
            R"({"job":"a.toml","exit":7,"checks":[{"health":"ok","subject":"job file",)"
            R"("message":"fine"},{"health":"FAIL","subject":"source 1",)"
            R"("message":"no proof:\n  line 2\nAdd a line"}]})"
            "\n");
}

}  // namespace
}  // namespace ordertail
