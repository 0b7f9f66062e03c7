#include "faults/power/replay.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>
#include <unordered_set>
#include <utility>

#include "base/clock.h"
#include "store/store.h"
#include "stories/shop.h"

namespace ordertail::faults {
namespace {

namespace fs = std::filesystem;
using stories::Shop;

constexpr std::size_t kFindingsShown = 10;

/// The moment of one power cut: after this many operations.
struct Cut {
  std::size_t after = 0;
  Survival survival{};
  std::uint64_t seed = 0;
};

std::string in_words(const Cut& cut) {
  constexpr std::array<const char*, kSurvivals> kNames = {"nothing", "everything", "torn",
                                                          "some",    "sectors",    "garbage"};
  return fmt::format("after operation {}, {}, seed {}", cut.after,
                     kNames.at(static_cast<std::size_t>(cut.survival)), cut.seed);
}

/// What lies on a memory disk needs no time to be synced.
fs::path fast_directory() {
  const fs::path memory = "/dev/shm";
  std::string name = ((::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path()) /
                      "ordertail-power-XXXXXX")
                         .string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed: " + name);
  return name;
}

void lay_out(const Tree& tree, const fs::path& directory) {
  fs::remove_all(directory / "state");
  for (const auto& [path, content] : tree) {
    const fs::path target = directory / path;
    if (content) {
      std::ofstream(target, std::ios::binary) << *content;
    } else if (::mkdir(target.c_str(), 0700) != 0) {
      throw std::runtime_error("mkdir failed: " + target.string());
    }
  }
}

/// The lock file is a note of who came last, and may change.
bool is_laid_out(const Tree& tree, const fs::path& directory) {
  return std::all_of(tree.begin(), tree.end(), [&](const auto& entry) {
    if (!entry.second || entry.first.ends_with(".lock")) return true;
    std::ostringstream content;
    content << std::ifstream(directory / entry.first, std::ios::binary).rdbuf();
    return content.str() == *entry.second;
  });
}

class Now final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return {}; }
  [[nodiscard]] WallTime wall() const override { return {}; }
};

std::string integrity_of(const fs::path& file) {
  sqlite3* database = nullptr;
  std::string found = "cannot be opened";
  const auto take = [](void* text, int, char** values, char**) {
    *static_cast<std::string*>(text) = values[0];
    return 0;
  };
  if (sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK)
    sqlite3_exec(database, "PRAGMA integrity_check(1)", take, &found, nullptr);
  sqlite3_close(database);
  return found;
}

class Replayer {
 public:
  Replayer(const Story& story, const Budget& budget)
      : story_(story), budget_(budget), random_(budget.seed), directory_(fast_directory()) {}
  ~Replayer() {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }
  Replayer(const Replayer&) = delete;
  Replayer& operator=(const Replayer&) = delete;

  Replay run();

 private:
  /// One cut of each kind after each operation, as many as are wanted, in the order of operations.
  std::vector<Cut> round();
  void walk(const std::vector<Cut>& cuts);
  void cut(const Disk& disk, const Cut& cut);
  /// False when the store is refused.
  bool look();
  void compare(const Store& store);
  void resume();
  void found(std::size_t& count, const std::string& what);

  const Story& story_;
  const Budget budget_;
  Random random_;
  const fs::path directory_;
  const Now clock_;
  std::set<int> sent_;  // up to the operation walked to
  Cut cut_;             // the one looked at
  Tree tree_;           // what it left
  std::unordered_set<std::string> seen_;
  Replay result_;
};

Replay Replayer::run() {
  result_.operations = story_.operations.size();
  // Past the first rounds almost every state has been seen.
  for (int rounds = 0; result_.states < budget_.states && rounds < 100'000; ++rounds) walk(round());
  return result_;
}

std::vector<Cut> Replayer::round() {
  std::vector<Cut> cuts;
  for (std::size_t after = 0; after <= story_.operations.size(); ++after) {
    for (int survival = 0; survival < kSurvivals; ++survival)
      cuts.push_back({after, static_cast<Survival>(survival), random_()});
  }
  std::shuffle(cuts.begin(), cuts.end(), random_);
  cuts.resize(std::min(cuts.size(), budget_.states - result_.states));
  std::sort(cuts.begin(), cuts.end(),
            [](const Cut& one, const Cut& other) { return one.after < other.after; });
  return cuts;
}

void Replayer::walk(const std::vector<Cut>& cuts) {
  Disk disk;
  sent_.clear();
  result_.sends = 0;
  auto next = cuts.begin();
  for (std::size_t done = 0;; ++done) {
    for (; next != cuts.end() && next->after == done; ++next) cut(disk, *next);
    if (done == story_.operations.size()) break;
    const Operation& operation = story_.operations[done];
    disk.apply(operation);
    if (operation.kind != Operation::Kind::send) continue;
    ++result_.sends;
    for (const int order : orders_in(operation.bytes)) sent_.insert(order);
  }
}

void Replayer::cut(const Disk& disk, const Cut& cut) {
  Random random(cut.seed);
  Tree tree = disk.after_power_cut(cut.survival, random);
  std::string all = fmt::format("{}", fmt::join(sent_, ","));
  for (const auto& [path, content] : tree) all += '\0' + path + '\0' + content.value_or("/");
  const Hash128 hash = content_hash(all);
  if (!seen_.emplace(hash.bytes.begin(), hash.bytes.end()).second) return;
  ++result_.states;
  cut_ = cut;
  tree_ = std::move(tree);
  const bool opened = look();
  if (opened && budget_.resumed_every != 0 && result_.states % budget_.resumed_every == 0) resume();
}

bool Replayer::look() {
  lay_out(tree_, directory_);
  const fs::path file = directory_ / "state/main.db";
  try {
    const Store store(file, StoreMode::write, clock_);
    compare(store);
  } catch (const Error& error) {
    found(result_.unopenable, error.what());
    if (!is_laid_out(tree_, directory_)) found(result_.touched, "a refused store was changed");
    return false;
  }
  const std::string integrity = integrity_of(file);
  if (integrity != "ok") found(result_.unsound, integrity);
  return true;
}

void Replayer::compare(const Store& store) {
  std::vector<int> forgotten, lost, invented;
  std::set<int> read;
  for (const Cursor& cursor : store.all_cursors()) {
    const auto file = story_.files.find(fs::path(cursor.path).filename().string());
    if (file == story_.files.end() || cursor.seen < story_.sources.at(file->first).size()) continue;
    read.insert(file->second.begin(), file->second.end());
  }
  for (const auto& [order, id] : story_.ids) {
    const Known::State state = store.find(id).state;
    const bool sent = sent_.count(order) == 1;
    if (sent && (state == Known::no || state == Known::pending)) forgotten.push_back(order);
    const bool settled =
        state == Known::submitted || state == Known::refused || state == Known::rejected;
    if (!sent && settled) invented.push_back(order);
    if (state == Known::no && read.count(order) == 1) lost.push_back(order);
  }
  const auto report = [&](std::size_t& count, const std::vector<int>& orders, const char* what) {
    if (!orders.empty()) found(count, fmt::format("{}: {}", what, fmt::join(orders, ", ")));
  };
  report(result_.forgotten, forgotten, "sent but forgotten");
  report(result_.lost, lost, "read but lost");
  report(result_.invented, invented, "settled but never sent");
}

/// The next night: the program finds this disk, and a server that takes all.
void Replayer::resume() {
  ++result_.resumed;
  const sandbox::Server hubspot{sandbox::ServerOptions{}};
  const Shop shop(stories::JobText{hubspot.url()});
  for (const auto& [name, text] : story_.sources) shop.write(name, text);
  lay_out(tree_, shop.path("."));
  const stories::Ended ended = shop.run({"import", "job.toml"});
  if (ended.exit_code != 0 && ended.exit_code != 4)
    found(result_.astray, fmt::format("import ended with {}: {}", ended.exit_code, ended.err));
  const std::map<std::string, int> taken = stories::seen_by(hubspot);
  std::set<std::string> in_doubt;
  const stories::Json status = shop.status();
  for (const stories::Json& doubt : status["in_doubt"]) in_doubt.insert(doubt["order_number"]);
  std::vector<int> wrong;
  for (const auto& [order, id] : story_.ids) {
    const std::string number = std::to_string(order);
    const auto times = taken.find(number);
    const int count = times == taken.end() ? 0 : times->second;
    // A request that was recorded and had not left yet is in doubt, and is not sent.
    const int expected = sent_.count(order) == 1 || in_doubt.count(number) == 1 ? 0 : 1;
    if (count != expected) wrong.push_back(order);
  }
  if (!wrong.empty())
    found(result_.astray,
          fmt::format("sent again, or not sent, after the power cut: {}", fmt::join(wrong, ", ")));
}

void Replayer::found(std::size_t& count, const std::string& what) {
  ++count;
  if (result_.findings.size() >= kFindingsShown) return;
  std::string kept;
  if (!budget_.keep.empty()) {
    const fs::path place = budget_.keep / std::to_string(result_.findings.size() + 1);
    fs::create_directories(place);
    lay_out(tree_, place);
    kept = fmt::format(" (see {})", place.string());
  }
  result_.findings.push_back(fmt::format("{}: {}{}", in_words(cut_), what, kept));
}

}  // namespace

std::string Replay::in_words() const {
  return fmt::format(
      "{} operations, {} of them sends; {} different crash states: {} sent but forgotten, {} lost, "
      "{} invented, {} unopenable, {} refused and changed, {} unsound; {} resumed, {} of them "
      "wrong",
      operations, sends, states, forgotten, lost, invented, unopenable, touched, unsound, resumed,
      astray);
}

Replay replay(const Story& story, const Budget& budget) {
  return Replayer(story, budget).run();
}

}  // namespace ordertail::faults
