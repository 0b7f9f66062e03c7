#include "input/content_digest.h"

#include <xxhash.h>

#include <algorithm>
#include <new>

namespace ordertail {

ContentDigest::ContentDigest() : state_(XXH3_createState()) {
  if (!state_) throw std::bad_alloc();
  XXH3_128bits_reset(state_.get());
}

void ContentDigest::Free::operator()(XXH3_state_s* state) const {
  XXH3_freeState(state);
}

void ContentDigest::add(std::string_view bytes) {
  XXH3_128bits_update(state_.get(), bytes.data(), bytes.size());
}

Hash128 ContentDigest::digest() const {
  XXH128_canonical_t canonical;  // the same bytes on every machine
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_.get()));
  Hash128 hash;
  std::copy(std::begin(canonical.digest), std::end(canonical.digest), hash.bytes.begin());
  return hash;
}

}  // namespace ordertail
