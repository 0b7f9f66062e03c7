#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "app/commands.h"
#include "app/held_words.h"
#include "app/job.h"
#include "app/output.h"
#include "base/text.h"
#include "report/json.h"
#include "report/text.h"
#include "report/words.h"
#include "store/store.h"

namespace ordertail {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShown = 20;  // doubts, problems, files
constexpr std::size_t kRuns = 5;

/// Everything that status shows, taken from the store once.
struct Look {
  Totals totals;
  std::vector<Cursor> files;
  std::vector<Held> in_doubt;
  std::vector<Problem> problems;
  std::vector<Resolution> resolutions, resent, repeated, verified;
  std::vector<Decision> decisions;
  std::vector<RunRecord> runs;
  std::optional<WallTime> waiting_until{};
};

/// Of the cursors of a file that one pattern reads, the latest: a file that changed or grew may
/// have one of each time.
std::vector<Cursor> latest(std::vector<Cursor> cursors) {
  std::set<std::pair<std::string, std::string>> seen;
  std::vector<Cursor> kept;
  std::for_each(cursors.rbegin(), cursors.rend(), [&](Cursor& cursor) {
    const std::string pattern = cursor.source.substr(0, cursor.source.find(':'));
    if (seen.emplace(cursor.path, pattern).second) kept.push_back(std::move(cursor));
  });
  std::reverse(kept.begin(), kept.end());
  return kept;
}

std::string end_of(const RunRecord& run) {
  if (!run.ended) return "did not finish: killed, or stopped by an error";
  return fmt::format("ended {}, exit code {}", utc(*run.ended), run.exit_code);
}

std::string as_text(const Job& job, const Look& look, bool unmasked) {
  std::string out = fmt::format("{}: {} submitted, {} rejected, {} pending, {} in doubt\n",
                                printable(job.name, 200), grouped(look.totals.submitted),
                                grouped(look.totals.rejected), grouped(look.totals.pending),
                                grouped(look.totals.in_doubt));
  const auto line = [&out](const std::string& text) { out += "  " + text + "\n"; };
  if (look.totals.waiting > 0) {
    out +=
        fmt::format("{} of those pending for a visitor{}\n",
                    look.totals.waiting == 1 ? "1 waits" : grouped(look.totals.waiting) + " wait",
                    look.waiting_until ? ", until " + utc(*look.waiting_until) + " at most" : "");
  }
  if (!look.files.empty()) out += "files read\n";
  for (std::size_t i = 0; i < look.files.size() && i < kShown; ++i) {
    const Cursor& file = look.files[i];
    line(fmt::format("{}: {}, up to line {}", printable(file.path, 200),
                     count_of(file.seen, "byte"), grouped(file.line)));
  }
  if (look.files.size() > kShown) line(fmt::format("... and {} more", look.files.size() - kShown));
  if (!look.in_doubt.empty()) out += "in doubt: sent, and no answer says what became of it\n";
  for (const Held& doubt : look.in_doubt) out += in_words(doubt, unmasked);
  if (!look.problems.empty()) out += "rejected; one with an id is kept and can be retried\n";
  for (const Problem& problem : look.problems) {
    line(fmt::format("{}{}:{}: {}", problem.kept ? short_id(problem.id) + " " : "",
                     printable(problem.file, 200), problem.line, problem.message));
  }
  if (!look.resent.empty())
    out += "resent: sent again after a doubt, as was decided; HubSpot may have it twice\n";
  for (const Resolution& event : look.resent) line(to_sentence(event));
  if (!look.repeated.empty())
    out += "resent: sent again by itself after a doubt; HubSpot takes a repetition as one\n";
  for (const Resolution& event : look.repeated) line(to_sentence(event));
  if (!look.verified.empty())
    out += "verified: in doubt before, and found where HubSpot lists what it took\n";
  for (const Resolution& event : look.verified) line(to_sentence(event));
  if (!look.resolutions.empty()) out += "decided by people\n";
  for (const Resolution& resolution : look.resolutions) line(in_words(resolution));
  if (!look.decisions.empty()) out += "decided by what the files prove\n";
  for (const Decision& decision : look.decisions) {
    line(fmt::format("{}: {} is {}, since {}: {}", printable(decision.source), decision.what,
                     decision.value, utc(decision.at), printable(decision.evidence, 200)));
  }
  if (!look.runs.empty()) out += "last runs\n";
  for (const RunRecord& run : look.runs) {
    line(fmt::format("{} started {}, {}", run.command, utc(run.started), end_of(run)));
  }
  return out;
}

std::string as_json(const Job& job, const Look& look, bool unmasked) {
  Json json{{"job", job.name},
            {"submitted", look.totals.submitted},
            {"rejected", look.totals.rejected},
            {"pending", look.totals.pending},
            {"waiting", look.totals.waiting}};
  if (look.waiting_until) json["waiting_until"] = utc(*look.waiting_until);
  json["files"] = Json::array();
  for (const Cursor& file : look.files) {
    json["files"].push_back({{"file", file.path}, {"bytes", file.seen}, {"line", file.line}});
  }
  json["in_doubt"] = Json::array();
  for (const Held& doubt : look.in_doubt) json["in_doubt"].push_back(as_json(doubt, unmasked));
  json["problems"] = Json::array();
  for (const Problem& problem : look.problems) {
    json["problems"].push_back({{"id", to_hex(problem.id.view())},
                                {"kept", problem.kept},
                                {"reason", problem.reason},
                                {"message", problem.message},
                                {"source", {{"file", problem.file}, {"line", problem.line}}}});
  }
  json["resent"] = Json::array();
  for (const Resolution& event : look.resent) json["resent"].push_back(as_json(event));
  for (const Resolution& event : look.repeated) json["resent"].push_back(as_json(event));
  json["verified"] = Json::array();
  for (const Resolution& event : look.verified) json["verified"].push_back(as_json(event));
  json["resolutions"] = Json::array();
  for (const Resolution& each : look.resolutions) json["resolutions"].push_back(as_json(each));
  json["decisions"] = Json::array();
  for (const Decision& decision : look.decisions) {
    json["decisions"].push_back({{"source", decision.source},
                                 {"what", decision.what},
                                 {"value", decision.value},
                                 {"evidence", decision.evidence},
                                 {"at", utc(decision.at)}});
  }
  json["runs"] = Json::array();
  for (const RunRecord& run : look.runs) {
    Json entry{{"command", run.command}, {"started", utc(run.started)}};
    if (run.ended) {
      entry["ended"] = utc(*run.ended);
      entry["exit"] = run.exit_code;
    }
    json["runs"].push_back(std::move(entry));
  }
  return on_one_line(json) + "\n";
}

}  // namespace

int run_status(const Options& options) {
  const Job job = read_job(options.operands.front());
  const SystemClock clock;
  const Store store(job.store, StoreMode::observe, clock);
  // JSON is for programs, which want everything in doubt; people want a screen.
  const std::size_t most = options.json ? ~std::size_t{0} >> 1U : kShown;
  Look look{store.totals(),
            latest(store.all_cursors()),
            store.in_doubt(most),
            store.problems(most),
            store.resolutions(most),
            store.resent(most),
            each_once(store.repeated(most)),
            store.verified(most),
            store.decisions(),
            store.runs(kRuns)};
  if (look.totals.last_waiting_since) {
    look.waiting_until = *look.totals.last_waiting_since + job.attribution.wait;
  }
  Output out;
  out.write(options.json ? as_json(job, look, options.unmasked)
                         : as_text(job, look, options.unmasked));
  if (!options.json && look.totals.in_doubt > look.in_doubt.size()) {
    out.write(fmt::format("{} in doubt are shown; --json lists all {}\n", look.in_doubt.size(),
                          grouped(look.totals.in_doubt)));
  }
  if (!options.json && std::max(look.totals.resent, look.totals.repeated) > most) {
    out.write(
        fmt::format("the last {} of each are shown; --json lists all that were resent\n", most));
  }
  out.flush();
  return static_cast<int>(ExitCode::ok);
}

}  // namespace ordertail
