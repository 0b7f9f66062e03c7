// The command line.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ordertail {

struct Options {
  std::string command;                ///< "import", …; empty with help or version
  std::vector<std::string> operands;  ///< the job file; files; for patterns what it says there
  bool help = false, version = false;
  bool dry_run = false, rehearse = false, follow = false, json = false, unmasked = false;
  std::optional<std::uint64_t> limit;
  std::optional<std::chrono::minutes> until;  ///< time of day, in the account's zone
  std::string rejects;                        ///< path; empty: none
  std::string reject_rows;                    ///< path of a directory; empty: none

  // check
  bool offline = false, probe = false;
  // resolve, retry
  bool list = false, resend = false, assume_sent = false, drop = false, all = false;
  std::vector<std::string> events;  ///< ids, or their beginnings
  std::string reason;
  // forget: one of the first two
  std::string people;  ///< path, "-" for standard input
  std::optional<std::chrono::seconds> older_than;
  bool drop_pending = false;
  // explain: what a source of a job would say; empty when it says nothing
  bool show_personal_data = false;
  std::string job;  ///< path of one whose sources say it
  std::string pattern, time_zone, date_order, numbers;
};

/// Throws Error(usage) saying what is wrong and where help is.
[[nodiscard]] Options parse_options(int argc, const char* const* argv);

/// The text of `ordertail --help`, or of `ordertail COMMAND --help`.
[[nodiscard]] std::string help_text(const std::string& command);

}  // namespace ordertail
