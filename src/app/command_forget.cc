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

/// One to a line: what has an '@' is an e-mail address, all else the number of an order.
std::vector<Person> read_people(const std::string& path) {
  const std::string text =
      read_small_file(path == "-" ? "/dev/stdin" : path, ExitCode::usage, 64U << 20U);
  std::vector<Person> people;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty()) continue;
    const bool is_email = line.find('@') != line.npos;
    people.push_back(
        {std::string(is_email ? line : ""), std::string(is_email ? "" : plain_order_number(line))});
  }
  if (people.empty()) {
    throw Error(ExitCode::usage, fmt::format("{} names nobody: write an e-mail address, or the "
                                             "number of an order, on each line",
                                             printable_name(path)));
  }
  return people;
}

std::string as_text(const Forgotten& forgotten) {
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
  return text;
}

}  // namespace

int run_forget(const Options& options) {
  const Job job = read_job(options.operands.front());
  std::vector<Person> people;
  if (!options.people.empty()) people = read_people(options.people);
  const SystemClock clock;
  Store store(job.store, StoreMode::write, clock);
  const Forgotten forgotten = options.people.empty()
                                  ? store.forget_before(clock.wall() - *options.older_than)
                                  : store.forget(people, options.drop_pending);
  Output out;
  if (options.json) {
    out.write(on_one_line({{"evidence", forgotten.evidence},
                           {"rejected", forgotten.rejected},
                           {"pending", forgotten.pending},
                           {"kept", forgotten.held}}) +
              "\n");
  } else {
    out.write(as_text(forgotten));
  }
  out.flush();
  return static_cast<int>(forgotten.held > 0 ? ExitCode::stopped_early : ExitCode::ok);
}

}  // namespace ordertail
