// Every way in which a server can fail one request, against what must then become of its events.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "faults/budget.h"
#include "faults/matrix_trial.h"

namespace ordertail::faults {
namespace {

constexpr double kSeconds = 8;
constexpr unsigned kAtOnce = 8;  // many cells wait for a server

std::vector<Api> apis() {
  return {Api::leads, Api::forms, Api::crm};
}

std::vector<Cell> all_cells() {
  std::vector<Cell> cells;
  for (const FaultMode& mode : fault_modes()) {
    for (const Api api : apis()) {
      if (mode.fate(api) == Fate::none) continue;
      for (const Position position : {Position::first, Position::middle, Position::last})
        cells.push_back({&mode, api, position});
    }
  }
  return cells;
}

/// In an order of its own; each mode has its first turn before any has its second. Those that wait
/// come first, since others can be tried meanwhile.
std::vector<Cell> dealt(Budget& budget) {
  std::vector<Cell> cells = all_cells();
  std::shuffle(cells.begin(), cells.end(), budget.random());
  std::map<const FaultMode*, int> turns;
  std::vector<std::pair<int, Cell>> ranked;
  for (const Cell& cell : cells) {
    const bool waits = cell.mode->takes != FaultMode::Takes::no_time;
    ranked.emplace_back(2 * turns[cell.mode]++ + (waits ? 0 : 1), cell);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = ranked[i].second;
  return cells;
}

/// What several threads found.
class Findings {
 public:
  void add(const Cell& cell, const Finding& finding) {
    const std::lock_guard lock(mutex_);
    ++tried_;
    struck_ += finding.struck;
    seen_ += finding.seen_running;
    modes_.insert(cell.mode);
    std::string all;
    if (!finding.struck) all = "  the fault did not come about\n";
    for (const std::string& what : finding.wrong) all += "  " + what + "\n";
    if (all.empty()) return;
    ++failed_;
    ADD_FAILURE() << name_of(cell) << ":\n"
                  << all << "again: ORDERTAIL_FAULT_REPLAY=" << name_of(cell);
  }
  void print(const Budget& budget) const {
    fmt::print(
        "figure: fault matrix: {} of {} cells tried, {} modes of {}, {} struck, {} failed, "
        "seed {}\n",
        tried_, all_cells().size(), modes_.size(), fault_modes().size(), struck_, failed_,
        budget.seed());
  }
  [[nodiscard]] std::size_t tried() const { return tried_; }
  [[nodiscard]] std::size_t seen() const { return seen_; }

 private:
  std::mutex mutex_;
  std::size_t tried_ = 0, struck_ = 0, failed_ = 0, seen_ = 0;
  std::set<const FaultMode*> modes_;
};

TEST(FaultMatrix, EveryFaultEndsAsTheTableSays) {
  use_memory_for_files();
  Budget budget(kSeconds);
  std::vector<Cell> cells = dealt(budget);
  if (const auto which = replayed()) {
    std::erase_if(cells, [&](const Cell& cell) { return !name_of(cell).starts_with(*which); });
  }
  Findings findings;
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = 0;
         (i = next++) < cells.size() && (budget.is_for_all() || budget.is_left());)
      findings.add(cells[i], try_cell(cells[i]));
  };
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < kAtOnce; ++i) workers.emplace_back(work);
  for (std::thread& worker : workers) worker.join();
  findings.print(budget);
  EXPECT_GE(findings.tried(), 1U);
  EXPECT_GE(findings.seen() * 2, findings.tried()) << "no process was looked at while it ran";
}

TEST(FaultMatrix, HasSixtyModesAndNoTwoOfOneName) {
  std::set<std::string> names;
  for (const FaultMode& mode : fault_modes()) names.insert(mode.name);
  EXPECT_GE(names.size(), 60U);
  EXPECT_EQ(names.size(), fault_modes().size());
}

}  // namespace
}  // namespace ordertail::faults
