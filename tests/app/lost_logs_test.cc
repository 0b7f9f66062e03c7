// What is said of logs that are gone, up to where it says they were read, and when their last line
// is.
#include "app/lost_logs.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "app/staging.h"
#include "input/gzipped.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
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

/// Hours can pass on it; those of the files' inodes are the machine's.
class LaterClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return system_.steady(); }
  [[nodiscard]] WallTime wall() const override { return system_.wall() + later; }
  std::chrono::minutes later{0};

 private:
  SystemClock system_;
};

class LostLogsTest : public testing::Test {
 protected:
  struct Said {
    std::vector<std::string> orders, faults, notices;
    std::vector<std::optional<std::chrono::milliseconds>> dues;  // after each look
  };

  /// Reads all there is, and looks again each time that `next` has been done.
  Said read(const std::vector<std::function<void()>>& next, Looks looks) {
    Said said;
    StageObserver observer;
    observer.event = [&](const Event& event) {
      said.orders.push_back(event.order_number);
      if (at_order_) at_order_(event.order_number);
    };
    observer.fault = [&](std::string_view message) { said.faults.emplace_back(message); };
    observer.notice = [&](std::string_view message) { said.notices.emplace_back(message); };
    const std::atomic<bool> interrupted{false};
    Staging staging(job_, store_, clock_, StageMode::keep, ~std::uint64_t{0}, interrupted,
                    std::move(observer), looks);
    const auto look = [&] {
      while (staging.advance()) {
      }
      said.dues.push_back(staging.due());
    };
    look();
    for (const auto& happens : next) {
      happens();
      staging.look_again();
      look();
    }
    EXPECT_TRUE(staging.counts().closes());
    return said;
  }
  Said run() { return read({}, Looks::once); }
  Said follow(const std::vector<std::function<void()>>& next) { return read(next, Looks::again); }

  /// As if nobody had written to it since.
  void write_before(const char* name, std::chrono::minutes time) const {
    fs::last_write_time(home_.path() / name, fs::file_time_type::clock::now() - time);
  }
  Said run_on_record() {
    const std::int64_t id = store_.begin_run("import");
    Said said = run();
    store_.end_run(id, 0, "{}");
    return said;
  }

  void remove(const char* name) const { fs::remove(home_.path() / name); }
  void rename(const char* from, const char* to) const {
    fs::rename(home_.path() / from, home_.path() / to);
  }

  /// Another log takes over, which begins with this order.
  void rotate(int number) const {
    rename("log", "log.1");
    home_.write("log", line(number));
  }

  std::function<void(const std::string&)> at_order_;  // what happens while logs are read
  const TemporaryDirectory home_;
  const Job job_ = read_job(home_.write("job.toml", kJob).string());
  LaterClock clock_;
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

/// It was silent before it was renamed: its server may still write to it.
TEST_F(LostLogsTest, ALogThatWasRenamedJustNowMayGoOn) {
  home_.write("log", line(1));
  EXPECT_THAT(run().orders, ElementsAre("1"));
  home_.append("log", line(2));
  write_before("log", 25h);
  rename("log", "log.1");
  EXPECT_THAT(run().orders, ElementsAre("2"));
  EXPECT_THAT(run().faults, IsEmpty());
  home_.append("log.1", line(3));
  remove("log.1");
  EXPECT_THAT(run().faults, ElementsAre(HasSubstr("log.1 was read up to byte ")));
}

/// Nor does it matter that nothing new was found in it then.
TEST_F(LostLogsTest, ALogThatHadBeenReadMayGoOnOnceItIsRenamed) {
  home_.write("log", line(1));
  write_before("log", 25h);
  EXPECT_THAT(run().orders, ElementsAre("1"));
  rename("log", "log.1");
  EXPECT_THAT(run().orders, IsEmpty());
  home_.append("log.1", line(2));
  remove("log.1");
  EXPECT_THAT(run().faults, ElementsAre(HasSubstr("log.1 was read up to byte ")));
}

TEST_F(LostLogsTest, AnHourAfterItsRenamingALogHasComeToRest) {
  home_.write("log", line(1));
  EXPECT_THAT(run().orders, ElementsAre("1"));
  home_.append("log", line(2));
  rename("log", "log.1");
  clock_.later = 61min;
  EXPECT_THAT(run().orders, ElementsAre("2"));
  remove("log.1");
  EXPECT_THAT(run().faults, IsEmpty());
}

/// A log that was not looked at in the meantime was renamed a rotation ago.
TEST_F(LostLogsTest, ALogThatIsRenamedAgainHasComeToRest) {
  home_.write("log", line(1));
  EXPECT_THAT(run().orders, ElementsAre("1"));
  rename("log", "log.1");
  write_before("log.1", 2h);
  EXPECT_THAT(run().faults, IsEmpty());
  rename("log.1", "log.2");
  EXPECT_THAT(run().faults, IsEmpty());
  remove("log.2");
  EXPECT_THAT(run().faults, IsEmpty());
}

/// It was empty when it was looked at just after a turn of its rotation.
TEST_F(LostLogsTest, ALogThatWasFirstSeenAsARotationHasComeToRestWhenItIsRenamed) {
  home_.write("log", "");
  home_.write("log.1", line(1));
  write_before("log.1", 2h);
  EXPECT_THAT(run().orders, ElementsAre("1"));
  rename("log.1", "log.2");
  EXPECT_THAT(run().faults, IsEmpty());
  remove("log.2");
  EXPECT_THAT(run().faults, IsEmpty());
}

/// A backup that changes inodes is no renaming.
TEST_F(LostLogsTest, ALogHasComeToRestThatARunAnHourAgoFoundByTheSameName) {
  for (const auto& [ago, is_told] : {std::pair(61min, false), std::pair(59min, true)}) {
    const std::string name = is_told ? "log.20" : "log.10";
    clock_.later = -ago;
    home_.write("log", line(is_told ? 1 : 2));
    write_before("log", 4h);
    EXPECT_EQ(run().orders.size(), 1U);
    rename("log", name.c_str());
    EXPECT_THAT(run_on_record().faults, IsEmpty());
    clock_.later = 0min;
    fs::permissions(home_.path() / name, fs::perms::owner_read);
    EXPECT_THAT(run_on_record().faults, IsEmpty());
    remove(name.c_str());
    EXPECT_EQ(run().faults.size(), is_told ? 1U : 0U);
  }
}

/// With --follow nobody reads again what did not change.
TEST_F(LostLogsTest, ALogComesToRestWhileItIsFollowed) {
  home_.write("log", line(1));
  const Said said = follow({[&] { rotate(2); },
                            [&] {
                              clock_.later = 61min;
                              home_.append("log", line(3));
                            },
                            [&] { rotate(4); }});
  EXPECT_THAT(said.orders, ElementsAre("1", "2", "3", "4"));
  EXPECT_THAT(said.faults, IsEmpty());
}

TEST_F(LostLogsTest, ALastLineWaitsForItsLineEnd) {
  const std::string half = line(2).substr(0, line(2).size() - 1);
  home_.write("log", line(1) + half);
  for (const std::size_t orders : {1, 0}) {
    const Said said = run();
    EXPECT_EQ(said.orders.size(), orders);
    EXPECT_THAT(
        said.notices,
        ElementsAre("log:2: this last line has no line end yet. It is read once it has one, "
                    "or once nobody has written to the log for an hour"));
  }
  home_.append("log", "\n");
  const Said whole = run();
  EXPECT_THAT(whole.orders, ElementsAre("2"));
  EXPECT_THAT(whole.notices, IsEmpty());
}

TEST_F(LostLogsTest, OrForAnHour) {
  home_.write("log", line(1) + line(2).substr(0, line(2).size() - 1));
  EXPECT_THAT(run().orders, ElementsAre("1"));
  clock_.later = 61min;
  EXPECT_THAT(run().orders, ElementsAre("2"));
  const Said again = run();
  EXPECT_THAT(again.orders, IsEmpty());
  EXPECT_THAT(again.notices, IsEmpty());
}

TEST_F(LostLogsTest, OrForAnHourWhileTheLogIsFollowed) {
  home_.write("log", line(1) + line(2).substr(0, line(2).size() - 1));
  const Said said = follow({[&] { clock_.later = 59min; }, [&] { clock_.later = 61min; }});
  EXPECT_THAT(said.orders, ElementsAre("1", "2"));
  EXPECT_THAT(said.notices, IsEmpty());
  ASSERT_EQ(said.dues.size(), 3U);
  EXPECT_TRUE(said.dues[0] > 59min && said.dues[0] <= 60min) << said.dues[0]->count();
  EXPECT_TRUE(said.dues[1] > 0min && said.dues[1] <= 1min) << said.dues[1]->count();
  EXPECT_EQ(said.dues[2], std::nullopt);
}

/// Somebody's touch says nothing of when it was written to.
TEST_F(LostLogsTest, OrForAnHourWhereItsTimeLiesAhead) {
  home_.write("log", line(1) + line(2).substr(0, line(2).size() - 1));
  write_before("log", -24h * 365);
  EXPECT_THAT(run().orders, ElementsAre("1"));
  clock_.later = 61min;
  EXPECT_THAT(run().orders, ElementsAre("2"));
}

TEST_F(LostLogsTest, WhatIsNoFileIsNoEmptyLog) {
  ASSERT_EQ(::mkfifo((home_.path() / "log").c_str(), 0600), 0);
  EXPECT_THAT(run().faults, ElementsAre("log is not a regular file"));
  remove("log");
  fs::create_symlink("/dev/null", home_.path() / "log");
  EXPECT_THAT(run().faults, IsEmpty()) << "it is empty";
}

/// Nor is a log at rest, however long ago it was renamed, once half a line is written to it.
TEST_F(LostLogsTest, ALogThatIsBeingWrittenToMayGoOn) {
  home_.write("log", line(1));
  EXPECT_THAT(run().orders, ElementsAre("1"));
  rename("log", "log.1");
  EXPECT_THAT(run().faults, IsEmpty());
  clock_.later = 61min;
  EXPECT_THAT(run().faults, IsEmpty());
  clock_.later = 0min;
  home_.append("log.1", line(2).substr(0, 20));
  EXPECT_THAT(run().faults, IsEmpty());
  remove("log.1");
  EXPECT_THAT(run().faults, ElementsAre(HasSubstr("log.1 was read up to byte ")));
}

/// A look that has to be repeated, since a log was renamed under it, has not been made before.
TEST_F(LostLogsTest, AFollowedLogHasComeToRestHoweverOftenALookIsRepeated) {
  home_.write("log", line(1));
  home_.write("log-b", line(2));
  at_order_ = [&](const std::string& order) {
    if (order == "5") rename("log-b", "log-c");
  };
  const Said said = follow({[&] { rotate(3); },
                            [&] {
                              clock_.later = 61min;
                              home_.append("log", line(4));
                            },
                            [&] {
                              remove("log.1");
                              home_.append("log", line(5));
                              home_.append("log-b", line(6));
                            }});
  EXPECT_THAT(said.orders, ElementsAre("1", "2", "3", "4", "5", "6"));
  EXPECT_THAT(said.faults, IsEmpty());
}

TEST_F(LostLogsTest, AFollowedLogThatWasRenamedJustNowMayGoOn) {
  home_.write("log", line(1));
  const Said said = follow({[&] { rotate(2); },
                            [&] {
                              clock_.later = 61min;
                              rotate(3);
                            }});
  EXPECT_THAT(said.orders, ElementsAre("1", "2", "3"));
  EXPECT_THAT(said.faults, ElementsAre(HasSubstr("log.1 was read up to byte ")));
}

}  // namespace
}  // namespace ordertail
