// No wrong byte of a store passes for a right one, and a store that is refused is left as it is.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "faults/corruption/damage.h"

namespace ordertail::faults {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kCases = 100;
#else
constexpr std::size_t kCases = 250;
#endif
constexpr std::uint64_t kSeed = 1;

void tell(const char* what, const Damage& damage) {
  fmt::print("{}: {} (seed {})\n", what, damage.in_words(), kSeed);
}

std::string findings_of(const Damage& damage) {
  std::string all;
  for (const std::string& finding : damage.findings) all += finding + "\n";
  return all;
}

void expect_no_lie(const Damage& damage) {
  EXPECT_EQ(damage.cases, kCases);
  EXPECT_EQ(damage.silent + damage.touched + damage.crashed, 0U) << findings_of(damage);
}

TEST(Corruption, EveryWrongByteOfAStoreIsRefused) {
  const Damage damage = flip(closed_store(), "", kCases, kSeed);
  tell("wrong bytes", damage);
  expect_no_lie(damage);
  EXPECT_EQ(damage.refused, kCases);
}

TEST(Corruption, AStoreThatLostItsEndIsRefused) {
  const Damage damage = cut(closed_store(), "", kCases, kSeed);
  tell("lengths", damage);
  expect_no_lie(damage);
  EXPECT_EQ(damage.refused, kCases);
}

/// Most of its pages are in the log as well: where they are, the file's do not matter.
TEST(Corruption, NoWrongByteOfAKilledStoreIsBelieved) {
  const Damage damage = flip(killed_store(), "", kCases, kSeed);
  tell("wrong bytes beside a log", damage);
  expect_no_lie(damage);
  EXPECT_GT(damage.refused, 0U);
}

/// Damage to the last commit, or to the last two frames before it, looks like the power cut that
/// SQLite takes it for (store/log_check.h).
TEST(Corruption, AWrongByteOfTheLogIsRefusedUnlessNearItsEnd) {
  const Specimen killed = killed_store();
  const Damage damage = flip(killed, "-wal", kCases, kSeed);
  tell("wrong bytes of the log", damage);
  EXPECT_EQ(damage.touched + damage.crashed, 0U) << findings_of(damage);
  EXPECT_GT(damage.refused, kCases * 9 / 10);
  constexpr std::size_t kFrame = 24 + 4096;
  EXPECT_GE(damage.first_silent.value_or(killed.last_commit), killed.last_commit - 2 * kFrame)
      << findings_of(damage);
}

}  // namespace
}  // namespace ordertail::faults
