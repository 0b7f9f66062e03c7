#include "app/rehearsal.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/endpoint.h"
#include "app/output.h"
#include "app/run.h"
#include "app/signals.h"
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

std::string row(std::string_view email, std::string_view stage, std::string_view closed,
                std::string_view source, std::string_view order, std::string_view revenue) {
  return fmt::format("  {:<28} {:<9} {:<11} {:<8} {:<16} {:>10}\n", email, stage, closed, source,
                     order, revenue);
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
  if (leads.size() > kMostShown) {
    text += fmt::format("  ... and {} more\n", grouped(leads.size() - kMostShown));
  }
  return text;
}

std::string contacts_table(std::string_view contacts_json, bool unmasked) {
  const auto listing = nlohmann::json::parse(contacts_json);
  const auto& contacts = listing.at("contacts");
  std::string text =
      fmt::format("\nHubSpot would now hold {}:\n", count_of(contacts.size(), "contact"));
  const auto line = [&](std::string_view email, std::string_view source, std::string_view forms) {
    text += fmt::format("  {:<28} {:<8} {:>16}\n", email, source, forms);
  };
  line("e-mail", "source", "form submissions");
  for (std::size_t i = 0; i < contacts.size() && i < kMostShown; ++i) {
    const auto& contact = contacts[i];
    const auto email = contact.at("properties").value("email", std::string());
    line(unmasked ? printable(email) : masked(email), contact.at("source").get<std::string>(),
         std::to_string(contact.at("conversions").size()));
  }
  if (contacts.size() > kMostShown) {
    text += fmt::format("  ... and {} more\n", grouped(contacts.size() - kMostShown));
  }
  return text;
}

int rehearse(const Options& options) {
  Job job = read_job(options.operands.front());
  const ThrowAwayDirectory directory;
  sandbox::ServerOptions portal;  // which properties the real one has cannot be known here
  portal.contact_properties.any = portal.order_properties.any = true;
  const sandbox::Server server(std::move(portal));
  job.store = directory.path() / "rehearsal.db";
  job.limits.requests_per_10s = 0;  // the stand-in has no limit
  job.limits.concurrency = 1;       // so that rehearsing again shows the same leads
  job.limits.requests_per_day = kNoDailyLimit;
  std::string credential;
  bool leads = false, forms = false;
  for (auto& endpoint : job.endpoints) {
    if (!endpoint) continue;
    (endpoint->forms ? forms : leads) = true;
    endpoint->url = server.url() + std::string(split_url(endpoint->url).target);
    if (endpoint->secure) credential = "rehearsal";  // the stand-in asks for any
  }

  const SystemClock clock;
  Store store(job.store, StoreMode::write, clock);
  Notices notices(options.rejects);
  RunReport report =
      perform(job, store, {.stage = true, .submit = true}, options, credential, notices);
  report.mode = "rehearsal";
  notices.say_rest();
  if (!report.delivered->message.empty()) notices.say(report.delivered->message);
  print_report(report, options.json);
  if (!options.json) {
    Output out;
    if (leads) out.write(leads_table(server.leads_json(), options.unmasked));
    if (forms) out.write(contacts_table(server.contacts_json(), options.unmasked));
    out.flush();
  }
  return report.exit_code();
}

}  // namespace ordertail
