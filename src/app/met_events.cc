#include "app/met_events.h"

#include <cstring>
#include <new>

namespace ordertail {
namespace {

std::uint64_t key_of(const Hash128& id) {
  std::uint64_t key = 0;
  std::memcpy(&key, id.bytes.data(), sizeof key);
  return key == 0 ? 1 : key;
}

}  // namespace

// calloc, since its pages cost nothing until they are written.
MetEvents::MetEvents()
    : keys_(static_cast<std::uint64_t*>(std::calloc(kSlots, sizeof(std::uint64_t)))),
      digests_(static_cast<std::uint32_t*>(std::calloc(kSlots, sizeof(std::uint32_t)))) {
  if (!keys_ || !digests_) throw std::bad_alloc();
}

std::size_t MetEvents::slot_of(std::uint64_t key) const {
  const std::uint64_t* const keys = keys_.get();
  std::size_t i = key % kSlots;
  while (keys[i] != key && keys[i] != 0) i = (i + 1) % kSlots;
  return i;
}

std::optional<Known> MetEvents::find(const Hash128& id) const {
  if (withdrawn_.contains(id)) return Known{};
  const std::size_t slot = slot_of(key_of(id));
  if (keys_[slot] == 0) return std::nullopt;
  Known known{Known::pending, std::nullopt};
  if (digests_[slot] != 0) known.digest = EventDigest{digests_[slot]};
  return known;
}

void MetEvents::put(const Hash128& id, std::optional<EventDigest> digest) {
  withdrawn_.erase(id);
  const std::uint64_t key = key_of(id);
  const std::size_t slot = slot_of(key);
  if (keys_[slot] == 0) {
    if (full()) return;
    keys_[slot] = key;
    ++count_;
  }
  digests_[slot] = digest.value_or(EventDigest{}).bits;
}

}  // namespace ordertail
