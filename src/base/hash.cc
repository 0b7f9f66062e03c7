#include "base/hash.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <cstring>

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
  std::size_t whole = key.size();
  for (const std::string_view part : parts) whole += sizeof(std::uint64_t) + part.size();
  fmt::basic_memory_buffer<char, 500> message;  // on the stack, save for long parts
  message.resize(whole);
  char* end = std::copy(key.begin(), key.end(), message.data());
  for (const std::string_view part : parts) {
    const std::uint64_t size = part.size();
    std::memcpy(end, &size, sizeof size);
    end = std::copy(part.begin(), part.end(), end + sizeof size);
  }
  return content_hash({message.data(), message.size()});
}

Hash128 content_hash(std::string_view bytes) {
  start_sodium();
  Hash128 hash;
  crypto_generichash(hash.bytes.data(), hash.bytes.size(), bytes_of(bytes), bytes.size(), nullptr,
                     0);
  return hash;
}

}  // namespace ordertail
