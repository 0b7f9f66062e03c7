// state_damage: one wrong byte after the other, one length after the other, when asked by hand.
#include <fmt/core.h>

#include <cstdlib>
#include <limits>
#include <string_view>

#include "faults/corruption/damage.h"

namespace {

constexpr const char* kUsage =
    "usage: state_damage [--all | --cases N] [--seed N]\n"
    "  N of the bytes and N of the lengths of each file of two stores (10000), or all of them.\n"
    "  Not to be seen, hence found, is damage to the log's header and to its last commit, and a "
    "log\n"
    "  that lost its end: a power cut may leave the same.\n";

}  // namespace

int main(int count, char** arguments) {
  using namespace ordertail::faults;
  std::size_t cases = 10'000;
  std::uint64_t seed = 1;
  for (int i = 1; i < count; ++i) {
    const std::string_view name = arguments[i];
    if (name == "--all") {
      cases = std::numeric_limits<std::size_t>::max();
    } else if (name == "--cases" && i + 1 < count) {
      cases = std::strtoull(arguments[++i], nullptr, 10);
    } else if (name == "--seed" && i + 1 < count) {
      seed = std::strtoull(arguments[++i], nullptr, 10);
    } else {
      return fmt::print(stderr, "{}", kUsage), 2;
    }
  }
  std::size_t broken = 0;
  const auto tell = [&](const char* store, const char* what, const Damage& damage) {
    fmt::print("{}, {}: {} (seed {})\n", store, what, damage.in_words(), seed);
    for (const std::string& finding : damage.findings) fmt::print("  {}\n", finding);
    broken += damage.touched + damage.crashed + damage.silent;
  };
  const Specimen closed = closed_store();
  tell("closed", "wrong bytes", flip(closed, "", cases, seed));
  tell("closed", "lengths", cut(closed, "", cases, seed));
  const Specimen killed = killed_store();
  tell("killed", "wrong bytes", flip(killed, "", cases, seed));
  tell("killed", "wrong bytes of the log", flip(killed, "-wal", cases, seed));
  tell("killed", "lengths of the log", cut(killed, "-wal", cases, seed));
  return broken == 0 ? 0 : 1;
}
