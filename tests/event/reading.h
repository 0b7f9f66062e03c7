// Reading whole files by Extraction, and what came of it in a form that compares.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/extraction.h"
#include "event/pattern.h"
#include "temporary_directory.h"

namespace ordertail {

/// What one or more extractions found.
struct Reading {
  std::vector<std::string> events;     ///< as JSON, with the number of their records
  std::vector<std::string> ids;        ///< of the events, in hexadecimal
  std::vector<std::string> rejects;    ///< "reason field @line:byte rows message"
  std::vector<std::string> remarks;    ///< "reason @line:byte"
  std::vector<std::string> withdrawn;  ///< "reason @line:byte rows id"
  std::vector<std::string> strays;     ///< "order_number reason @line:byte rows id"
  std::map<std::string, std::uint64_t, std::less<>> skipped;
  std::uint64_t rows = 0;   ///< as the extractions count them
  std::uint64_t found = 0;  ///< rows of events, rejects, withdrawals and strays, and those skipped
  std::uint64_t bytes = 0;
  std::size_t calls = 0;  ///< of next()
  bool resumed = false;   ///< the last extraction began at a checkpoint
  Checkpoint checkpoint;

  void add(const Findings& findings);
  /// Everything but the counts of bytes and calls: what has to be the same however it was read.
  [[nodiscard]] std::vector<std::string> lines() const;
};

constexpr std::uint64_t kAll = ~std::uint64_t{0};

/// A file being read by a pattern, again and again.
class Reader {
 public:
  explicit Reader(Pattern pattern, std::string account_zone = "America/New_York",
                  LastLine last_line = LastLine::whole);

  /// Reads the file to its end, `most` events at a time.
  [[nodiscard]] Reading read(const std::filesystem::path& path,
                             const std::vector<Checkpoint>& known = {},
                             std::uint64_t most = kAll) const;
  /// The same, by a new extraction whenever next() has moved the checkpoint: each its own run.
  [[nodiscard]] Reading read_in_runs(const std::filesystem::path& path, std::uint64_t most) const;

 private:
  Pattern pattern_;
  EventContext context_;
  LastLine last_line_;
};

/// A built-in pattern, with these settings of a source over it.
[[nodiscard]] Pattern builtin(std::string_view name, const std::string& settings = {});

/// nginx-combined-utk with both conversions and the places of their fields.
[[nodiscard]] Pattern log_pattern();

}  // namespace ordertail
