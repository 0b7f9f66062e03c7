#include "app/met_events.h"

#include <cstring>
#include <new>

namespace ordertail {
namespace {

using Key = std::array<std::uint32_t, 2>;

Key key_of(const Hash128& id) {
  Key key{};
  std::memcpy(key.data(), id.bytes.data(), sizeof key);
  return key == Key{} ? Key{1, 0} : key;
}

}  // namespace

// calloc, since its pages cost nothing until they are written.
MetEvents::MetEvents() : slots_(static_cast<Slot*>(std::calloc(kSlots, sizeof(Slot)))) {
  if (!slots_) throw std::bad_alloc();
}

MetEvents::Slot& MetEvents::slot_of(const Hash128& id) const {
  const Key key = key_of(id);
  Slot* const slots = slots_.get();
  std::size_t i = key[0] % kSlots;
  while (slots[i].key != key && slots[i].key != Key{}) i = (i + 1) % kSlots;
  return slots[i];
}

std::optional<Known> MetEvents::find(const Hash128& id) const {
  if (withdrawn_.contains(id)) return Known{};
  const Slot& slot = slot_of(id);
  if (slot.key == Key{}) return std::nullopt;
  Known known{Known::pending, std::nullopt};
  if (slot.digest != 0) known.digest = EventDigest{slot.digest};
  return known;
}

void MetEvents::put(const Hash128& id, std::optional<EventDigest> digest) {
  withdrawn_.erase(id);
  Slot& slot = slot_of(id);
  if (slot.key == Key{}) {
    if (full()) return;
    slot.key = key_of(id);
    ++count_;
  }
  slot.digest = digest.value_or(EventDigest{}).bits;
}

}  // namespace ordertail
