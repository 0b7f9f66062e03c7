// What is said of logs that are gone, and up to where it says they were read.
#include "app/lost_logs.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "app/staging.h"
#include "input/gzipped.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kJob = R"(
[account]
shop      = "main"
time_zone = "UTC"
store     = "store.db"
[hubspot.purchase]
sink = "leads"
url  = "http://127.0.0.1:1/?app=leaddirector&FormName=purchase"
[[source]]
files      = ["log*"]
log_format = '$remote_addr [$time_local] "$request" $status "$http_user_agent"'
[source.purchase]
path         = "/d"
order_number = "query:o"
email        = "query:e"
)";

std::string line(int number) {
  return fmt::format(
      "192.0.2.7 [18/Sep/2025:23:18:28 +0000] \"GET /d?o={0}&e=c{0}%40example.com HTTP/1.1\" 200 "
      "\"-\"\n",
      number);
}

class LostLogsTest : public testing::Test {
 protected:
  struct Said {
    std::vector<std::string> orders, faults;
  };

  /// A run that reads all there is.
  Said run() {
    Said said;
    StageObserver observer;
    observer.event = [&](const Event& event) { said.orders.push_back(event.order_number); };
    observer.fault = [&](std::string_view message) { said.faults.emplace_back(message); };
    const std::atomic<bool> interrupted{false};
    Staging staging(job_, store_, clock_, StageMode::keep, ~std::uint64_t{0}, interrupted,
                    std::move(observer));
    while (staging.advance()) {
    }
    EXPECT_TRUE(staging.counts().closes());
    return said;
  }

  void remove(const char* name) const { fs::remove(home_.path() / name); }
  void rename(const char* from, const char* to) const {
    fs::rename(home_.path() / from, home_.path() / to);
  }

  const TemporaryDirectory home_;
  const Job job_ = read_job(home_.write("job.toml", kJob).string());
  const SystemClock clock_;
  Store store_{home_.path() / "store.db", StoreMode::write, clock_};
};

/// A rotation that is being compressed is there twice, the second time up to where gzip(1) is.
TEST_F(LostLogsTest, ALogWasReadAsFarAsItsLongestCopyWas) {
  home_.write("log", line(1));
  EXPECT_THAT(run().orders, ElementsAre("1"));
  rename("log", "log.1");
  home_.append("log.1", line(2) + line(3));
  const std::string rest = gzipped(line(3));
  home_.write("log.1.gz", gzipped(line(1) + line(2)) + rest.substr(0, rest.size() / 2));
  EXPECT_THAT(run().orders, ElementsAre("2", "3"));
  remove("log.1");
  remove("log.1.gz");
  const Said gone = run();
  EXPECT_THAT(gone.orders, IsEmpty());
  EXPECT_THAT(gone.faults,
              ElementsAre(HasSubstr(fmt::format("log.1 was read up to byte {}, and none",
                                                (line(1) + line(2) + line(3)).size()))));
}

/// Somebody keeps a copy from long ago beside the log.
TEST_F(LostLogsTest, AnOlderCopyDoesNotHideThatALogIsCut) {
  home_.write("log", line(1));
  EXPECT_THAT(run().orders, ElementsAre("1"));
  home_.write("log.bak", line(1));
  home_.append("log", line(2));
  EXPECT_THAT(run().orders, ElementsAre("2"));
  home_.write("log", line(3));
  const Said cut = run();
  EXPECT_THAT(cut.orders, ElementsAre("3"));
  EXPECT_THAT(cut.faults, ElementsAre(HasSubstr(fmt::format("log was read up to byte {}, and none",
                                                            (line(1) + line(2)).size()))));
}

/// All that it held is in the log, which is told of by itself.
TEST_F(LostLogsTest, AnOlderCopyThatIsDeletedIsNotTold) {
  home_.write("log", line(1));
  EXPECT_THAT(run().orders, ElementsAre("1"));
  home_.write("log.bak", line(1));
  home_.append("log", line(2));
  EXPECT_THAT(run().orders, ElementsAre("2"));
  remove("log.bak");
  EXPECT_THAT(run().faults, IsEmpty());
  home_.write("log", line(3));
  EXPECT_THAT(run().faults, ElementsAre(HasSubstr("log was read up to byte ")));
}

}  // namespace
}  // namespace ordertail
