#include "app/met_events.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace ordertail {
namespace {

Hash128 random_id(std::mt19937_64& random) {
  Hash128 id;
  for (unsigned char& byte : id.bytes) byte = static_cast<unsigned char>(random());
  return id;
}

TEST(MetEventsTest, AreAsLastPutOrWithdrawn) {
  std::mt19937_64 random(1);
  MetEvents met(20'000);
  std::map<Hash128, std::optional<Known>> model;
  for (int i = 0; i < 20'000; ++i) {
    const bool again = !model.empty() && random() % 3 == 0;
    const Hash128 id = again ? model.begin()->first : random_id(random);
    const auto found = met.find(id);
    ASSERT_EQ(found.has_value(), model.contains(id));
    if (found) {
      EXPECT_EQ(found->state, model[id]->state);
      EXPECT_EQ(found->digest, model[id]->digest);
    }
    if (random() % 4 == 0) {
      met.withdraw(id);
      model[id] = Known{};
      continue;
    }
    std::optional<EventDigest> digest;
    if (random() % 3 != 0) digest = EventDigest{static_cast<std::uint32_t>(random() | 1U)};
    met.put(id, digest);
    model[id] = Known{Known::pending, digest};
  }
  EXPECT_FALSE(met.find(Hash128{}));
  met.put(Hash128{}, EventDigest{17});
  EXPECT_EQ(met.find(Hash128{})->digest, EventDigest{17});
  EXPECT_FALSE(met.full());
}

TEST(MetEventsTest, AreNotRememberedWhenTheyAreTooMany) {
  std::mt19937_64 random(2);
  constexpr std::size_t kMost = 100'000;
  MetEvents met(kMost);
  const Hash128 first = random_id(random);
  met.put(first, std::nullopt);
  for (std::size_t i = 1; i < kMost; ++i) met.put(random_id(random), std::nullopt);
  EXPECT_TRUE(met.full());
  const Hash128 late = random_id(random);
  met.put(late, std::nullopt);
  EXPECT_FALSE(met.find(late));
  met.put(first, EventDigest{17});
  EXPECT_EQ(met.find(first)->digest, EventDigest{17});
}

}  // namespace
}  // namespace ordertail
