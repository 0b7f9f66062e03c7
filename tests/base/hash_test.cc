#include "base/hash.h"

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"

namespace ordertail {
namespace {

TEST(KeyedHash, TellsHowItsPartsAreCut) {
  const HashKey key{1, 2, 3};
  const std::set<Hash128> hashes{keyed_hash(key, {"ab", "c"}),  keyed_hash(key, {"a", "bc"}),
                                 keyed_hash(key, {"abc"}),      keyed_hash(key, {"abc", ""}),
                                 keyed_hash(key, {"", "abc"}),  keyed_hash(key, {"", "", "abc"}),
                                 keyed_hash(HashKey{}, {"abc"})};
  EXPECT_EQ(hashes.size(), 7U);
  EXPECT_EQ(keyed_hash(key, {"ab", "c"}), keyed_hash(key, {"ab", "c"}));
}

TEST(KeyedHash, IsBlake2bOfKeyLengthsAndParts) {
  // Stored ids depend on it: Python's
  // hashlib.blake2b(bytes(32) + (3).to_bytes(8, "little") + b"abc", digest_size=16).
  EXPECT_EQ(to_hex(keyed_hash(HashKey{}, {"abc"}).view()), "2370b861867b8517441df44b30711e29");
}

TEST(ContentHash, IsBlake2b) {
  EXPECT_EQ(to_hex(content_hash("").view()), "cae66941d9efbd404e4d88758ea67670");
  EXPECT_EQ(to_hex(content_hash("abc").view()), "cf4ab791c62b8d2b2109c90275287816");
}

TEST(RandomKey, IsFresh) {
  EXPECT_NE(random_key(), random_key());
}

}  // namespace
}  // namespace ordertail
