// import --follow: what is new is sent as it is written.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>
#include <utility>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

namespace fs = std::filesystem;

class Follow : public testing::Test {
 protected:
  Program start(std::vector<std::string> more = {}) const {
    std::vector<std::string> command{"import", "job.toml", "--follow", "--json"};
    command.insert(command.end(), more.begin(), more.end());
    return shop.start(command);
  }

  /// Waits until HubSpot has so many events; it is never to have one twice.
  void await(std::size_t events) const {
    await([&] { return seen_by(hubspot).size() >= events; });
    for (const auto& [event, times] : seen_by(hubspot)) EXPECT_EQ(times, 1) << event;
    EXPECT_EQ(seen_by(hubspot).size(), events);
  }
  static void await(const std::function<bool()>& happened) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!happened()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "it did not happen in time";
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  /// Ends it as systemd does; its report.
  static Json stop(Program& program, int exit_code = 128 + SIGTERM) {
    program.send(SIGTERM);
    const Ended ended = program.wait();
    EXPECT_EQ(ended.exit_code, exit_code) << ended.err;
    const Json report = Json::parse(ended.out);
    expect_balanced(report);
    return report;
  }

  /// What was said before the signal: it is told as an interruption where it met a delivery.
  static std::string said_before_signal(const Ended& ended) {
    constexpr std::string_view kInterrupted = "interrupted\n";
    const bool is_told = std::string_view(ended.err).ends_with(kInterrupted);
    return ended.err.substr(0, ended.err.size() - (is_told ? kInterrupted.size() : 0));
  }

  const sandbox::Server hubspot{sandbox::ServerOptions{}};
  const Shop shop{JobText{hubspot.url(), 4, 1, "", std::string(kLog)}};
};

TEST_F(Follow, LinesAreSentAsTheyAreWrittenAndRotationsAreSurvived) {
  Program program = start();  // before there is any log
  shop.write("shop.log", registration(1));
  await(1);
  shop.append("shop.log", registration(2) + registration(3).substr(0, 50));
  await(2);
  shop.append("shop.log", registration(3).substr(50));
  await(3);
  fs::rename(shop.path("shop.log"), shop.path("shop.log.1"));
  shop.append("shop.log.1", registration(4));  // by a server that has not opened its new log
  shop.write("shop.log", registration(5));
  await(5);
  ASSERT_EQ(
      shop.shell("gzip shop.log.1 && mv shop.log.1.gz shop.log.2.gz && mv shop.log shop.log.1")
          .exit_code,
      0);
  shop.write("shop.log", registration(6));
  await(6);
  ASSERT_EQ(
      shop.shell("mv shop.log.1 shop.log.3 && cp shop.log shop.log.1 && : > shop.log").exit_code, 0)
      << "copytruncate";
  shop.write("shop.log", registration(7));
  await(7);
  EXPECT_THAT(program.err_so_far(),
              testing::EndsWith(
                  "shop.log was copied to shop.log.1 instead of being renamed: lines that are "
                  "written to it before it is cut may be lost each time, and nobody can know of "
                  "them. Rotate it by renaming\n"));
  const Json report = stop(program);
  EXPECT_EQ(report["staged"]["events"], 7) << report;
  EXPECT_EQ(report["delivered"]["submitted"], 7) << report;
  EXPECT_EQ(shop.totals(), "7/0/0/0");
  EXPECT_EQ(shop.run({"import", "job.toml"}).exit_code, 0);
}

TEST_F(Follow, ADirectoryThatIsNotThereYetIsAwaited) {
  const Shop elsewhere{JobText{hubspot.url(), 4, 1, "", R"(
[[source]]
files   = ["*.log", "logs/*/shop.log"]
pattern = "nginx-combined-utk"
[source.registration]
path  = "/account/created"
email = "query:email"
)"}};
  elsewhere.write("shop.log", registration(1));
  Program program = elsewhere.start({"import", "job.toml", "--follow", "--json"});
  await(1);
  EXPECT_EQ(program.err_so_far(), "logs is not there yet\n");
  elsewhere.write("logs/one/shop.log", registration(2));
  await(2);
  elsewhere.write("logs/two/shop.log", registration(3));
  await(3);
  stop(program);
}

/// A log that is cut with lines in it that nobody can have read is told of once, when it is
/// noticed, and again by the report: who ends the run learns it then at the latest.
TEST_F(Follow, WhatMayBeLostIsStillToldWhenItEnds) {
  shop.write("shop.log", registration(1));
  Program program = start();
  await(1);
  shop.write("shop.log", registration(2));  // as copytruncate leaves it, without the copy
  await(2);
  shop.append("shop.log", registration(3));
  await(3);
  program.send(SIGTERM);
  const Ended ended = program.wait();
  EXPECT_EQ(ended.exit_code, 7);
  const std::string loss = fmt::format(
      "shop.log was read up to byte {0}, and none of the source's files begins like that any more: "
      "it was cut, replaced or deleted. Lines that were written to it from byte {0} on may be "
      "lost. "
      "If there is a copy, put it where the source finds it, and run again",
      registration(1).size());
  EXPECT_EQ(said_before_signal(ended), loss + "\n");
  const Json report = Json::parse(ended.out);
  EXPECT_EQ(report["exit"], 7);
  EXPECT_EQ(report["staged"]["faults"], Json::array({loss}));
}

/// Nobody answers, then somebody does: each event arrives once, and both are told, once each.
TEST_F(Follow, AnOutageIsWaitedOutAndItsEndIsTold) {
  sandbox::ServerOptions at_one_port;
  at_one_port.port = sandbox::Server{sandbox::ServerOptions{}}.port();
  const Shop far{
      JobText{fmt::format("http://127.0.0.1:{}", at_one_port.port), 1, 1, "", std::string(kLog)}};
  far.write("shop.log", registration(1));
  Program program = far.start({"import", "job.toml", "--follow", "--json"});
  await([&] { return !program.err_so_far().empty(); });
  far.append("shop.log", registration(2));
  const sandbox::Server opened{at_one_port};
  far.append("shop.log", registration(3));
  await([&] { return seen_by(opened).size() >= 3; });
  far.append("shop.log", registration(4));
  await([&] { return seen_by(opened).size() >= 4; });
  for (const auto& [event, times] : seen_by(opened)) EXPECT_EQ(times, 1) << event;
  program.send(SIGTERM);
  const Ended ended = program.wait();
  EXPECT_EQ(ended.exit_code, 143);
  EXPECT_EQ(
      said_before_signal(ended),
      fmt::format("waiting: cannot connect to 127.0.0.1:{}: Connection refused; 1 event stays "
                  "pending\n"
                  "deliveries go on again\n",
                  at_one_port.port));
  EXPECT_EQ(Json::parse(ended.out)["delivered"]["submitted"], 4);
}

/// Standard output has one use, the report at the end, and nothing is lost with that.
TEST_F(Follow, StandardOutputThatIsClosedOrBreaksIsToldAtTheEnd) {
  ASSERT_EQ(shop.shell("mkfifo pipe").exit_code, 0);
  const std::string command = "exec $ordertail import job.toml --follow --json ";
  const std::vector<std::pair<std::string, std::string>> outputs{
      {"touch gone; " + command + ">&-",
       "ordertail: cannot write to standard output: Bad file descriptor\n"},
      {"{ : < pipe; touch gone; } & " + command + "> pipe", ""}};
  std::size_t events = 0;
  for (const auto& [line, words] : outputs) {
    SCOPED_TRACE(line);
    Program program = shop.start_shell(line);
    for (int more = 0; more < 2; ++more) {
      shop.append("shop.log", registration(static_cast<int>(++events)));
      await(events);
    }
    ASSERT_EQ(shop.shell("until rm gone 2>&-; do sleep 0.01; done").exit_code, 0);
    program.send(SIGTERM);
    const Ended ended = program.wait();
    EXPECT_EQ(ended.exit_code, 1);
    EXPECT_EQ(said_before_signal(ended), words);
    EXPECT_EQ(shop.status()["runs"][0]["exit"], 143) << "what the run did is on record";
  }
  EXPECT_EQ(shop.run({"import", "job.toml"}).exit_code, 0);
  await(events);
}

/// With the limits of a user namespace: the kernel's own refusal.
class FewWatches : public Follow {
 protected:
  void SetUp() override {
    const Ended tried =
        shop.shell("unshare -Ur sh -c 'echo 1 > /proc/sys/user/max_inotify_watches'");
    if (tried.exit_code != 0) GTEST_SKIP() << "no user namespace to be had here: " << tried.err;
  }
  static std::string with(const std::string& limit) {
    return "exec unshare -Ur sh -c 'echo " + limit +
           " && exec $ordertail import job.toml --follow --json'";
  }
};

TEST_F(FewWatches, EndTheRunBeforeAnythingIsReadAndItSaysWhatToDo) {
  shop.write("shop.log", registration(1));
  const Ended no_instance = shop.shell(with("0 > /proc/sys/user/max_inotify_instances"));
  EXPECT_EQ(no_instance.exit_code, 7);
  EXPECT_EQ(no_instance.err,
            "ordertail: cannot watch files: the system allows no more watching programs. Raise "
            "fs.inotify.max_user_instances (sysctl), or run without --follow from a timer\n");
  const Ended no_watch = shop.shell(with("0 > /proc/sys/user/max_inotify_watches"));
  EXPECT_EQ(no_watch.exit_code, 7);
  EXPECT_EQ(no_watch.err,
            "ordertail: cannot watch .: the system allows no more watches. Raise "
            "fs.inotify.max_user_watches (sysctl), or run without --follow from a timer\n");
  await(0);
}

TEST_F(FewWatches, EndTheRunWithItsReportWhenADirectoryAppearsThatCannotBeWatched) {
  shop.write("job.toml", job_text({hubspot.url(), 4, 1, "", std::string(kLog) + R"(
[[source]]
files   = ["more/*/shop.log"]
pattern = "nginx-combined-utk"
[source.registration]
path  = "/account/created"
email = "query:email"
)"}));
  shop.write("shop.log", registration(1));
  Program program = shop.start_shell(with("1 > /proc/sys/user/max_inotify_watches"));
  await(1);
  shop.write("more/one/shop.log", registration(2));
  const Ended ended = program.wait();
  EXPECT_EQ(ended.exit_code, 7);
  const std::string why =
      "cannot watch ./more: the system allows no more watches. Raise fs.inotify.max_user_watches "
      "(sysctl), or run without --follow from a timer";
  EXPECT_EQ(ended.err, "more is not there yet\n" + why + "\n");
  const Json report = Json::parse(ended.out);
  expect_balanced(report);
  EXPECT_EQ(report["staged"]["faults"], Json::array({why}));
  EXPECT_EQ(shop.run({"import", "job.toml"}).exit_code, 0);
  await(2);
}

/// Orders in one log, without tokens; visits in another.
JobText of_two_logs(const std::string& url, const std::string& wait) {
  return {url, 4, 1, "", "[attribution]\nwait = \"" + wait + R"("
[[source]]
files   = ["orders.log"]
pattern = "nginx-combined"
[source.purchase]
path         = "/done/{order}"
order_number = "path:order"
email        = "query:email"
[[source]]
files   = ["shop.log"]
pattern = "nginx-combined-utk"
[source.visitor]
path         = "/thanks/{order}"
order_number = "path:order"
)"};
}

std::string request(const std::string& path, const std::string& token = {}) {
  return fmt::format(
      "192.0.2.7 - - [05/Dec/2025:09:15:00 -0500] \"GET {} HTTP/1.1\" 200 512 \"-\" "
      "\"Mozilla/5.0\"{}\n",
      path, token.empty() ? token : " \"" + token + "\"");
}

/// The second order is written while the first waits for its visitor: neither waits longer than the
/// job says, nor for the other.
TEST_F(Follow, EachOrderIsSentWhenItsOwnWaitEnds) {
  constexpr std::chrono::seconds kWait(4);
  const Shop two{of_two_logs(hubspot.url(), "4s")};
  Program program = two.start({"import", "job.toml", "--follow", "--json"});
  two.write("orders.log", request("/done/1?email=c1%40example.com"));
  std::this_thread::sleep_for(kWait / 2);  // the story: the second comes so much later
  const auto second = std::chrono::steady_clock::now();
  two.append("orders.log", request("/done/2?email=c2%40example.com"));
  await([&] { return !seen_by(hubspot).empty(); });
  EXPECT_LT(std::chrono::steady_clock::now(), second + kWait) << "it waited for the second, too";
  await(2);
  stop(program);
}

/// A run that follows may last for months.
TEST_F(Follow, OldEvidenceIsDeletedBeforeItEnds) {
  const Shop two{of_two_logs(hubspot.url(), "0")};
  two.write("orders.log", request("/done/1?email=c1%40example.com"));
  two.write("shop.log", request("/thanks/1", std::string(32, 'b')));  // more than 180 days old
  Program program = two.start({"import", "job.toml", "--follow", "--json"});
  await(1);
  two.append("orders.log", request("/done/2?email=c2%40example.com"));
  await(2);
  program.kill_at_once();
  two.write("people", "1\n");
  EXPECT_EQ(two.run({"forget", "job.toml", "--people", "people"}).out,
            "deleted: 0 pieces of visits, 0 events that HubSpot had rejected, 0 events that waited "
            "to be sent\n"
            "found: 0 of 1 line\n"
            "nothing was kept of: 1 of 1 line: line 1, order 1\n");
}

/// Idle costs nothing: not a tick of the processor, and not a byte written.
TEST_F(Follow, NothingHappensWhileNothingIsWritten) {
  shop.write("shop.log", registration(1));
  Program program = start();
  await(1);
  const auto sleeps = [&] {
    std::ifstream stat(fmt::format("/proc/{}/stat", program.pid()));
    std::string text{std::istreambuf_iterator<char>(stat), {}};
    return text.substr(text.rfind(')') + 2, 1) == "S";
  };
  const auto switches = [&] {
    std::ifstream status(fmt::format("/proc/{}/status", program.pid()));
    std::string text{std::istreambuf_iterator<char>(status), {}};
    return text.substr(text.find("voluntary_ctxt_switches"));
  };
  std::string before;
  await([&] {  // until it has come to rest
    const std::string now = switches();
    const bool same = sleeps() && now == std::exchange(before, now);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return same;
  });
  const std::string resting = switches();
  std::this_thread::sleep_for(std::chrono::seconds(1));  // for a timer to strike, if there is one
  EXPECT_EQ(switches(), resting);
  stop(program);
}

}  // namespace
}  // namespace ordertail::stories
