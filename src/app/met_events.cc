#include "app/met_events.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace ordertail {
namespace {

constexpr std::uint32_t kNoDigest = 0;
constexpr std::uint32_t kWithdrawn = 0xFFFFFFFF;

using Key = std::array<std::uint32_t, 2>;
constexpr Key kEmpty{};

Key key_of(const Hash128& id) {
  Key key;
  std::memcpy(key.data(), id.bytes.data(), sizeof key);
  return key == kEmpty ? Key{0, 1} : key;
}

}  // namespace

// calloc, since its pages cost nothing until they are written.
MetEvents::MetEvents() : slots_(static_cast<Slot*>(std::calloc(kSlots, sizeof(Slot)))) {
  if (!slots_) throw std::bad_alloc();
}

/// The slot of this id, or the empty one that it would have.
MetEvents::Slot& MetEvents::slot_of(const Hash128& id) const {
  const Key key = key_of(id);
  // Spreads 32 of the key's bits over the slots.
  std::size_t i = std::uint64_t{key[0]} * kSlots >> 32U;
  while (slots_[i].key != key && slots_[i].key != kEmpty) i = i + 1 == kSlots ? 0 : i + 1;
  return slots_[i];
}

void MetEvents::expect(const Hash128& id) const {
  __builtin_prefetch(&slots_[std::uint64_t{key_of(id)[0]} * kSlots >> 32U]);
}

std::optional<Known> MetEvents::find(const Hash128& id) const {
  const Slot& slot = slot_of(id);
  if (slot.key == kEmpty) return std::nullopt;
  if (slot.state == kWithdrawn) return Known{};
  Known known{Known::pending, std::nullopt};
  if (slot.state != kNoDigest) known.digest = EventDigest{slot.state};
  return known;
}

void MetEvents::set(const Hash128& id, std::uint32_t state) {
  Slot& slot = slot_of(id);
  if (slot.key == kEmpty) {
    if (full()) return;
    slot.key = key_of(id);
    ++count_;
  }
  slot.state = state;
}

void MetEvents::put(const Hash128& id, std::optional<EventDigest> digest) {
  // A digest of the two values that mean something else goes for its neighbour.
  set(id, digest ? std::clamp(digest->bits, kNoDigest + 1, kWithdrawn - 1) : kNoDigest);
}

void MetEvents::withdraw(const Hash128& id) {
  set(id, kWithdrawn);
}

}  // namespace ordertail
