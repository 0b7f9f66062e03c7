// How much a test may try. The environment says how much that is to be; see README.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>

namespace ordertail::faults {

/// What a test may use up.
class Budget {
 public:
  /// `seconds`: unless ORDERTAIL_FAULT_SECONDS says otherwise. `least`: of what has no end, however
  /// long it takes, unless ORDERTAIL_FAULT_LEAST says otherwise.
  explicit Budget(double seconds, std::uint64_t least = 0);

  /// Is everything to be tried that the jobs have, however long it takes (ORDERTAIL_FAULT_ALL)?
  [[nodiscard]] bool is_for_all() const { return all_; }
  [[nodiscard]] bool is_left() const;
  /// Of what has no end: is there time left, or have too few been tried?
  [[nodiscard]] bool wants_more(std::uint64_t tried) const { return is_left() || tried < least_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] std::mt19937_64& random() { return random_; }

 private:
  bool all_;
  std::uint64_t least_;
  std::uint64_t seed_;
  std::mt19937_64 random_;
  std::chrono::steady_clock::time_point end_;
};

/// ORDERTAIL_FAULT_REPLAY: the one fault that is to be tried.
[[nodiscard]] std::optional<std::string> replayed();

/// Lets temporary files be in memory, where there is memory for that: what a killed process wrote
/// stays there as it does on a disk, and nobody waits for the disk.
void use_memory_for_files();

}  // namespace ordertail::faults
