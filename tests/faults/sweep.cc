#include "faults/sweep.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "faults/accounts.h"

namespace ordertail::faults {

Sweep::Sweep(std::string name, std::size_t job, double seconds)
    : name_(std::move(name)), index_(job), budget_(seconds) {}

void Sweep::run() {
  if (const auto replay = replayed()) {
    const std::size_t slash = replay->find('/');
    const int more = std::stoi(*replay);
    return try_one(reference_jobs(more)[index_], more, replay->substr(slash + 1));
  }
  int more = 0;
  do {
    try_all(more++);
  } while (budget_.is_left() && !budget_.is_for_all() && failed_ == 0);
  fmt::print("figure: {} {}: {} of {} tried, {} struck, {} failed, seed {}\n", name_,
             name_of_job(index_), tried_, there_are_, struck_, failed_, budget_.seed());
  EXPECT_GE(struck_, 1U) << "nothing was proven";
  // Which thread comes first is not ours to say, so the last stops are not there every time.
  EXPECT_GE(struck_ + 3 + tried_ / 10, tried_) << "faults that do not strike prove nothing";
}

void Sweep::try_all(int more) {
  const ReferenceJob job = reference_jobs(more)[index_];
  const WatchedRun undisturbed = Trial(job).disturb("none");
  ASSERT_EQ(undisturbed.ended.exit_code, job.exit) << undisturbed.ended.err;
  auto kinds = faults_of(undisturbed);
  for (auto& [kind, faults] : kinds) {
    there_are_ += faults.size();
    std::shuffle(faults.begin(), faults.end(), budget_.random());
  }
  while (!kinds.empty()) {
    for (auto kind = kinds.begin(); kind != kinds.end();) {
      if (!budget_.is_for_all() && !budget_.is_left() && struck_ > 0) return;
      try_one(job, more, kind->second.back());
      kind->second.pop_back();
      kind = kind->second.empty() ? kinds.erase(kind) : std::next(kind);
    }
  }
}

void Sweep::try_one(const ReferenceJob& job, int more, const std::string& fault) {
  Trial trial(job);
  const WatchedRun run = trial.disturb(fault);
  ++tried_;
  if (!run.struck()) return;
  ++struck_;
  std::vector<std::string> wrong = look_at(trial, run, fault);
  for (std::string& what : wrong_after(trial, run)) wrong.push_back(std::move(what));
  if (wrong.empty()) return;
  ++failed_;
  std::string all;
  for (const std::string& what : wrong) all += "  " + what + "\n";
  ADD_FAILURE() << job.name << ", " << fault << ", at the " << run.side << " of " << run.call << " "
                << run.path << ":\n"
                << all << "the disturbed run: exit " << run.ended.exit_code << ", " << run.ended.err
                << "\nagain: ORDERTAIL_FAULT_REPLAY=" << more << "/" << fault
                << " with --gtest_filter=*/" << job.name;
}

std::vector<std::string> wrong_after(Trial& trial, const WatchedRun& run) {
  std::vector<std::string> wrong = trial.recover();
  const stories::Json status = trial.shop().status();
  for (std::string& what : wrong_accounts(trial, status)) wrong.push_back(std::move(what));
  for (std::string& what : leaks(trial, run, status)) wrong.push_back(std::move(what));
  return wrong;
}

std::string name_of_job(std::size_t index) {
  return reference_jobs()[index].name;
}

}  // namespace ordertail::faults
