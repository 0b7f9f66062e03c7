#include "base/hash.h"

#include <sodium.h>

#include "base/error.h"

namespace ordertail {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void start_sodium() {
  static const int kStarted = sodium_init();
  if (kStarted < 0) throw Error(ExitCode::internal, "libsodium could not be initialised");
}

}  // namespace

HashKey random_key() {
  start_sodium();
  HashKey key;
  randombytes_buf(key.data(), key.size());
  return key;
}

Hash128 keyed_hash(const HashKey& key, std::initializer_list<std::string_view> parts) {
  start_sodium();
  crypto_generichash_state state;
  Hash128 hash;
  crypto_generichash_init(&state, key.data(), key.size(), hash.bytes.size());
  for (const std::string_view part : parts) {
    const std::uint64_t size = part.size();
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&size), sizeof size);
    crypto_generichash_update(&state, bytes_of(part), part.size());
  }
  crypto_generichash_final(&state, hash.bytes.data(), hash.bytes.size());
  return hash;
}

Hash128 content_hash(std::string_view bytes) {
  start_sodium();
  Hash128 hash;
  crypto_generichash(hash.bytes.data(), hash.bytes.size(), bytes_of(bytes), bytes.size(), nullptr,
                     0);
  return hash;
}

}  // namespace ordertail
