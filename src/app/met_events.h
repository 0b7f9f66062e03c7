// The outbox as a dry run imagines it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>

#include "base/hash.h"
#include "store/known.h"

namespace ordertail {

/// The events that a dry run has met, by 64 bits of each id, in 48 MiB that are touched only as far
/// as they are used. It remembers kMost; two of so many share their 64 bits once in four million
/// runs.
class MetEvents {
 public:
  static constexpr std::size_t kMost = 3'000'000;

  MetEvents();

  /// What this run has made of the event; nullopt when it has not met it.
  [[nodiscard]] std::optional<Known> find(const Hash128& id) const;
  /// The event is pending with this content from here on. Once full, new ones are not remembered.
  void put(const Hash128& id, std::optional<EventDigest> digest);
  /// The event, of this run or the store's, is not pending any more.
  void withdraw(const Hash128& id) { withdrawn_.insert(id); }
  [[nodiscard]] bool full() const { return count_ == kMost; }

 private:
  static constexpr std::size_t kSlots = std::size_t{1} << 22U;
  struct Slot {
    std::array<std::uint32_t, 2> key;  // both 0: empty
    std::uint32_t digest;              // 0: none. One true digest in four billion is lost by that
  };
  struct Free {
    void operator()(Slot* memory) const { std::free(memory); }
  };

  /// Of this id, or empty.
  [[nodiscard]] Slot& slot_of(const Hash128& id) const;

  std::unique_ptr<Slot, Free> slots_;
  std::size_t count_ = 0;
  std::set<Hash128> withdrawn_;
};

}  // namespace ordertail
