#include "app/decision.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "app/held_words.h"
#include "app/job.h"
#include "app/output.h"
#include "base/text.h"
#include "report/json.h"
#include "report/words.h"

namespace ordertail {
namespace {

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max() >> 1U;

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::vector<const Held*> named(const std::vector<Held>& events, const std::string& beginning) {
  std::vector<const Held*> found;
  for (const Held& event : events)
    if (to_hex(event.id.view()).starts_with(beginning)) found.push_back(&event);
  return found;
}

/// What a person may do who named an event that the ruling is not about, or none at all.
[[noreturn]] void refuse(const Store& store, Ruling ruling, const std::string& given,
                         const std::string& job) {
  const bool other_exists =
      ruling == Ruling::retry
          ? !named(store.in_doubt(kAll), given).empty()
          : ruling != Ruling::drop && !named(store.rejected(kAll), given).empty();
  const std::string_view wanted = ruling == Ruling::retry  ? "rejected and kept"
                                  : ruling == Ruling::drop ? "in doubt, or rejected and kept"
                                                           : "in doubt";
  std::string why = fmt::format("no event with this id is {}", wanted);
  if (other_exists)
    why = ruling == Ruling::retry
              ? "this event is in doubt, not rejected: `ordertail resolve` decides about it"
              : "this event was rejected, it is not in doubt: `ordertail retry` sends it again, "
                "`ordertail resolve --drop` deletes it";
  throw Error(
      ExitCode::usage,
      fmt::format("--event {}: {}. Nothing was changed; `ordertail resolve {} --list` shows "
                  "what there is to decide",
                  given, why, job));
}

std::string name_of_user() {
  if (const passwd* user = ::getpwuid(::getuid()); user != nullptr) return user->pw_name;
  return fmt::format("user {}", ::getuid());
}

/// What was done to `count` events, and what may come of it.
std::string in_words(Ruling ruling, std::size_t count) {
  const std::string events = count_of(count, "event");
  const std::string_view it = count == 1 ? "it" : "them";
  switch (ruling) {
    case Ruling::resend:
      return fmt::format(
          "{} will be sent again by the next import or submit. If the request in doubt did "
          "arrive, HubSpot then has {} twice; the report and status list {} as resent.",
          events, it, it);
    case Ruling::assume_sent:
      return fmt::format(
          "{} now count{} as submitted. If the request in doubt did not arrive, HubSpot "
          "never gets {}.",
          events, count == 1 ? "s" : "", it);
    case Ruling::drop:
      return fmt::format(
          "{} now count{} as rejected, and what the checkpoint file held of {} is deleted. "
          "HubSpot keeps what did arrive.",
          events, count == 1 ? "s" : "", it);
    case Ruling::retry:
    case Ruling::by_itself:  // the store's, never a person's
    case Ruling::verify:
      break;
  }
  return fmt::format("{} will be sent again by the next import or submit.", events);
}

std::string as_text(const Job& job, Ruling ruling, const std::vector<Held>& events,
                    const Totals& now, bool unmasked) {
  std::string out = printable(job.name, 200) + ": ";
  out += events.empty() ? fmt::format("nothing is {}; nothing was changed.",
                                      ruling == Ruling::retry ? "rejected and kept" : "in doubt")
                        : in_words(ruling, events.size());
  out += "\n";
  for (const Held& event : events) out += "  " + name_in_words(event, unmasked) + "\n";
  return out + fmt::format("now {} submitted, {} rejected, {} pending, {} in doubt\n",
                           grouped(now.submitted), grouped(now.rejected), grouped(now.pending),
                           grouped(now.in_doubt));
}

std::string to_json(const Job& job, Ruling ruling, const std::vector<Held>& events,
                    const Totals& now, bool unmasked) {
  using Json = nlohmann::ordered_json;
  Json json{{"job", job.name}, {"decision", name_of(ruling)}, {"events", Json::array()}};
  for (const Held& event : events) json["events"].push_back(as_json(event, unmasked));
  json["store"] = {{"submitted", now.submitted},
                   {"rejected", now.rejected},
                   {"pending", now.pending},
                   {"in_doubt", now.in_doubt}};
  return on_one_line(json) + "\n";
}

}  // namespace

std::vector<Held> chosen(const Store& store, Ruling ruling, const Options& options) {
  std::vector<Held> candidates =
      ruling == Ruling::retry ? store.rejected(kAll) : store.in_doubt(kAll);
  if (options.all) return candidates;
  if (ruling == Ruling::drop) {
    std::vector<Held> rejected = store.rejected(kAll);
    std::move(rejected.begin(), rejected.end(), std::back_inserter(candidates));
  }
  if (!options.reason.empty()) {
    std::erase_if(candidates, [&](const Held& event) {
      return event.reason != options.reason && words_for(event.reason) != options.reason;
    });
    if (!candidates.empty()) return candidates;
    throw Error(ExitCode::usage,
                fmt::format("no event that could be meant has the reason \"{}\". Nothing was "
                            "changed; `ordertail resolve {} --list` shows what there is to decide",
                            printable(options.reason), options.operands.front()));
  }
  std::vector<Held> found;
  std::set<std::string> ids;
  for (const std::string& given : options.events) {
    const std::string beginning = lower(given);
    if (!is_id(beginning))
      throw Error(ExitCode::usage,
                  fmt::format("--event \"{}\" is no event id: up to 32 hexadecimal digits. Nothing "
                              "was changed; `ordertail resolve {} --list` shows the ids",
                              printable(given), options.operands.front()));
    const auto meant = named(candidates, beginning);
    if (meant.empty()) refuse(store, ruling, beginning, options.operands.front());
    if (meant.size() > 1)
      throw Error(ExitCode::usage,
                  fmt::format("--event {} is the beginning of {} ids; give more of it. Nothing was "
                              "changed",
                              beginning, meant.size()));
    if (ids.insert(to_hex(meant.front()->id.view())).second) found.push_back(*meant.front());
  }
  return found;
}

Totals decide(const Options& options, Ruling ruling) {
  const Job job = read_job(options.operands.front());
  std::error_code unknown;
  if (!std::filesystem::exists(job.store, unknown) && !unknown)
    throw Error(ExitCode::usage, fmt::format("{} is not there: nothing was sent yet, so that there "
                                             "is nothing to decide",
                                             job.store.string()));
  const SystemClock clock;
  Store store(job.store, StoreMode::write, clock);
  const std::vector<Held> events = chosen(store, ruling, options);
  std::vector<Hash128> ids;
  ids.reserve(events.size());
  for (const Held& event : events) ids.push_back(event.id);
  store.rule(ruling, ids, name_of_user());
  const Totals now = store.totals();
  Output out;
  out.write(options.json ? to_json(job, ruling, events, now, options.unmasked)
                         : as_text(job, ruling, events, now, options.unmasked));
  out.flush();
  return now;
}

}  // namespace ordertail
