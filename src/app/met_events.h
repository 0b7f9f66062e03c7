// The outbox as a dry run imagines it.
#pragma once

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
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };

  /// The slot of this key, or the empty one that it would have.
  [[nodiscard]] std::size_t slot_of(std::uint64_t key) const;

  // Apart, since an event that is new, as most are, needs only a look at the keys.
  std::unique_ptr<std::uint64_t[], Free> keys_;     // 0: empty
  std::unique_ptr<std::uint32_t[], Free> digests_;  // 0: none, one true digest in four billion too
  std::size_t count_ = 0;
  std::set<Hash128> withdrawn_;
};

}  // namespace ordertail
