// A canary for a credential, and customers' addresses: where they go, and where they never do.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "faults/fault_server.h"
#include "stories/shop.h"

namespace ordertail::stories {
namespace {

namespace fs = std::filesystem;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kCanary = "canary-9f3a77c1";
constexpr const char* kCredential = "credential = { file = \"key\" }";

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Everything that ordertail wrote in the shop's directory.
std::string all_written(const Shop& shop) {
  std::string all;
  for (const auto& entry : fs::recursive_directory_iterator(shop.path(""))) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && name != "key" && name != "orders.csv") {
      all += contents(entry.path());
    }
  }
  return all;
}

void write_key(const Shop& shop) {
  shop.write("key", std::string(kCanary) + "\n");
  ::chmod(shop.path("key").c_str(), 0600);
}

TEST(Secrets, TheCredentialGoesToTheServerAndNowhereElse) {
  // The server says it back, as careless servers do.
  const std::string echo = fmt::format(R"({{"message":"bad field near {}"}})", kCanary);
  const faults::FaultServer server(
      {faults::answer(400, echo), faults::answer(500, echo), faults::answer(401, echo)});
  const Shop shop(JobText{server.url(), 1, 1, kCredential});
  write_key(shop);
  shop.write("orders.csv", orders(1, 5) + "#6,x,paid,,USD,1.00,never,1,A\n");
  const Ended text = shop.run({"import", "job.toml", "--rejects", "rejects.jsonl"});
  EXPECT_EQ(text.exit_code, 6);
  const Ended json = shop.run({"submit", "job.toml", "--json"});
  EXPECT_EQ(json.exit_code, 6);
  const Ended status = shop.run({"status", "job.toml", "--json", "--unmasked"});

  ASSERT_EQ(server.requests().size(), 4U);
  for (const faults::Request& request : server.requests()) {
    EXPECT_THAT(request.body, HasSubstr(std::string("hapikey=") + kCanary));
    EXPECT_THAT(request.target, Not(HasSubstr(kCanary)));
  }
  for (const Ended& ended : {text, json, status}) {
    EXPECT_THAT(ended.out + ended.err, Not(HasSubstr(kCanary)));
  }
  EXPECT_THAT(all_written(shop), Not(HasSubstr(kCanary)));
  EXPECT_THAT(all_written(shop), HasSubstr("customer3@example.com")) << "it reads what is pending";
}

TEST(Secrets, TheCredentialIsNotInArgumentsNorEnvironment) {
  const faults::FaultServer server({faults::silent()});
  const Shop shop(JobText{server.url(), 1, 1, kCredential});
  write_key(shop);
  shop.write("orders.csv", orders(1, 1));
  const Program program = shop.start({"import", "job.toml"});
  ASSERT_TRUE(server.wait_for_requests(1));
  const fs::path process = fs::path("/proc") / std::to_string(program.pid());
  EXPECT_THAT(contents(process / "cmdline"), HasSubstr("job.toml"));
  EXPECT_THAT(contents(process / "cmdline"), Not(HasSubstr(kCanary)));
  if (::geteuid() != 0) GTEST_SKIP() << "only root may look at ordertail's environment";
  EXPECT_THAT(contents(process / "environ"), HasSubstr("HOME="));
  EXPECT_THAT(contents(process / "environ"), Not(HasSubstr(kCanary)));
}

// Neither a crash nor another process of the same user gets at what is in memory.
TEST(Secrets, MemoryIsPrivate) {
  const faults::FaultServer server({faults::silent()});
  const Shop shop(JobText{server.url(), 1, 1, kCredential});
  write_key(shop);
  shop.write("orders.csv", orders(1, 1));
  // Root without its privileges is a user like any other.
  const std::string user =
      ::geteuid() == 0 ? "exec setpriv --bounding-set=-all --inh-caps=-all " : "exec ";
  const auto start = [&](const std::string& command) {
    return std::make_unique<Program>(std::vector<std::string>{"sh", "-c", user + command},
                                     shop.path(""));
  };
  const auto program = start(std::string(ORDERTAIL_PROGRAM) + " import job.toml");
  const auto other = start("sleep 60");
  ASSERT_TRUE(server.wait_for_requests(1));
  EXPECT_THAT(contents(fmt::format("/proc/{}/limits", program->pid())),
              ContainsRegex("Max core file size +0 +0 "));
  const auto look_into = [&](pid_t process) {
    return start(fmt::format("cat /proc/{}/environ", process))->wait().exit_code;
  };
  EXPECT_EQ(look_into(other->pid()), 0) << "nothing can be looked into, whatever it is";
  EXPECT_NE(look_into(program->pid()), 0);
}

TEST(Secrets, CustomersAddressesAreMasked) {
  const faults::FaultServer server(
      {faults::answer(400, R"({"message":"no such field"})"), faults::answer(500, ""),
       faults::answer(200, R"({"guid":"3f0c1a52-6f0b-4c57-9a55-0f6d5b7a2c11"})")});
  const Shop shop(JobText{server.url(), 1, 1, "", std::string(kOrders) + std::string(kLog)});
  shop.write("orders.csv", orders(1, 3) +
                               "#4,customer4.example.com,paid,,USD,1.00,"
                               "2025-12-06 10:00:00 -0500,1,A\n");
  shop.write("shop.log", registration(1) + registration(2));
  for (const char* more : {"", " --json"}) {
    const Ended ended = shop.shell(fmt::format("$ordertail import job.toml{}", more));
    EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("visitor1")));
    EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("visitor2")));
    EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("customer")));
    EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("192.0.2.")));
  }
  EXPECT_EQ(shop.totals(), "3/1/0/1");
  EXPECT_THAT(shop.run({"status", "job.toml"}).out, Not(HasSubstr("visitor2@example.com")));
  EXPECT_THAT(shop.run({"status", "job.toml", "--unmasked"}).out,
              HasSubstr("visitor2@example.com"));
}

TEST(Secrets, WhatIsWrittenIsForItsOwnerOnly) {
  const sandbox::Server hubspot{sandbox::ServerOptions{}};
  const Shop shop(JobText{hubspot.url()});
  shop.write("orders.csv", orders(1, 2) + "#6,x,paid,,USD,1.00,never,1,A\n");
  EXPECT_EQ(shop.shell("umask 000; $ordertail import job.toml --rejects rejects.jsonl").exit_code,
            3);
  const auto mode = [&](const std::string& name) {
    return fs::status(shop.path(name)).permissions() & fs::perms::mask;
  };
  EXPECT_EQ(mode("state"), fs::perms::owner_all);
  for (const char* name : {"state/main.db", "state/main.db.lock", "rejects.jsonl"}) {
    EXPECT_EQ(mode(name), fs::perms::owner_read | fs::perms::owner_write) << name;
  }
}

}  // namespace
}  // namespace ordertail::stories
