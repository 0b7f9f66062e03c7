#include "app/id_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace ordertail {
namespace {

Hash128 random_id(std::mt19937_64& random) {
  Hash128 id;
  for (unsigned char& byte : id.bytes) byte = static_cast<unsigned char>(random());
  return id;
}

TEST(IdSetTest, KnowsWhatWasInsertedAndNothingElse) {
  std::mt19937_64 random(1);
  IdSet set;
  std::set<Hash128> model;
  for (int i = 0; i < 20'000; ++i) {
    const bool again = !model.empty() && random() % 3 == 0;
    const Hash128 id = again ? *model.begin() : random_id(random);
    EXPECT_EQ(set.insert(id), model.insert(id).second);
  }
  EXPECT_TRUE(set.insert(Hash128{}));
  EXPECT_FALSE(set.insert(Hash128{}));
  EXPECT_FALSE(set.full());
}

TEST(IdSetTest, StopsRememberingWhenFull) {
  std::mt19937_64 random(2);
  IdSet set;
  const Hash128 first = random_id(random);
  set.insert(first);
  for (std::size_t i = 1; i < IdSet::kMost; ++i) set.insert(random_id(random));
  EXPECT_TRUE(set.full());
  const Hash128 late = random_id(random);
  EXPECT_TRUE(set.insert(late));
  EXPECT_TRUE(set.insert(late));    // not remembered
  EXPECT_FALSE(set.insert(first));  // still known
}

}  // namespace
}  // namespace ordertail
