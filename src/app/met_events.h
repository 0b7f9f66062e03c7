// The event ids that a dry run has met.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "base/hash.h"

namespace ordertail {

/// A set of ids by 64 bits of each, in 32 MiB that are touched only as far as they are used. It
/// remembers kMost ids; two of so many share their 64 bits once in four million runs.
class IdSet {
 public:
  static constexpr std::size_t kMost = 3'000'000;

  IdSet();

  /// False when the id was there already. Once full, new ids are not remembered.
  bool insert(const Hash128& id);
  [[nodiscard]] bool full() const { return count_ == kMost; }

 private:
  static constexpr std::size_t kSlots = std::size_t{1} << 22U;
  struct Free {
    void operator()(std::uint64_t* memory) const { std::free(memory); }
  };
  std::unique_ptr<std::uint64_t, Free> slots_;  // 0: empty
  std::size_t count_ = 0;
};

}  // namespace ordertail
