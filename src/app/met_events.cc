#include "app/met_events.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace ordertail {
namespace {

constexpr std::uint32_t kNoDigest = 0;
constexpr std::uint32_t kWithdrawn = 0xFFFFFFFF;
constexpr std::uint32_t kSettled = kWithdrawn - 1;

using Key = std::array<std::uint32_t, 2>;
constexpr Key kEmpty{};

constexpr std::uint32_t kFileBits = 0xFF;  // of the key's second half

Key key_of(const Hash128& id) {
  Key key;
  std::memcpy(key.data(), id.bytes.data(), sizeof key);
  key[1] &= ~kFileBits;
  return key == kEmpty ? Key{1, 0} : key;
}

bool is_of(const Key& slot, const Key& key) {
  return slot[0] == key[0] && (slot[1] & ~kFileBits) == key[1];
}

/// What stands in the table for the flaw of an event, beside the event itself.
Hash128 flaw_of(Hash128 id) {
  for (unsigned char& byte : id.bytes) byte = static_cast<unsigned char>(~byte);
  return id;
}

}  // namespace

// Mapped, since pages cost nothing until they are written; calloc() writes what has been used
// before.
MetEvents::MetEvents(std::size_t most)
    : most_(most), slot_count_(most + most / 4 + 1), slots_(nullptr, {slot_count_ * sizeof(Slot)}) {
  void* const memory = ::mmap(nullptr, slots_.get_deleter().bytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  slots_.reset(static_cast<Slot*>(memory));
}

void MetEvents::Unmap::operator()(void* memory) const {
  ::munmap(memory, bytes);
}

/// Spreads 32 of the key's bits over the slots.
std::size_t MetEvents::home_of(const Hash128& id) const {
  return std::uint64_t{key_of(id)[0]} * slot_count_ >> 32U;
}

/// The slot of this id, or the empty one that it would have.
MetEvents::Slot& MetEvents::slot_of(const Hash128& id) const {
  const Key key = key_of(id);
  std::size_t i = home_of(id);
  while (!is_of(slots_[i].key, key) && slots_[i].key != kEmpty)
    i = i + 1 == slot_count_ ? 0 : i + 1;
  return slots_[i];
}

void MetEvents::expect(const Hash128& id) const {
  __builtin_prefetch(&slots_[home_of(id)]);
}

std::optional<Known> MetEvents::find(const Hash128& id) const {
  const Slot& slot = slot_of(id);
  if (slot.key == kEmpty) return std::nullopt;
  if (slot.state == kWithdrawn) return Known{};
  if (slot.state == kSettled) return Known{Known::rejected, std::nullopt};
  Known known{Known::pending, std::nullopt};
  if (slot.state != kNoDigest) known.digest = EventDigest{slot.state};
  return known;
}

bool MetEvents::is_of_this_file(const Hash128& id) const {
  const Slot& slot = slot_of(id);
  return slot.key != kEmpty && (slot.key[1] & kFileBits) == file_;
}

void MetEvents::set(const Hash128& id, std::uint32_t state) {
  Slot& slot = slot_of(id);
  if (slot.key == kEmpty) {
    if (full()) return;
    ++count_;
  }
  slot.key = key_of(id);
  slot.key[1] |= file_;
  slot.state = state;
}

void MetEvents::set_flaw(const Hash128& id, Flaw flaw) {
  has_flaws_ = true;
  set(flaw_of(id), static_cast<std::uint32_t>(flaw));
}

MetEvents::Flaw MetEvents::flaw_in_this_file(const Hash128& id) const {
  if (!has_flaws_ || !is_of_this_file(flaw_of(id))) return Flaw::none;
  return static_cast<Flaw>(slot_of(flaw_of(id)).state);
}

void MetEvents::put(const Hash128& id, std::optional<EventDigest> digest) {
  // A digest of the values that mean something else goes for its neighbour.
  set(id, digest ? std::clamp(digest->bits, kNoDigest + 1, kSettled - 1) : kNoDigest);
}

void MetEvents::settle(const Hash128& id) {
  set(id, kSettled);
}

void MetEvents::withdraw(const Hash128& id) {
  set(id, kWithdrawn);
}

}  // namespace ordertail
