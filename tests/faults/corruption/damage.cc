#include "faults/corruption/damage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>

#include "base/text.h"
#include "store/world.h"

namespace ordertail::faults {
namespace {

namespace fs = std::filesystem;

constexpr int kEvents = 24;
constexpr std::size_t kFindingsOfAKind = 5;
constexpr const char* kDay = "2026-11-23";

void fill(Store& store) {
  store.begin_slice();
  for (int number = 1; number <= kEvents; ++number) {
    EventDigest digest{static_cast<std::uint32_t>(number) * 0x9e3779b9U};
    store.stage(event_of(number), payload_of(number), digest);
  }
  Cursor cursor;
  cursor.source = "orders of the shop";
  cursor.path = "orders.csv";
  cursor.identity = {512, id_of(1), 2048, id_of(2)};
  cursor.offset = 2048;
  cursor.line = 25;
  cursor.seen = 2048;
  store.save(cursor);
  store.decide("orders of the shop", "date_order", "month first", "orders.csv:2 says 12/25/2025");
  store.commit_slice();
  const std::int64_t run = store.begin_run("import job.toml");
  for (int i = 0; i < 6; ++i) settle_one(store, Settlement::submitted);
  for (int i = 0; i < 2; ++i) settle_one(store, Settlement::rejected);
  for (int i = 0; i < 2; ++i)
    settle_one(store, Settlement::in_doubt, "connection_lost", "No reply came.");
  store.end_run(run, 4, "{}");
}

/// All that a later run goes by.
std::map<std::string, std::string> words_of(const Store& store) {
  std::map<std::string, std::string> says;
  for (int number = 1; number <= kEvents; ++number) {
    const Known known = store.find(id_of(number));
    says["states"] += fmt::format("{} ", static_cast<int>(known.state));
    says["digests"] += fmt::format("{} ", known.digest ? known.digest->bits : 0);
  }
  for (const OutboxEvent& event : store.pending(100)) {
    says["states"] += to_hex(event.id.view()) + ' ';
    says["payloads"] += event.payload + '\n';
    says["tries"] += fmt::format("{} ", event.tries);
  }
  for (const Held& doubt : store.in_doubt(100)) {
    says["states"] += to_hex(doubt.id.view()) + ' ';
    says["payloads"] += doubt.payload + '\n';
    says["doubts"] += fmt::format("{} {} {} {}\n", doubt.reason, doubt.message, doubt.tries,
                                  doubt.attempted_at.time_since_epoch().count());
  }
  const Totals totals = store.totals();
  says["totals"] = fmt::format("{} {} {} {}", totals.submitted, totals.rejected, totals.pending,
                               totals.in_doubt);
  says["key"] = fmt::format("{}", fmt::join(store.id_key(), " "));
  for (const Cursor& cursor : store.all_cursors()) {
    const FileIdentity& identity = cursor.identity;
    says["cursors"] +=
        fmt::format("{} {} {} {} {} {} {} {} {}\n", cursor.source, cursor.path,
                    identity.prefix_size, to_hex(identity.prefix.view()), identity.marker_end,
                    to_hex(identity.marker.view()), cursor.offset, cursor.line, cursor.seen);
  }
  for (const Decision& decision : store.decisions())
    says["decisions"] += decision.source + decision.what + decision.value + decision.evidence;
  for (const Problem& problem : store.problems(100))
    says["problems"] +=
        fmt::format("{} {} {} {} {} {}\n", to_hex(problem.id.view()), problem.reason,
                    problem.message, problem.http_status, problem.file, problem.line);
  says["quota"] = fmt::format("{}", store.requests_on("leads", kDay));
  return says;
}

/// A directory that one damaged specimen after the other lies in.
class Table {
 public:
  explicit Table(const Specimen& specimen) : specimen_(specimen) {}

  /// Puts the specimen there, with `content` for its file with this suffix, and opens it.
  void examine(const std::string& suffix, const std::string& content, std::size_t at,
               const std::string& what) {
    std::map<std::string, std::string> files = specimen_.files;
    files[suffix] = content;
    for (const char* other : {"", "-wal", ".lock"}) fs::remove(path_.string() + other);
    for (const auto& [name, bytes] : files) write_file(path_.string() + name, bytes);
    ++damage_.cases;
    try {
      std::map<std::string, std::string> says;
      {
        const Store store(path_, StoreMode::write, clock_);
        says = words_of(store);
      }
      judge(says, at, what);
    } catch (const Error& error) {
      if (error.code() != ExitCode::store) {
        found(damage_.crashed, what, error.what());
      } else if (std::any_of(files.begin(), files.end(), [&](const auto& file) {
                   return read_file(path_.string() + file.first) != file.second;
                 })) {
        found(damage_.touched, what, error.what());
      } else {
        ++damage_.refused;
      }
    }
  }
  [[nodiscard]] const Damage& damage() const { return damage_; }

 private:
  void judge(const std::map<std::string, std::string>& says, std::size_t at,
             const std::string& what) {
    if (says == specimen_.says) {
      ++damage_.harmless;
      return;
    }
    // The delivered set first: it is what must never change.
    for (const char* about : {"states", "payloads", "key", "cursors", "decisions", "digests",
                              "totals", "tries", "quota", "doubts", "problems"}) {
      const auto said = says.find(about);
      const auto truth = specimen_.says.find(about);
      const bool same = said == says.end()
                            ? truth == specimen_.says.end()
                            : truth != specimen_.says.end() && said->second == truth->second;
      if (same) continue;
      ++damage_.about[about];
      if (!damage_.first_silent) damage_.first_silent = at;
      return found(damage_.silent, what, fmt::format("its {} are others", about));
    }
  }
  void found(std::size_t& count, const std::string& what, const std::string& how) {
    if (++count <= kFindingsOfAKind) damage_.findings.push_back(what + ": " + how);
  }

  const Specimen& specimen_;
  TemporaryDirectory directory_;
  HandClock clock_;
  const fs::path path_ = directory_.path() / "main.db";
  Damage damage_;
};

/// `count` of the numbers below `bound`, in order; all when there are not more.
std::vector<std::size_t> sample(std::size_t bound, std::size_t count, std::mt19937_64& random) {
  std::vector<std::size_t> all(bound);
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::vector<std::size_t> some;
  std::sample(all.begin(), all.end(), std::back_inserter(some), count, random);
  return some;
}

Specimen specimen_of(const std::function<void(const fs::path&)>& make) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "main.db";
  make(path);
  Specimen specimen;
  specimen.files[""] = read_file(path);
  if (fs::exists(path.string() + "-wal"))
    specimen.files["-wal"] = read_file(path.string() + "-wal");
  const HandClock clock;
  specimen.says = words_of(Store(path, StoreMode::write, clock));
  return specimen;
}

}  // namespace

Specimen closed_store() {
  return specimen_of([](const fs::path& path) {
    const HandClock clock;
    Store store(path, StoreMode::write, clock);
    fill(store);
  });
}

Specimen killed_store() {
  std::size_t last_commit = 0;
  Specimen specimen = specimen_of([&](const fs::path& path) {
    const Child child([&] {
      static const HandClock clock;
      static Store store(path, StoreMode::write, clock);
      fill(store);
      write_file(path.string() + ".size", std::to_string(fs::file_size(path.string() + "-wal")));
      store.settle_and_begin({}, intents_for(store.pending(2)), kDay);
    });
    last_commit = std::stoul(read_file(path.string() + ".size"));
  });
  specimen.last_commit = last_commit;
  return specimen;
}

std::string Damage::in_words() const {
  std::string abouts;
  for (const auto& [what, times] : about) abouts += fmt::format(" {} {}", times, what);
  return fmt::format(
      "{} cases: {} refused, {} harmless, {} refused and changed, {} other errors, "
      "{} silent{}{}",
      cases, refused, harmless, touched, crashed, silent, abouts.empty() ? "" : ":", abouts);
}

Damage flip(const Specimen& specimen, const std::string& suffix, std::size_t cases,
            std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Table table(specimen);
  const std::string& whole = specimen.files.at(suffix);
  for (const std::size_t at : sample(whole.size(), cases, random)) {
    const auto bit = random() % 8;
    std::string damaged = whole;
    damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << bit));
    table.examine(suffix, damaged, at,
                  fmt::format("bit {} of byte {} of main.db{}", bit, at, suffix));
  }
  return table.damage();
}

Damage cut(const Specimen& specimen, const std::string& suffix, std::size_t cases,
           std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Table table(specimen);
  const std::string& whole = specimen.files.at(suffix);
  for (const std::size_t size : sample(whole.size(), cases, random))
    table.examine(suffix, whole.substr(0, size), size,
                  fmt::format("main.db{} of {} bytes", suffix, size));
  return table.damage();
}

}  // namespace ordertail::faults
