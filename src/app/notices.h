// What people are told while a run goes on: on standard error, a line at a time.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "app/output.h"
#include "app/reject_rows.h"
#include "app/staging.h"
#include "delivery/courier.h"

namespace ordertail {

/// Shows rejects, faults, remarks, changed orders and pauses: the first kShown of each reason, then
/// how many more there were; and on a terminal how far the run is. With a rejects file, every
/// reject also goes there as JSON; with a directory for them, its rows go there (RejectRows).
class Notices {
 public:
  static constexpr std::uint64_t kShown = 10;

  /// `rejects_file`, `reject_rows` (a directory): path, or empty for none.
  explicit Notices(const std::string& rejects_file, const std::string& reject_rows = {});
  ~Notices();

  [[nodiscard]] StageObserver stage_observer();
  [[nodiscard]] CourierObserver courier_observer();

  /// One line, at once.
  void say(std::string_view line);
  /// Takes the progress line away and tells what was not shown.
  void say_rest();

 private:
  void say_some(std::string_view reason, const std::string& line);
  void show_progress(const StageCounts& counts);

  std::unique_ptr<Output> rejects_;
  std::unique_ptr<RejectRows> reject_rows_;
  std::map<std::string, std::uint64_t, std::less<>> said_;  // lines by reason
  bool terminal_;
  bool progress_shown_ = false;
  std::chrono::steady_clock::time_point next_progress_{};
};

}  // namespace ordertail
