// Whatever the files hold, a dry run says what the real run then does, and leaves no trace: no
// connection, no change to any file.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "faults/sweep.h"

namespace ordertail::faults {
namespace {

using stories::Json;
using stories::Shop;

/// A row of an export: mostly an order, sometimes one that is rejected, skipped, or there twice.
std::string some_row(std::mt19937_64& random) {
  const int number = 1 + static_cast<int>(random() % 30);
  switch (random() % 8) {
    case 0:
      return fmt::format("#{0},customer{0}@example.com,paid,,USD,1.00,never,1,KE-1\n", number);
    case 1:
      return fmt::format("#{0},nobody,paid,,USD,1.00,2025-12-06 10:00:00 -0500,1,KE-1\n", number);
    case 2:
      return fmt::format(
          "#{0},customer{0}@example.com,pending,,USD,1.00,2025-12-06 10:00:00 -0500,1,KE-1\n",
          number);
    case 3:
      return fmt::format(
          "#{0},customer{0}@example.com,paid,,USD,{1}.00,2025-12-06 10:00:00 -0500,1,KE-1\n",
          number, random() % 9);
    default:
      return stories::order(number);
  }
}

std::string some_export(std::mt19937_64& random) {
  std::string text = stories::orders_header();
  for (auto rows = random() % 25; rows > 0; --rows) text += some_row(random);
  return text;
}

std::string some_log(std::mt19937_64& random) {
  std::string text;
  for (auto lines = random() % 10; lines > 0; --lines)
    text += random() % 4 == 0 ? "no such line\n"
                              : stories::registration(1 + static_cast<int>(random() % 20));
  return text;
}

std::set<std::string> names_in(const Shop& shop) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(shop.path("")))
    names.insert(entry.path().string());
  return names;
}

Json dry_run(const Shop& shop) {
  const std::set<std::string> before = names_in(shop);
  const WatchedRun run = run_watched(shop, {"import", "job.toml", "--dry-run", "--json"}, "none");
  EXPECT_EQ(names_in(shop), before);
  for (const char* call : {"connect", "write", "pwrite64", "ftruncate", "unlink", "rename", "mkdir",
                           "fsync", "fdatasync"}) {
    EXPECT_EQ(run.calls.count(call), 0U) << call;
  }
  EXPECT_GE(run.calls.at("openat"), 1U) << "nothing was watched";
  return Json::parse(run.ended.out)["staged"];
}

/// Returns how many events there were.
std::uint64_t compare(const Shop& shop) {
  const Json foretold = dry_run(shop);
  const Json report = Json::parse(shop.run({"import", "job.toml", "--json"}).out);
  EXPECT_EQ(foretold, report["staged"]);
  return report["delivered"]["submitted"];
}

TEST(DryRun, CountsAsTheRealRunDoes) {
  if (const auto why = cannot_supervise()) GTEST_SKIP() << *why;
  use_memory_for_files();
  Budget budget(5);
  int datasets = 0;
  std::uint64_t events = 0;
  do {
    SCOPED_TRACE(fmt::format("data set {} of seed {}", datasets, budget.seed()));
    const FaultServer server({answer(200, R"({"guid":"3f0c1a52-6f0b-4c57-9a55-0f6d5b7a2c11"})")});
    const Shop shop(stories::JobText{server.url(), 4, 1, "",
                                     std::string(stories::kOrders) + std::string(stories::kLog)});
    shop.write("orders-1.csv", some_export(budget.random()));
    shop.write("shop.log", some_log(budget.random()));
    events += compare(shop);
    // Once more, with what was there before and is known by now.
    shop.write("orders-2.csv", some_export(budget.random()));
    shop.append("shop.log", some_log(budget.random()));
    events += compare(shop);
    EXPECT_EQ(server.requests().size(), shop.status()["submitted"]);
    datasets += 2;
  } while (budget.is_left() && !HasFailure());
  fmt::print("figure: dry runs: {} data sets tried, {} events, {} failed, seed {}\n", datasets,
             events, HasFailure() ? 1 : 0, budget.seed());
  EXPECT_GE(events, 1U);
}

}  // namespace
}  // namespace ordertail::faults
