// Two at once, and runs that are told to stop.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

using sandbox::Moment;

/// Holds the sandbox at the receipt of one request until it is opened.
class Barrier {
 public:
  explicit Barrier(std::uint64_t request) : request_(request) {}
  ~Barrier() { open(); }

  void observe(Moment moment, std::uint64_t request) {
    if (moment != Moment::received || request != request_) return;
    std::unique_lock lock(mutex_);
    reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void wait_until_reached() {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(30), [this] { return reached_; }));
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  const std::uint64_t request_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reached_ = false, open_ = false;
};

class Interruption : public testing::Test {
 protected:
  Interruption() : hubspot(options()), shop(JobText{hubspot.url()}) {
    shop.write("orders.csv", orders(1, 10));
  }
  // The server waits for its observer at its end.
  ~Interruption() override { barrier.open(); }

  sandbox::ServerOptions options() {
    sandbox::ServerOptions options;
    options.observer = [this](Moment moment, std::uint64_t request) {
      barrier.observe(moment, request);
    };
    return options;
  }

  /// A signal in the middle of the fourth request: that one is finished, the rest stays pending,
  /// and the next run sends exactly the rest.
  void stop_by(int signal);

  Barrier barrier{4};
  sandbox::Server hubspot;
  Shop shop;
};

void Interruption::stop_by(int signal) {
  Program program = shop.start({"import", "job.toml", "--json"});
  barrier.wait_until_reached();
  program.send(signal);
  barrier.open();
  const Ended stopped = program.wait();
  EXPECT_EQ(stopped.exit_code, 128 + signal);
  EXPECT_EQ(stopped.err, "interrupted; 6 events stay pending; run the command again\n");
  const Json report = Json::parse(stopped.out);
  expect_balanced(report);
  EXPECT_EQ(report["delivered"]["submitted"], 4) << report;
  EXPECT_EQ(shop.totals(), "4/0/6/0");

  EXPECT_EQ(shop.report(0)["delivered"]["requests"], 6);
  expect_each_once(hubspot, 10);
}

TEST_F(Interruption, SigintFinishesTheRequestUnderWay) {
  stop_by(SIGINT);
}

TEST_F(Interruption, SigtermFinishesTheRequestUnderWay) {
  stop_by(SIGTERM);
}

TEST_F(Interruption, ASecondSignalEndsTheRunAtOnce) {
  Program program = shop.start({"import", "job.toml"});
  barrier.wait_until_reached();
  program.send(SIGINT);
  program.send(SIGTERM);
  const Ended stopped = program.wait();
  EXPECT_TRUE(stopped.exit_code == 128 + SIGINT || stopped.exit_code == 128 + SIGTERM);
  barrier.open();
  EXPECT_EQ(shop.totals(), "3/0/6/1") << "the request under way is in doubt";
  EXPECT_EQ(shop.report(4)["delivered"]["requests"], 6);
  expect_each_once(hubspot, 10);
}

TEST_F(Interruption, ASecondImportIsTurnedAwayAtOnce) {
  Program first = shop.start({"import", "job.toml"});
  barrier.wait_until_reached();
  const Ended second = shop.run({"import", "job.toml"});
  EXPECT_EQ(second.exit_code, 9);
  EXPECT_EQ(second.out, "");
  const std::string begin =
      fmt::format("ordertail: another ordertail (process {}, since ", first.pid());
  EXPECT_EQ(second.err.substr(0, begin.size()), begin);
  const std::string end = " UTC) is working on state/main.db; wait for it to finish\n";
  ASSERT_GT(second.err.size(), end.size());
  EXPECT_EQ(second.err.substr(second.err.size() - end.size()), end);

  for (const char* command : {"stage", "submit", "status"}) {
    EXPECT_EQ(shop.run({command, "job.toml"}).exit_code, 9) << command;
  }
  barrier.open();
  EXPECT_EQ(first.wait().exit_code, 0);
  expect_each_once(hubspot, 10);
}

TEST_F(Interruption, AfterAKillTheNextStartWorks) {
  Program first = shop.start({"import", "job.toml"});
  barrier.wait_until_reached();
  first.kill_at_once();
  EXPECT_EQ(first.wait().signal, SIGKILL);
  barrier.open();
  shop.report(4);
  EXPECT_EQ(shop.totals(), "9/0/0/1");
}

}  // namespace
}  // namespace ordertail::stories
