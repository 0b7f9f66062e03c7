#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

#include "app/caught_outputs.h"
#include "app/check_endpoints.h"
#include "app/check_sources.h"
#include "app/checkup.h"
#include "app/commands.h"
#include "app/crm_endpoint.h"
#include "app/csv_endpoint.h"
#include "app/output.h"
#include "base/text.h"
#include "delivery/csv_files.h"
#include "report/words.h"
#include "store/store_file.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

bool has(const Job& job, bool (*is_such)(const Endpoint&)) {
  const auto all = job.all_endpoints();
  return std::any_of(all.begin(), all.end(), [&](const Endpoint* each) { return is_such(*each); });
}
bool is_leads(const Endpoint& endpoint) {
  return endpoint.sink == "leads";
}
bool is_form(const Endpoint& endpoint) {
  return endpoint.sink == "forms";
}
bool is_crm(const Endpoint& endpoint) {
  return endpoint.crm.has_value();
}
bool is_csv(const Endpoint& endpoint) {
  return endpoint.csv.has_value();
}
bool is_online(const Endpoint& endpoint) {
  return !is_csv(endpoint);
}
bool is_open_form(const Endpoint& endpoint) {
  return is_form(endpoint) && !endpoint.secure;
}
bool takes_credential(const Endpoint& endpoint) {
  return is_leads(endpoint) || endpoint.needs_token();
}

void check_forms_limit(const Job& job, Checkup& checkup) {
  if (job.limits.forms_per_run == 0) {
    checkup.warn("forms_per_run",
                 "it is 0, so nothing stops a bulk import, which HubSpot forbids through its Forms "
                 "API: it may ignore what a form that is abused is sent");
    return;
  }
  checkup.ok("forms_per_run", fmt::format("a run stops after {} through forms",
                                          count_of(job.limits.forms_per_run, "request")));
}

/// Which fields carry an event's id; without one, a doubt is for a person.
void check_event_id_fields(const Job& job, Checkup& checkup) {
  for (const Endpoint* endpoint : job.all_endpoints()) {
    if (!endpoint->is_listed()) continue;
    checkup.ok("event_id_field",
               fmt::format("the {} form must have the hidden field {}; what is in doubt is looked "
                           "up in the form's listing by it",
                           endpoint->name, endpoint->forms->event_id_field));
  }
}

void check_forms(const Job& job, Checkup& checkup) {
  std::string names;
  bool both = false;
  for (const Endpoint* endpoint : job.all_endpoints()) {
    if (is_crm(*endpoint) || is_csv(*endpoint)) continue;
    both = !names.empty();
    names += fmt::format("{}{}", both ? " and " : "", endpoint->form());
  }
  if (names.empty()) return;
  checkup.ok(has(job, is_leads) ? "FormNames" : "forms", both ? names + " differ" : names);
  if (has(job, is_form)) check_forms_limit(job, checkup);
  if (has(job, is_open_form)) {
    checkup.ok("open form",
               "a form without secure = true must have every field that is sent to it");
  }
  check_event_id_fields(job, checkup);
}

void check_orders(const std::string& order_id, Checkup& checkup) {
  if (order_id.empty()) {
    checkup.warn("crm",
                 "contacts only: [hubspot.crm] names no order_id, an order property with unique "
                 "values, so no orders are made");
  } else if (order_id.starts_with("hs_")) {
    checkup.warn("crm",
                 fmt::format("contacts, and orders by {}, which is HubSpot's own: unless its "
                             "values are unique there, every order will be refused",
                             order_id));
  } else {
    checkup.ok("crm", fmt::format("contacts, and orders by their property {}, which HubSpot must "
                                  "have, with unique values",
                                  order_id));
  }
}

void check_crm(const Job& job, Checkup& checkup) {
  const auto all = job.all_endpoints();
  const auto crm = std::find_if(all.begin(), all.end(), [](auto* each) { return is_crm(*each); });
  if (crm == all.end()) return;
  const auto purchases = static_cast<std::size_t>(Kind::purchase);
  const auto& endpoint = job.endpoints[purchases];
  if (job.otherwise[purchases] || (endpoint && is_crm(*endpoint))) {
    check_orders((*crm)->crm->order_id, checkup);
  } else {
    checkup.ok("crm", "contacts");
  }
  const std::vector<std::string> own = properties_to_make(*(*crm)->crm);
  if (own.empty()) return;
  checkup.ok("properties", fmt::format("HubSpot must have, before the first run, the {}",
                                       fmt::join(own, ", the ")));
}

void check_csv(const Job& job, Checkup& checkup) {
  const auto all = job.all_endpoints();
  const auto found = std::find_if(all.begin(), all.end(), [](auto* each) { return is_csv(*each); });
  if (found == all.end()) return;
  const CsvSettings& csv = *(*found)->csv;
  checkup.succeeds("csv", [&] {
    refuse_caught_outputs(job);
    check_csv_directory(csv.directory);
    checkup.ok("csv", fmt::format("files of up to {} in {}; HubSpot's importer is to be told that "
                                  "dates are {}",
                                  count_of(csv.rows_per_file, "row"),
                                  printable_name(csv.directory.string()), name_of(csv.date)));
  });
  const std::vector<std::string> own = headings_to_match(csv);
  if (own.empty()) return;
  checkup.ok("columns", fmt::format("HubSpot must have, before the import, a contact property for "
                                    "the column {}",
                                    fmt::join(own, ", and for ")));
}

/// Are the CSV files there that were written and have yet to be given their name?
void check_written_files(const Job& job, const Store& store, Checkup& checkup) {
  const auto all = job.all_endpoints();
  const auto found = std::find_if(all.begin(), all.end(), [](auto* each) { return is_csv(*each); });
  if (found == all.end()) return;
  checkup.succeeds("written files", [&] {
    for (const std::string& progress : store.progress()) {
      const std::string_view name = csv_file_of(progress);
      if (name.empty()) continue;
      const fs::path file = (*found)->csv->directory / name;
      if (is_written_file_there(file, csv_store_name(store.id_key()))) continue;
      checkup.warn("written files",
                   fmt::format("{} was written and is not there any more; put it back, or the next "
                               "run holds what was in it as in doubt",
                               printable_name(file.string())));
    }
  });
}

/// What is said of a credential that is not there.
std::string no_credential(const Job& job) {
  if (!has(job, is_online)) return "none, and a file needs none";
  return has(job, is_leads) ? "none, and the Leads API needs none"
                            : "none, and an open form needs none";
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
    std::error_code none;
    checkup.ok(
        "checkpoint file",
        fs::exists(job.store, none)
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
  check_crm(job, checkup);
  check_csv(job, checkup);
  std::string credential;
  const bool has_key = checkup.succeeds("credential", [&] {
    credential = read_credential(job);
    checkup.ok("credential", credential.empty() ? no_credential(job)
                             : has(job, takes_credential)
                                 ? "it can be read, and by nobody else"
                                 : "it can be read, and by nobody else; open forms are sent none");
  });
  checkup.succeeds("checkpoint dir", [&] {
    look_at_store_directory(job.store);
    checkup.ok("checkpoint dir", "it can be written to");
  });
  const SystemClock clock;
  Store store = open_store(job, clock, checkup);
  check_written_files(job, store, checkup);
  check_sources(job, store, checkup);
  const bool is_safe = checkup.succeeds("transport", [&] {
    check_transport(job);
    checkup.ok("transport", has(job, is_online)
                                ? "https, this machine, or plain http as the job says it is meant"
                                : "nothing leaves this machine");
  });
  if (!options.offline) check_reach(job, checkup);
  if (!options.offline && has_key && is_safe) check_listings(job, credential, checkup);
  if (options.probe && has_key && is_safe) probe(job, credential, checkup);
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
