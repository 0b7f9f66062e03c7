// Logs that are written, cut, rotated, compressed, copied and lost in every order: each line that
// could be read is an event once, and what may have been lost unread is told.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <utility>

#include "app/job.h"
#include "app/staging.h"
#include "faults/budget.h"
#include "faults/rotation/world.h"
#include "temporary_directory.h"

namespace ordertail::rotation {
namespace {

namespace fs = std::filesystem;

constexpr double kSeconds = 15;
/// However long that takes, but where the program is ten times as slow.
#ifdef __SANITIZE_ADDRESS__
constexpr std::uint64_t kLeast = 0;
#else
constexpr std::uint64_t kLeast = 10'000;
#endif
constexpr std::uint64_t kAtOneStore = 500;  // sequences
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
log_format = '$connection $remote_addr [$time_local] $status $request_method $request_uri'
[source.purchase]
path         = "/d"
order_number = "query:o"
email        = "query:e"
)";

struct Killed {};

/// The program's part, in one process: a run is a Staging, and a kill drops it and the store.
class Rotation : public testing::Test {
 protected:
  void SetUp() override {
    faults::use_memory_for_files();
    home_.emplace();
    job_ = read_job(home_->write("job.toml", kJob).string());
  }

  void open_store() {
    store_.reset();
    store_.emplace(home_->path() / fmt::format("store-{}.db", stores_), StoreMode::write, clock_);
  }

  /// What the run says, or nothing when it was killed.
  std::optional<Seen> read(World& world, bool kill) {
    Seen seen;
    const auto fuse = kill ? world.random()() % 6 : ~std::uint64_t{0};
    std::uint64_t steps = 0;
    const auto step = [&] {
      if (steps++ == fuse) throw Killed();
    };
    StageObserver observer;
    observer.event = [&](const Event& event) {
      seen.lines.insert(std::stoi(event.order_number));
      step();
    };
    observer.fault = [&](std::string_view message) {
      static const std::string kFrom = "written to it from byte ";
      const std::size_t at = message.find(kFrom);
      if (at != message.npos) {
        seen.lost.insert(std::stoull(std::string(message.substr(at + kFrom.size()))));
      } else if (message.find("the gzip file is cut short") == message.npos) {
        ADD_FAILURE() << message;
      }
    };
    observer.slice_ends = step;
    const std::atomic<bool> interrupted{false};
    try {
      const auto looks = world.random()() % 2 == 0 ? Looks::once : Looks::again;
      Staging staging(job_, *store_, world.clock, StageMode::keep, ~std::uint64_t{0}, interrupted,
                      std::move(observer), looks);
      while (staging.advance()) {
      }
      EXPECT_TRUE(staging.counts().closes());
    } catch (const Killed&) {
      ++kills_;
      open_store();
      return std::nullopt;
    }
    ++runs_;
    return seen;
  }

  void live(std::uint64_t seed) {
    if (sequences_++ % kAtOneStore == 0) {
      ++stores_;
      open_store();
    }
    const fs::path directory = home_->path() / "logs";
    fs::create_directory(directory);
    job_.directory = directory;
    job_.shop = fmt::format("shop {}", seed);
    World world(directory, seed);
    for (auto actions = 4 + world.random()() % 16; actions > 0; --actions) {
      world.act();
      const auto dice = world.random()() % 6;
      if (dice > 1) continue;
      if (const auto seen = read(world, dice == 1)) world.was_read(*seen);
    }
    world.finish();
    for (int run = 0; run < 2; ++run) world.was_read(read(world, false).value());
    fs::remove_all(directory);
    account_ += world.account;
    if (world.wrong().empty()) return;
    ++failed_;
    ADD_FAILURE() << "seed " << seed << ": " << fmt::format("{}", fmt::join(world.wrong(), "; "))
                  << "\n"
                  << world.history() << "\nagain: ORDERTAIL_FAULT_REPLAY=" << seed;
  }

  std::optional<TemporaryDirectory> home_;
  SystemClock clock_;
  Job job_;
  std::optional<Store> store_;
  std::uint64_t stores_ = 0, sequences_ = 0, runs_ = 0, kills_ = 0, failed_ = 0;
  Account account_;
};

/// Seeds count up from the budget's, so that a range of them can be named.
TEST_F(Rotation, EveryLineThatCanBeReadComesOnceAndLossesAreTold) {
  if (const auto seed = faults::replayed()) return live(std::stoull(*seed));
  faults::Budget budget(kSeconds, kLeast);
  for (std::uint64_t seed = budget.seed(); failed_ < 3 && budget.wants_more(sequences_); ++seed) {
    live(seed);
  }
  fmt::print(
      "figure: log rotations: {} sequences, seeds {} to {}, {} runs and {} kills, {} lines "
      "written, "
      "{} of them lost unread and told; lost where nobody can see it: {} with logs that nobody had "
      "read, {} hidden by a copy, {} tidied away; {} failed\n",
      sequences_, budget.seed(), budget.seed() + sequences_ - 1, runs_, kills_, account_.written,
      account_.told, account_.unmet, account_.hidden, account_.tidied, failed_);
  EXPECT_GT(kills_, 0U);
  EXPECT_GT(account_.told, 0U) << "nothing was proven";
}

}  // namespace
}  // namespace ordertail::rotation
