#include "app/rehearsal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/caught_outputs.h"
#include "app/endpoint.h"
#include "app/output.h"
#include "app/run.h"
#include "app/signals.h"
#include "base/fd.h"
#include "base/text.h"
#include "report/words.h"
#include "sandbox/server.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostShown = 50;

/// A directory that is gone with this object.
class ThrowAwayDirectory {
 public:
  ThrowAwayDirectory() {
    std::error_code error;
    const fs::path parent = fs::temp_directory_path(error);
    if (error) {
      throw Error(ExitCode::store,
                  "there is no directory for temporary files: set TMPDIR to one, or "
                  "unset it");
    }
    std::string name = (parent / "ordertail-rehearsal-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw system_error(ExitCode::store, "make a directory for the rehearsal:", name, errno);
    }
    path_ = name;
  }
  ThrowAwayDirectory(const ThrowAwayDirectory&) = delete;
  ThrowAwayDirectory& operator=(const ThrowAwayDirectory&) = delete;
  ~ThrowAwayDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string field(const nlohmann::json& lead, const char* name) {
  const auto& fields = lead.at("fields");
  return fields.contains(name) ? fields[name].get<std::string>() : std::string();
}

std::string property(const nlohmann::json& object, const char* name) {
  return object.at("properties").value(name, std::string());
}

/// The line below a table of so many rows that are not all shown.
std::string rest_of(std::size_t rows) {
  if (rows <= kMostShown) return {};
  return fmt::format("  ... and {} more\n", grouped(rows - kMostShown));
}

std::string row(std::string_view email, std::string_view stage, std::string_view closed,
                std::string_view source, std::string_view order, std::string_view revenue) {
  return fmt::format("  {:<28} {:<9} {:<11} {:<8} {:<16} {:>10}\n", email, stage, closed, source,
                     order, revenue);
}

std::uint64_t lines_outside_quotes(std::string_view csv) {
  bool quoted = false;
  return static_cast<std::uint64_t>(std::count_if(csv.begin(), csv.end(), [&](char c) {
    quoted ^= c == '"';
    return c == '\n' && !quoted;
  }));
}

/// The files that were made, and gone from the report: they go with the rehearsal.
std::vector<std::string> taken_files(RunReport& report) {
  std::vector<std::string> contents;
  for (const std::string& file : std::exchange(report.files, {})) {
    contents.push_back(read_small_file(file, ExitCode::store, std::size_t{1} << 30U));
  }
  return contents;
}

const CrmSettings* crm_of(const Job& job) {
  for (const Endpoint* endpoint : job.all_endpoints()) {
    if (endpoint->crm) return &*endpoint->crm;
  }
  return nullptr;
}

/// A stand-in that has the properties the job names.
sandbox::ServerOptions portal_of(const Job& job) {
  sandbox::ServerOptions options;
  options.contact_properties.any = options.order_properties.any = true;
  if (const CrmSettings* const crm = crm_of(job); crm != nullptr && !crm->order_id.empty()) {
    options.unique_order_property = crm->order_id;
  }
  return options;
}

bool makes_orders(const Job& job) {
  const CrmSettings* const crm = crm_of(job);
  return crm != nullptr && !crm->order_id.empty();
}

}  // namespace

std::string leads_table(std::string_view leads_json, bool unmasked) {
  const auto listing = nlohmann::json::parse(leads_json);
  const auto& leads = listing.at("leads");
  std::string text = fmt::format("\nHubSpot would now hold {}:\n", count_of(leads.size(), "lead"));
  text += row("e-mail", "stage", "closed", "source", "last order", "revenue");
  for (std::size_t i = 0; i < leads.size() && i < kMostShown; ++i) {
    const auto& lead = leads[i];
    const std::string email = field(lead, "Email");
    const std::string order = field(lead, "order_number");
    const auto& closed = lead.at("close_date");
    text += row(
        unmasked ? printable(email) : masked(email), lead.at("lifecycle").get<std::string>(),
        closed.is_string() ? closed.get<std::string>() : "", lead.at("source").get<std::string>(),
        printable(unmasked ? order : discreet(order)), printable(field(lead, "total_revenue")));
  }
  return text + rest_of(leads.size());
}

std::string contacts_table(std::string_view contacts_json, bool unmasked) {
  const auto listing = nlohmann::json::parse(contacts_json);
  const auto& contacts = listing.at("contacts");
  std::string text =
      fmt::format("\nHubSpot would now hold {}:\n", count_of(contacts.size(), "contact"));
  const auto line = [&](std::string_view email, std::string_view stage, std::string_view source,
                        std::string_view forms) {
    text += fmt::format("  {:<28} {:<9} {:<8} {:>16}\n", email, stage, source, forms);
  };
  line("e-mail", "stage", "source", "form submissions");
  for (std::size_t i = 0; i < contacts.size() && i < kMostShown; ++i) {
    const auto& contact = contacts[i];
    const auto email = property(contact, "email");
    line(unmasked ? printable(email) : masked(email), property(contact, "lifecyclestage"),
         contact.at("source").get<std::string>(), std::to_string(contact.at("conversions").size()));
  }
  return text + rest_of(contacts.size());
}

std::string orders_table(std::string_view orders_json, std::string_view contacts_json,
                         bool unmasked) {
  const auto listing = nlohmann::json::parse(orders_json);
  const auto& orders = listing.at("orders");
  const auto contacts = nlohmann::json::parse(contacts_json);
  std::map<std::uint64_t, std::string> emails;
  for (const auto& contact : contacts.at("contacts")) {
    emails[contact.at("id").get<std::uint64_t>()] = property(contact, "email");
  }
  std::string text =
      fmt::format("\nHubSpot would now hold {}:\n", count_of(orders.size(), "order"));
  const auto line = [&](std::string_view order, std::string_view email, std::string_view closed,
                        std::string_view subtotal) {
    text += fmt::format("  {:<16} {:<28} {:<21} {:>10}\n", order, email, closed, subtotal);
  };
  line("order", "contact", "processed", "subtotal");
  for (std::size_t i = 0; i < orders.size() && i < kMostShown; ++i) {
    const auto& order = orders[i];
    const auto& of = order.at("contacts");
    const std::string email = of.empty() ? "" : emails[of.front().get<std::uint64_t>()];
    const std::string name = property(order, "hs_order_name");
    line(printable(unmasked ? name : discreet(name)), unmasked ? printable(email) : masked(email),
         property(order, "hs_processed_date"), property(order, "hs_subtotal_price"));
  }
  return text + rest_of(orders.size());
}

std::string files_table(const std::vector<std::string>& files) {
  std::string text =
      fmt::format("\nHubSpot's importer would be given {}:\n", count_of(files.size(), "file"));
  for (const std::string& file : files) {
    const std::uint64_t rows = lines_outside_quotes(file) - 1;
    text += fmt::format("  {:>12} of {}\n", count_of(rows, "row"),
                        printable(file.substr(0, file.find('\r')), 1000));
  }
  return text;
}

int rehearse(const Options& options) {
  Job job = read_job(options.operands.front());
  const ThrowAwayDirectory directory;
  const sandbox::Server server(portal_of(job));
  job.store = directory.path() / "rehearsal.db";
  job.limits.requests_per_10s = 0;  // the stand-in has no limit
  job.limits.concurrency = 1;       // so that rehearsing again shows the same leads
  job.limits.requests_per_day = kNoDailyLimit;
  std::string credential;
  bool leads = false, contacts = false;
  for (auto* const endpoints : {&job.endpoints, &job.otherwise}) {
    for (auto& endpoint : *endpoints) {
      if (!endpoint) continue;
      if (endpoint->csv) {
        endpoint->csv->directory = directory.path() / "csv";
        continue;
      }
      (endpoint->sink == "leads" ? leads : contacts) = true;
      endpoint->url = server.url() + std::string(split_url(endpoint->url).target);
      if (endpoint->needs_token()) credential = "rehearsal";  // the stand-in asks for any
    }
  }

  const SystemClock clock;
  Store store(job.store, StoreMode::write, clock);
  refuse_caught_outputs(job, options);
  Notices notices(options.rejects, options.reject_rows);
  RunReport report =
      perform(job, store, {.stage = true, .submit = true}, options, credential, notices);
  report.mode = "rehearsal";
  const std::vector<std::string> files = taken_files(report);
  notices.say_rest();
  if (!report.delivered->message.empty()) notices.say(report.delivered->message);
  print_report(report, options.json);
  if (!options.json) {
    Output out;
    if (leads) out.write(leads_table(server.leads_json(), options.unmasked));
    if (contacts) out.write(contacts_table(server.contacts_json(), options.unmasked));
    if (makes_orders(job)) {
      out.write(orders_table(server.orders_json(), server.contacts_json(), options.unmasked));
    }
    if (!files.empty()) out.write(files_table(files));
    out.flush();
  }
  return report.exit_code();
}

}  // namespace ordertail
