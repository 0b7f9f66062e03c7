// Many starts at the same moment on one checkpoint file: one runs, all others are turned away; and
// when that one is killed, no lock stays behind.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <memory>

#include "faults/sweep.h"

namespace ordertail::faults {
namespace {

using stories::Ended;
using stories::Program;
using stories::Shop;

/// Sanitized programs start slowly.
constexpr std::size_t kStarts = stories::kSanitized ? 4 : 15;
constexpr int kOrdersThere = 100;

/// Whom the lock's note names.
pid_t holder_of(const Shop& shop) {
  std::ifstream note(shop.path("state/main.db.lock"));
  std::string word;
  pid_t pid = 0;
  note >> word >> pid;
  return pid;
}

/// One round: its holder's request is received and never answered, then the holder is killed.
/// `requests`: how many the server has seen by then.
void start_many_and_kill(const Shop& shop, const FaultServer& server, std::size_t requests) {
  std::vector<std::unique_ptr<Program>> programs;
  for (std::size_t i = 0; i < kStarts; ++i)
    programs.emplace_back(new Program(shop.start({"import", "job.toml"})));
  ASSERT_TRUE(server.wait_for_requests(requests, std::chrono::minutes(1)));
  const pid_t holder = holder_of(shop);
  std::size_t turned_away = 0;
  const Program* running = nullptr;
  for (const auto& program : programs) {
    if (program->pid() == holder) {
      running = program.get();
      continue;
    }
    const Ended ended = program->wait();
    EXPECT_EQ(ended.exit_code, 9) << ended.err;
    EXPECT_EQ(ended.out, "");
    turned_away += ended.exit_code == 9;
  }
  ASSERT_NE(running, nullptr);
  EXPECT_EQ(turned_away, kStarts - 1);
  EXPECT_EQ(server.requests().size(), requests) << "only one has sent";
  running->kill_at_once();
}

TEST(TwoInstances, ExactlyOneOfManyRuns) {
  use_memory_for_files();
  Budget budget(4);
  std::size_t rounds = 0;
  std::size_t starts = 0;
  do {
    // Its first start makes the checkpoint file, while all others want to make it, too.
    const FaultServer server({silent()});
    const Shop shop(stories::JobText{server.url(), 1, 1});
    shop.write("orders.csv", stories::orders(1, kOrdersThere));
    for (std::size_t round = 1; round <= 2 && !HasFailure(); ++round, ++rounds) {
      start_many_and_kill(shop, server, round);
      starts += kStarts;
      EXPECT_EQ(shop.totals(),
                fmt::format("0/0/{}/{}", kOrdersThere - static_cast<int>(round), round));
    }
  } while (budget.is_left() && !HasFailure());
  fmt::print("figure: simultaneous starts: {} tried, {} ran, {} killed, {} failed\n", starts,
             rounds, rounds, HasFailure() ? 1 : 0);
}

}  // namespace
}  // namespace ordertail::faults
