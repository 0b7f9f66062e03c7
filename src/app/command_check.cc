#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "app/check_endpoints.h"
#include "app/check_sources.h"
#include "app/checkup.h"
#include "app/commands.h"
#include "app/endpoint.h"
#include "app/output.h"
#include "base/text.h"
#include "report/words.h"
#include "store/store_file.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

void check_forms(const Job& job, Checkup& checkup) {
  std::string names;
  for (const auto& endpoint : job.endpoints) {
    if (!endpoint) continue;
    names += fmt::format("{}{}", names.empty() ? "" : " and ", form_name(endpoint->url));
  }
  const bool both = job.endpoints[0] && job.endpoints[1];
  checkup.ok("FormNames", both ? names + " differ" : names);
}

/// Throws Error(store) unless a run could make, or write, the checkpoint file. Makes nothing.
void look_at_store_directory(const fs::path& store) {
  const fs::path own = fs::absolute(store).parent_path();
  fs::path directory = own;
  struct stat found {};
  while (::stat(directory.c_str(), &found) != 0) {
    if (errno != ENOENT) throw system_error(ExitCode::store, "look at", directory.string(), errno);
    directory = directory.parent_path();
  }
  if (::access(directory.c_str(), W_OK | X_OK) != 0) {
    throw system_error(ExitCode::store, "write to the directory", directory.string(), errno);
  }
  // Where it is there already, this only looks who else may write to it.
  if (directory == own) prepare_directory(store);
}

/// The job's store to be looked at. When it cannot be, an empty one, so that the rest can be
/// checked.
Store open_store(const Job& job, const Clock& clock, Checkup& checkup) {
  try {
    Store store(job.store, StoreMode::observe, clock);
    const Totals totals = store.totals();
    checkup.ok(
        "checkpoint file",
        fs::exists(job.store)
            ? fmt::format("{}: {} submitted, {} pending, {} in doubt",
                          printable_name(job.store.string()), totals.submitted, totals.pending,
                          totals.in_doubt)
            : fmt::format("{} will be made by the first run", printable_name(job.store.string())));
    return store;
  } catch (const Error& error) {
    if (error.code() == ExitCode::already_running) {
      checkup.warn("checkpoint file", error.what());
    } else {
      checkup.fail("checkpoint file", error);
    }
  }
  return {job.directory / ".no-checkpoint-file", StoreMode::observe, clock};
}

void check_all(const Job& job, const Options& options, Checkup& checkup) {
  check_forms(job, checkup);
  std::string hapikey;
  const bool has_key = checkup.succeeds("credential", [&] {
    hapikey = read_credential(job);
    checkup.ok("credential", hapikey.empty() ? "none, and the Leads API needs none"
                                             : "it can be read, and by nobody else");
  });
  checkup.succeeds("checkpoint dir", [&] {
    look_at_store_directory(job.store);
    checkup.ok("checkpoint dir", "it can be written to");
  });
  const SystemClock clock;
  Store store = open_store(job, clock, checkup);
  check_sources(job, store, checkup);
  const bool is_safe = checkup.succeeds("transport", [&] {
    check_transport(job);
    checkup.ok("transport", "https, this machine, or plain http as the job says it is meant");
  });
  if (!options.offline) check_reach(job, checkup);
  if (options.probe && has_key && is_safe) probe(job, hapikey, checkup);
}

}  // namespace

int run_check(const Options& options) {
  const std::string& name = options.operands.front();
  Checkup checkup;
  checkup.succeeds("job file", [&] {
    const Job job = read_job(name);
    checkup.ok("job file", fmt::format("{} has {}", printable_name(name),
                                       count_of(job.sources.size(), "source")));
    check_all(job, options, checkup);
  });
  Output out;
  out.write(options.json ? checkup.to_json(name) : checkup.to_text());
  out.flush();
  return checkup.exit_code();
}

}  // namespace ordertail
