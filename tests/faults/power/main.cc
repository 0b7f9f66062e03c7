// power_replay: power cuts by the hundred thousand, when asked by hand.
#include <fmt/core.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "faults/power/replay.h"

namespace {

constexpr const char* kUsage =
    "usage: power_replay [--states N] [--seed N] [--resumed-every N] \n"
    "                    [--program NAME] [--keep DIRECTORY]\n"
    "  N different crash states (100000), one in so many also gone on with by the program (1000);\n"
    "  NAME: folding, with a checkpoint after every few commits; or NORMAL, OFF, "
    "no-directory-sync,\n"
    "  which are broken on purpose, to see what the replay finds then\n"
    "  DIRECTORY: where the first broken states are laid out, to be looked at\n";

}  // namespace

int main(int count, char** arguments) {
  using namespace ordertail::faults;
  Budget budget;
  budget.states = 100'000;
  budget.resumed_every = 1000;
  Twist twist;
  for (int i = 1; i < count; i += 2) {
    const std::string_view name = arguments[i];
    if (i + 1 == count) return fmt::print(stderr, "{}", kUsage), 2;
    const char* value = arguments[i + 1];
    if (name == "--states") {
      budget.states = std::strtoull(value, nullptr, 10);
    } else if (name == "--seed") {
      budget.seed = std::strtoull(value, nullptr, 10);
    } else if (name == "--resumed-every") {
      budget.resumed_every = std::strtoull(value, nullptr, 10);
    } else if (name == "--program") {
      twist = std::string(value) == "folding" ? folding_all_the_time() : weakness(value);
    } else if (name == "--keep") {
      budget.keep = value;
    } else {
      return fmt::print(stderr, "{}", kUsage), 2;
    }
  }
  const Replay result = replay(record_story(twist), budget);
  fmt::print("{} (seed {})\n", result.in_words(), budget.seed);
  for (const std::string& finding : result.findings) fmt::print("{}\n", finding);
  return result.broken() == 0 ? 0 : 1;
}
