// What a whole column proves about how its values are written. Nothing is guessed.
//
// Each cell is read in every way there is. A way that cannot read one of them is not the column's;
// a cell that no way can read is a bad cell, and proves nothing. If one way is left, it is the
// column's. If several are left and read every cell the same, it does not matter which is. If they
// read some cell differently, nothing is proven; if none is left, cells contradict each other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ordertail {

enum class Proof : std::uint8_t { decided, any, unproven, contradictory };

/// What the cells of a column say. Those of which the same is to be learnt are of one kind; the
/// first three of each are kept.
class Evidence {
 public:
  static constexpr std::size_t kMostWays = 5;
  static constexpr std::size_t kKept = 3;

  /// By way: 0 where it cannot read the cell, else 1 + the first way that reads the same.
  using Readings = std::array<std::uint8_t, kMostWays>;

  struct Witness {
    std::uint64_t line = 0;
    std::string cell;
    Readings readings{};
  };

  explicit Evidence(std::size_t ways) : ways_(ways) {}

  void add(const Readings& readings, std::string_view cell, std::uint64_t line);

  [[nodiscard]] Proof outcome() const;
  /// Can it read every cell?
  [[nodiscard]] bool is_left(std::size_t way) const;
  /// Those that lead to the outcome, by line: what is read differently by the ways that are left,
  /// two kinds that contradict each other, what only the decided way can read, or else what not
  /// every way can read.
  [[nodiscard]] std::vector<Witness> witnesses() const;

 private:
  [[nodiscard]] bool is_ambiguous(const Readings& readings) const;
  [[nodiscard]] bool excludes_a_way(const Readings& readings) const;
  [[nodiscard]] bool contradicts_any(const Readings& readings) const;

  std::size_t ways_;
  std::map<Readings, std::vector<Witness>> kinds_;
};

}  // namespace ordertail
