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
  // The key goes in front of the message, not into BLAKE2b's key parameter: that is as safe
  // (BLAKE2b has no length extension) and saves a block, so that an event id costs just one.
  std::string message(reinterpret_cast<const char*>(key.data()), key.size());
  message.reserve(128);
  for (const std::string_view part : parts) {
    const std::uint64_t size = part.size();
    message.append(reinterpret_cast<const char*>(&size), sizeof size);
    message += part;
  }
  return content_hash(message);
}

Hash128 content_hash(std::string_view bytes) {
  start_sodium();
  Hash128 hash;
  crypto_generichash(hash.bytes.data(), hash.bytes.size(), bytes_of(bytes), bytes.size(), nullptr,
                     0);
  return hash;
}

}  // namespace ordertail
