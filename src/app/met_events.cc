#include "app/id_set.h"

#include <cstring>
#include <new>

namespace ordertail {

// calloc, since its pages cost nothing until they are written.
IdSet::IdSet() : slots_(static_cast<std::uint64_t*>(std::calloc(kSlots, sizeof(std::uint64_t)))) {
  if (!slots_) throw std::bad_alloc();
}

bool IdSet::insert(const Hash128& id) {
  std::uint64_t key = 0;
  std::memcpy(&key, id.bytes.data(), sizeof key);
  if (key == 0) key = 1;
  std::uint64_t* slots = slots_.get();
  for (std::size_t i = key % kSlots;; i = (i + 1) % kSlots) {
    if (slots[i] == key) return false;
    if (slots[i] != 0) continue;
    if (!full()) {
      slots[i] = key;
      ++count_;
    }
    return true;
  }
}

}  // namespace ordertail
