// What a run has made of events so far.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/hash.h"
#include "store/known.h"

namespace ordertail {

/// The events that a run has met, by 56 bits of each id, in 16 bytes for each that it may remember;
/// they are touched only as far as they are used. Two of kMostDry share their 56 bits once in
/// twenty thousand runs.
class MetEvents {
 public:
  static constexpr std::size_t kMostDry = 2'500'000;   ///< a dry run has nothing else to go by
  static constexpr std::size_t kMostKept = 1'000'000;  ///< where the store tells events apart, too

  /// It remembers the first `most`, at least one.
  explicit MetEvents(std::size_t most);

  /// What was put from here on comes from another file.
  void begin_file() {
    ++file_;
    has_flaws_ = false;
  }
  /// What this run has made of the event, `no` when it was withdrawn; nullopt when it has not met
  /// it.
  [[nodiscard]] std::optional<Known> find(const Hash128& id) const;
  /// Was the event met last in the file that began last, or, by the bits kept, in one of those 256,
  /// 512... before it?
  [[nodiscard]] bool is_of_this_file(const Hash128& id) const;
  /// Some of the order's rows in this file cannot be used. Takes the room of an event.
  void reject(const Hash128& id) { set_flaw(id, Flaw::rejected); }
  /// Some of its rows in this file do not say whether it is a sale. Takes the room of an event.
  void stray(const Hash128& id) { set_flaw(id, Flaw::stray); }
  enum class Flaw : std::uint8_t { none, stray, rejected };
  /// What was said of its rows in the file that began last. As uncertain as is_of_this_file().
  [[nodiscard]] Flaw flaw_in_this_file(const Hash128& id) const;
  /// The event is pending with this content from here on. Once full, new ones are not remembered.
  void put(const Hash128& id, std::optional<EventDigest> digest);
  /// The event, of this run or the store's, is not pending any more.
  void withdraw(const Hash128& id);
  /// The event, which was rejected, is rejected for good.
  void settle(const Hash128& id);
  [[nodiscard]] bool full() const { return count_ == most_; }

  /// Makes a find() that comes soon cheaper: most have to wait for the memory.
  void expect(const Hash128& id) const;

 private:
  /// Twelve bytes, so that most slots lie within one line of the processor's cache.
  struct Slot {
    std::array<std::uint32_t, 2> key;  // 56 bits of the id above those of the file; 0: empty
    std::uint32_t state;               // a digest, or one of those that stand for something else
  };
  struct Unmap {
    std::size_t bytes;
    void operator()(void* memory) const;
  };

  [[nodiscard]] std::size_t home_of(const Hash128& id) const;
  [[nodiscard]] Slot& slot_of(const Hash128& id) const;
  void set(const Hash128& id, std::uint32_t state);
  void set_flaw(const Hash128& id, Flaw flaw);

  const std::size_t most_, slot_count_;
  std::unique_ptr<Slot[], Unmap> slots_;
  std::size_t count_ = 0;
  std::uint8_t file_ = 0;
  bool has_flaws_ = false;  // this file: spares most files the search for one
};

}  // namespace ordertail
