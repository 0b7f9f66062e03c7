#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "app/commands.h"
#include "app/duration.h"
#include "app/job.h"
#include "app/output.h"
#include "base/fd.h"
#include "base/text.h"
#include "event/event_id.h"
#include "report/json.h"
#include "report/words.h"
#include "store/store.h"

namespace ordertail {
namespace {

/// Those whom a file names.
struct People {
  std::vector<Person> all;
  std::vector<std::uint64_t> lines;  // of each
};

/// One to a line: what has an '@' is an e-mail address, all else the number of an order.
People read_people(const std::string& path) {
  const std::string text =
      read_small_file(path == "-" ? "/dev/stdin" : path, ExitCode::usage, 64U << 20U);
  People people;
  std::uint64_t number = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++number;
    if (line.empty()) continue;
    const bool is_email = line.find('@') != line.npos;
    people.all.push_back(
        {std::string(is_email ? line : ""), std::string(is_email ? "" : plain_order_number(line))});
    people.lines.push_back(number);
  }
  if (people.all.empty()) {
    throw Error(ExitCode::usage, fmt::format("{} names nobody: write an e-mail address, or the "
                                             "number of an order, on each line",
                                             printable_name(path)));
  }
  return people;
}

/// People's data, masked.
std::string name_of(const Person& person) {
  return person.email.empty() ? "order " + printable(person.order_number)
                              : printable(masked(person.email));
}

/// "found: 2 of 3 lines: line 1, a***@example.com; line 3, order 7"
std::string list(std::string_view what, const People& people, const std::vector<bool>& found,
                 bool which) {
  constexpr std::uint64_t kShown = 10;
  std::uint64_t count = 0;
  std::string names;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] != which || ++count > kShown) continue;
    names += fmt::format("{} line {}, {}", count == 1 ? ":" : ";", people.lines[i],
                         name_of(people.all[i]));
  }
  if (count > kShown) names += fmt::format("; and {} more (--json lists them)", count - kShown);
  return fmt::format("{}: {} of {}{}\n", what, grouped(count), count_of(found.size(), "line"),
                     names);
}

nlohmann::ordered_json list_json(const People& people, const std::vector<bool>& found, bool which) {
  auto json = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] != which) continue;
    json.push_back({{"line", people.lines[i]}, {"name", name_of(people.all[i])}});
  }
  return json;
}

std::string as_text(const Forgotten& forgotten, const People& people) {
  std::string text = fmt::format(
      "deleted: {} of visits, {} that HubSpot had rejected, {} that waited to be sent\n",
      count_of(forgotten.evidence, "piece"), count_of(forgotten.rejected, "event"),
      count_of(forgotten.pending, "event"));
  if (forgotten.held > 0) {
    text += fmt::format(
        "kept: {} pending or in doubt; --drop-pending deletes those that were never sent, "
        "`ordertail resolve` decides about doubts\n",
        count_of(forgotten.held, "event"));
  }
  if (people.all.empty()) return text;
  return text + list("found", people, forgotten.found, true) +
         list("nothing was kept of", people, forgotten.found, false);
}

nlohmann::ordered_json as_json(const Forgotten& forgotten, const People& people) {
  nlohmann::ordered_json json{{"evidence", forgotten.evidence},
                              {"rejected", forgotten.rejected},
                              {"pending", forgotten.pending},
                              {"kept", forgotten.held}};
  if (people.all.empty()) return json;
  json["found"] = list_json(people, forgotten.found, true);
  json["not_found"] = list_json(people, forgotten.found, false);
  return json;
}

}  // namespace

int run_forget(const Options& options) {
  const Job job = read_job(options.operands.front());
  People people;
  if (!options.people.empty()) people = read_people(options.people);
  const SystemClock clock;
  Store store(job.store, StoreMode::write, clock);
  const Forgotten forgotten = options.people.empty()
                                  ? store.forget_before(clock.wall() - *options.older_than)
                                  : store.forget(people.all, options.drop_pending);
  Output out;
  out.write(options.json ? on_one_line(as_json(forgotten, people)) + "\n"
                         : as_text(forgotten, people));
  out.flush();
  return static_cast<int>(forgotten.held > 0 ? ExitCode::stopped_early : ExitCode::ok);
}

}  // namespace ordertail
