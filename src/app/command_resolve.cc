#include <fmt/format.h>

#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/decision.h"
#include "app/held_words.h"
#include "app/job.h"
#include "app/output.h"
#include "base/text.h"
#include "report/json.h"

namespace ordertail {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max() >> 1U;

struct Meaning {
  Ruling ruling;
  std::string_view in_doubt, rejected;  ///< what the ruling would do to such an event, or empty
};
constexpr std::array<Meaning, 4> kMeanings{{
    {Ruling::resend,
     "the next run sends it again; if a request did arrive, HubSpot then has it twice", ""},
    {Ruling::assume_sent, "it counts as submitted; if no request arrived, HubSpot never gets it",
     ""},
    {Ruling::drop,
     "it counts as rejected, is never sent again, and its data is deleted here; if a request did "
     "arrive, HubSpot keeps it",
     "it stays rejected, and its data is deleted here"},
    {Ruling::retry, "", "the next run sends it again"},
}};

std::string command_for(Ruling ruling, const std::string& job) {
  if (ruling == Ruling::retry) return fmt::format("ordertail retry {}", job);
  return fmt::format("ordertail resolve {} --{}", job, name_of(ruling));
}

std::string as_text(const Job& job, const std::string& operand, const std::vector<Held>& in_doubt,
                    const std::vector<Held>& rejected, bool unmasked) {
  std::string out = fmt::format("{}: {} in doubt, {} rejected and kept\n", printable(job.name, 200),
                                grouped(in_doubt.size()), grouped(rejected.size()));
  const auto add = [&](const char* title, const std::vector<Held>& events, const char* how,
                       std::string_view Meaning::*meaning) {
    if (events.empty()) return;
    out += title;
    for (const Held& event : events) out += in_words(event, unmasked);
    out += how;
    for (const Meaning& each : kMeanings)
      if (!(each.*meaning).empty())
        out += fmt::format("  {}\n    {}\n", command_for(each.ruling, printable(operand, 200)),
                           each.*meaning);
  };
  add("in doubt: sent, and no answer says what became of it\n", in_doubt,
      "to decide, name them with --event ID, --reason CODE or --all:\n", &Meaning::in_doubt);
  add("rejected by HubSpot, and kept\n", rejected,
      "to decide, name them with --event ID or --reason CODE, or --all of them to retry:\n",
      &Meaning::rejected);
  return out;
}

std::string to_json(const Job& job, const std::vector<Held>& in_doubt,
                    const std::vector<Held>& rejected, bool unmasked) {
  Json json{{"job", job.name}};
  const auto add = [&](const char* name, const std::vector<Held>& events,
                       std::string_view Meaning::*meaning) {
    json[name] = Json::array();
    for (const Held& event : events) {
      Json entry = as_json(event, unmasked);
      for (const Meaning& each : kMeanings)
        if (!(each.*meaning).empty())
          entry["decisions"][std::string(name_of(each.ruling))] = each.*meaning;
      json[name].push_back(std::move(entry));
    }
  };
  add("in_doubt", in_doubt, &Meaning::in_doubt);
  add("rejected", rejected, &Meaning::rejected);
  return on_one_line(json) + "\n";
}

bool list(const Options& options) {
  const Job job = read_job(options.operands.front());
  const SystemClock clock;
  const Store store(job.store, StoreMode::observe, clock);
  const auto in_doubt = store.in_doubt(kAll);
  const auto rejected = store.rejected(kAll);
  Output out;
  out.write(options.json
                ? to_json(job, in_doubt, rejected, options.unmasked)
                : as_text(job, options.operands.front(), in_doubt, rejected, options.unmasked));
  out.flush();
  return !in_doubt.empty();
}

}  // namespace

int run_resolve(const Options& options) {
  const bool doubts = options.list ? list(options)
                                   : decide(options, options.resend        ? Ruling::resend
                                                     : options.assume_sent ? Ruling::assume_sent
                                                                           : Ruling::drop)
                                             .in_doubt > 0;
  return static_cast<int>(doubts ? ExitCode::in_doubt : ExitCode::ok);
}

}  // namespace ordertail
