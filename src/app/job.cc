#include "app/job.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "app/crm_endpoint.h"
#include "app/csv_endpoint.h"
#include "app/duration.h"
#include "app/endpoint.h"
#include "app/forms_endpoint.h"
#include "base/fd.h"
#include "base/text.h"
#include "base/toml_file.h"
#include "event/catalogue.h"
#include "event/server_format.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t index_of(Kind kind) {
  return static_cast<std::size_t>(kind);
}

void read_account(TomlTable account, Job& job) {
  job.shop = account.required_text("shop");
  if (job.shop.empty())
    throw account.error("shop", "the shop needs a name; event ids depend on it");
  const std::string zone = account.required_text("time_zone");
  job.account_zone = TimeZone::find(zone);
  if (!job.account_zone) {
    throw account.error("time_zone", fmt::format("there is no time zone \"{}\"; write one such as "
                                                 "\"America/New_York\"",
                                                 printable(zone)));
  }
  job.store = job.directory / account.required_text("store");
  account.finish();
}

Credential read_credential_table(TomlTable table) {
  Credential credential{table.text("file").value_or(""), table.text("env").value_or(""),
                        table.text("systemd").value_or("")};
  table.finish();
  const int given = (credential.file.empty() ? 0 : 1) + (credential.env.empty() ? 0 : 1) +
                    (credential.systemd.empty() ? 0 : 1);
  if (given != 1) {
    throw table.error({},
                      R"(a credential is one of { file = "…" }, { env = "…" }, { systemd = "…" })");
  }
  return credential;
}

Endpoint read_leads_endpoint(TomlTable table) {
  Endpoint endpoint;
  endpoint.sink = table.required_text("sink");
  endpoint.url = table.required_text("url");
  endpoint.plain_http = table.boolean("plain_http").value_or(false);
  table.finish();
  const std::string fault = fault_of_leads_url(endpoint.url);
  if (!fault.empty()) throw table.error("url", fault);
  return endpoint;
}

/// Endpoints that registrations and purchases have together.
struct Shared {
  Endpoint crm;
  std::optional<Endpoint> csv;
};

/// All that there is to say of it stands in [hubspot.crm], or [hubspot.csv].
Endpoint read_shared_endpoint(TomlTable table, const Shared& shared, const Job& job) {
  const std::string sink = table.required_text("sink");
  if (sink == "crm" && !job.credential.given()) {
    throw table.error("sink",
                      "HubSpot's CRM takes nothing without a credential, a service key's token, "
                      "and [hubspot] names none");
  }
  for (const std::string& key : table.keys()) {
    if (key == "sink") continue;
    throw table.error(key, fmt::format("what there is to say of the sink \"{0}\" stands in "
                                       "[hubspot.{0}]; \"{1}\" does not belong here",
                                       sink, printable(key)));
  }
  if (sink == "crm") return shared.crm;
  if (!shared.csv) {
    throw table.error("sink",
                      "the job does not say where the files are to be: add [hubspot.csv] with "
                      "directory = \"import\", for example");
  }
  return *shared.csv;
}

Endpoint read_endpoint(TomlTable table, Kind kind, const Shared& shared, const Job& job) {
  const std::string sink = table.required_text("sink");
  if (sink == "leads") return read_leads_endpoint(std::move(table));
  if (sink == "crm" || sink == "csv") return read_shared_endpoint(std::move(table), shared, job);
  if (sink != "forms") {
    throw table.error("sink", R"(the sink must be "leads", "forms", "crm" or "csv")");
  }
  Endpoint endpoint = read_forms_endpoint(table, kind, job.portal_id);
  if (endpoint.secure && !job.credential.given()) {
    throw table.error("secure",
                      "a secure form takes submissions with a credential only, and "
                      "[hubspot] names none");
  }
  if (endpoint.is_listed() && !job.credential.given()) {
    throw table.error("event_id_field",
                      "what is in doubt is looked up with a credential only, a service key's or "
                      "private app's token with the scope \"forms\", and [hubspot] names none");
  }
  return endpoint;
}

/// Forms are told apart by the API's own rule: FormNames as they are, GUIDs whatever their case.
void check_that_forms_differ(const Job& job, TomlTable& hubspot) {
  const auto& [registration, purchase] = job.endpoints;
  const bool is_shared = purchase && (purchase->crm || purchase->csv);
  if (!registration || !purchase || registration->sink != purchase->sink || is_shared) return;
  const bool is_leads = purchase->sink == "leads";
  const std::string form = purchase->form();
  if (is_leads ? form != registration->form() : !equal_ignoring_case(form, registration->form())) {
    return;
  }
  throw hubspot.error(
      "purchase",
      fmt::format("registration and purchase have the same {} \"{}\"; HubSpot could not "
                  "tell leads from customers, so they must differ",
                  is_leads ? "FormName" : "form", printable(form)));
}

/// A token in the body of a request to the Leads API would be told to the wrong server.
void check_that_token_is_kept(const Job& job, TomlTable& hubspot) {
  const auto all = job.all_endpoints();
  const auto taker =
      std::find_if(all.begin(), all.end(), [](auto* each) { return each->needs_token(); });
  if (taker == all.end()) return;
  for (const Kind kind : {Kind::registration, Kind::purchase}) {
    const auto& endpoint = job.endpoints[index_of(kind)];
    if (!endpoint || endpoint->sink != "leads") continue;
    throw hubspot.error(
        name_of(kind),
        fmt::format("the credential is {} token, and a Leads endpoint would be sent it as its "
                    "hapikey; put the two endpoints into two jobs, each with its own checkpoint "
                    "file",
                    (*taker)->crm      ? "the CRM's"
                    : (*taker)->secure ? "a secure form's"
                                       : "a form's"));
  }
}

/// Where events of this kind go, and where those go that the form there does not take.
void read_route(TomlTable table, Kind kind, const Shared& shared, Job& job) {
  auto otherwise = table.table("otherwise");
  if (otherwise && table.required_text("sink") != "forms") {
    throw table.error("otherwise",
                      R"("otherwise" is for what a form does not take, beside sink = "forms")");
  }
  Endpoint& endpoint =
      job.endpoints[index_of(kind)].emplace(read_endpoint(std::move(table), kind, shared, job));
  if (endpoint.name.empty()) endpoint.name = name_of(kind);
  if (!otherwise) return;
  const std::string sink = otherwise->required_text("sink");
  if (sink != "crm" && sink != "csv") {
    throw otherwise->error("sink", R"(what a form does not take goes to sink = "crm" or "csv")");
  }
  job.otherwise[index_of(kind)] = read_shared_endpoint(*std::move(otherwise), shared, job);
}

/// Complains of a table that no endpoint has a use for.
void check_that_it_is_used(const Job& job, TomlTable& hubspot, std::string_view sink) {
  const auto all = job.all_endpoints();
  const bool is_used =
      std::any_of(all.begin(), all.end(), [&](auto* e) { return e->sink == sink; });
  if (!hubspot.has(sink) || is_used) return;
  throw hubspot.error(sink, fmt::format("[hubspot.{0}] is for endpoints with sink = \"{0}\": there "
                                        "is none",
                                        sink));
}

void read_hubspot(TomlTable hubspot, Job& job) {
  job.portal_id = hubspot.integer("portal_id");
  if (auto credential = hubspot.table("credential")) {
    job.credential = read_credential_table(*std::move(credential));
  }
  Shared shared{read_crm(hubspot.table("crm")), std::nullopt};
  if (auto csv = hubspot.table("csv")) shared.csv = read_csv(*std::move(csv), job);
  for (const Kind kind : {Kind::registration, Kind::purchase}) {
    if (auto table = hubspot.table(name_of(kind))) {
      read_route(*std::move(table), kind, shared, job);
    }
  }
  for (const char* sink : {"crm", "csv"}) check_that_it_is_used(job, hubspot, sink);
  check_that_forms_differ(job, hubspot);
  check_that_token_is_kept(job, hubspot);
  hubspot.finish();
}

template <typename Number>
void read_limit(TomlTable& table, std::string_view key, std::int64_t least, Number& limit) {
  const auto value = table.integer(key);
  if (!value) return;
  if (*value < least || *value > 1'000'000'000) {
    throw table.error(key, fmt::format("\"{}\" must be from {} to 1,000,000,000", key, least));
  }
  limit = static_cast<Number>(*value);
}

void read_limits(TomlTable limits, Job& job) {
  Limits& to = job.limits;
  read_limit(limits, "requests_per_10s", 0, to.requests_per_10s);
  read_limit(limits, "requests_per_day", 0, to.requests_per_day);
  if (to.requests_per_day == 0) to.requests_per_day = kNoDailyLimit;
  read_limit(limits, "requests_reserve", 0, to.requests_reserve);
  read_limit(limits, "forms_per_run", 0, to.forms_per_run);
  read_limit(limits, "concurrency", 1, to.concurrency);
  read_limit(limits, "tries", 1, to.tries);
  read_limit(limits, "outbox", 1, to.outbox);
  read_limit(limits, "first_delay_ms", 1, to.first_delay);
  read_limit(limits, "timeout_ms", 100, job.timeout);
  limits.finish();
}

void read_duration(TomlTable& table, std::string_view key, std::chrono::seconds& to) {
  const auto text = table.text(key);
  if (!text) return;
  const auto duration = parse_duration(*text);
  if (!duration) {
    throw table.error(key, fmt::format("\"{}\" is a length of time, such as \"30m\", \"2h\" or "
                                       "\"180d\"",
                                       key));
  }
  to = *duration;
}

void read_attribution(TomlTable table, AttributionSettings& to) {
  to.more.session = table.boolean("session").value_or(false);
  read_duration(table, "ip_window", to.ip_window);
  to.more.ip = to.ip_window.count() > 0;
  if (to.ip_window > std::chrono::hours(24)) {
    throw table.error("ip_window", "\"ip_window\" must be 24h at most: addresses change hands");
  }
  if (to.more.ip && to.ip_window < std::chrono::minutes(15)) {
    throw table.error(
        "ip_window",
        "\"ip_window\" must be 15m at least, or \"0\": visits are kept by the quarter "
        "of an hour");
  }
  read_duration(table, "wait", to.wait);
  read_duration(table, "keep", to.keep);
  if (to.keep.count() == 0 || to.keep < to.wait) {
    throw table.error("keep",
                      "\"keep\" must be longer than nothing, and not shorter than \"wait\": "
                      "what is deleted is no proof any more");
  }
  table.finish();
}

/// A tier that no line can prove anything for is a mistake.
void check_session(const Job& job, const TomlTable& attribution) {
  if (!job.attribution.more.session) return;
  const bool is_told = std::any_of(job.sources.begin(), job.sources.end(), [](const Source& each) {
    return each.pattern && each.pattern->visitor.wanted && !each.pattern->visitor.session.empty();
  });
  if (is_told) return;
  throw attribution.error(
      "session",
      "\"session\" ties orders to visits by the shop's session, and no source says where a line of "
      "the log has that: add session = \"$cookie_PHPSESSID\", or whatever its column is called, to "
      "[source.visitor], or leave this out");
}

/// What find_pattern() complains of is the job's line.
PatternFile pattern_file(TomlTable& source, const Job& job) {
  const std::string reference = source.required_text("pattern");
  try {
    return find_pattern(reference, job.directory);
  } catch (const Error& error) {
    throw source.error("pattern", error.what());
  }
}

Source read_source(TomlTable table, const Job& job) {
  Source source{table.texts("files"), std::nullopt, table};
  if (source.files.empty()) throw table.error({}, R"(a source needs "files")");
  for (const char* key : {"log_format", "LogFormat"}) {
    if (!table.has("pattern") || !table.has(key)) continue;
    throw table.error(key, fmt::format("a source has either a pattern or the server's {}", key));
  }
  if (table.has("pattern")) {
    const PatternFile file = pattern_file(table, job);
    source.pattern = parse_pattern(file.text, file.file);
    apply_source_settings(table, *source.pattern);
    if (const auto why = useless(job, *source.pattern)) throw table.error({}, *why);
  } else if (Pattern log; read_server_format(table, log)) {
    log.name = "log_format";
    log.describes = "the server's own log format";
    apply_source_settings(table, log);
    if (const auto why = useless(job, log)) throw table.error({}, *why);
    source.pattern = std::move(log);
  } else {
    Pattern any;  // what is wrong with the settings is wrong with every pattern
    any.csv.emplace();
    apply_source_settings(table, any);
  }
  table.finish();
  return source;
}

std::string first_line(std::string_view text) {
  return std::string(trim(text.substr(0, text.find('\n'))));
}

}  // namespace

std::string Endpoint::form() const {
  return forms ? form_guid(url) : form_name(url);
}

std::vector<const Endpoint*> Job::all_endpoints() const {
  std::vector<const Endpoint*> all;
  std::set<std::string> shared;
  for (std::size_t kind = 0; kind < endpoints.size(); ++kind) {
    for (const auto* endpoint : {&endpoints[kind], &otherwise[kind]}) {
      if (!*endpoint) continue;
      const bool is_shared = (*endpoint)->crm || (*endpoint)->csv;
      if (is_shared && !shared.insert((*endpoint)->name).second) continue;
      all.push_back(&**endpoint);
    }
  }
  return all;
}

Pattern Source::applied(Pattern to) const {
  TomlTable table = settings;
  apply_source_settings(table, to);
  return to;
}

std::string fingerprint(const Job& job, const Source& source, const Pattern& pattern) {
  const Hash128 meaning = content_hash(
      fmt::format("{}\n{}\n{}", job.shop, pattern.text, source.settings.written("files")));
  return fmt::format("{}:{}", pattern.name, to_hex(meaning.view()));
}

std::optional<std::string> useless(const Job& job, const Pattern& pattern) {
  if (!pattern.unusable.empty()) {
    return fmt::format("{}: {}", pattern.describes, pattern.unusable);
  }
  bool makes_any = false;
  for (const Kind kind : {Kind::registration, Kind::purchase}) {
    if (!pattern.mapping(kind).wanted) continue;
    makes_any = true;
    if (kind == Kind::purchase && pattern.mapping(kind).occurred_at.empty()) {
      return std::string(pattern.line
                             ? "a purchase needs its date, and nothing says where that is: log the "
                               "time ($time_local, %t), or add occurred_at to [source.purchase]"
                             : "a purchase needs its date, and nothing says where that is: add "
                               "occurred_at to [source.purchase]");
    }
    if (job.endpoints[index_of(kind)]) continue;
    return fmt::format("this source makes {0}s, but the job has no [hubspot.{0}] to send them to",
                       name_of(kind));
  }
  if (makes_any || pattern.visitor.wanted) return std::nullopt;
  return fmt::format(
      "the pattern {} does not say what is a conversion; add [source.registration] "
      "or [source.purchase]",
      pattern.name);
}

Job read_job(const std::string& path) {
  TomlTable table = TomlTable::parse(read_small_file(path, ExitCode::usage), path);
  Job job;
  job.name = path;
  job.directory = fs::path(path).parent_path();
  read_account(table.required_table("account"), job);
  read_hubspot(table.required_table("hubspot"), job);
  if (auto limits = table.table("limits")) read_limits(*std::move(limits), job);
  const auto attribution = table.table("attribution");
  if (attribution) read_attribution(*attribution, job.attribution);
  for (TomlTable& source : table.tables("source")) {
    job.sources.push_back(read_source(std::move(source), job));
  }
  if (job.sources.empty()) throw table.error({}, "the job has no [[source]]");
  if (attribution) check_session(job, *attribution);
  table.finish();
  return job;
}

std::string read_credential(const Job& job) {
  const Credential& from = job.credential;
  if (!from.given()) return {};
  std::string secret;
  if (!from.env.empty()) {
    const char* value = std::getenv(from.env.c_str());
    secret = first_line(value == nullptr ? "" : value);
    if (secret.empty()) {
      throw Error(ExitCode::credentials,
                  fmt::format("the environment variable {} holds no credential", from.env));
    }
    return secret;
  }
  fs::path path = job.directory / from.file;
  if (!from.systemd.empty()) {
    const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (directory == nullptr) {
      throw Error(
          ExitCode::credentials,
          "the job takes its credential from systemd, but CREDENTIALS_DIRECTORY is not set; "
          "run it as a unit with LoadCredential=");
    }
    path = fs::path(directory) / from.systemd;
  }
  struct stat status {};
  if (from.systemd.empty() && ::stat(path.c_str(), &status) == 0 && (status.st_mode & 077U) != 0) {
    throw Error(ExitCode::credentials,
                fmt::format("{} can be read by others; run: chmod 600 {}",
                            printable_name(path.string()), printable_name(path.string())));
  }
  secret = first_line(read_small_file(path, ExitCode::credentials, 4096));
  if (secret.empty()) {
    throw Error(ExitCode::credentials,
                fmt::format("{} holds no credential", printable_name(path.string())));
  }
  return secret;
}

void check_transport(const Job& job) {
  for (const Endpoint* endpoint : job.all_endpoints()) {
    if (endpoint->plain_http || endpoint->csv) continue;
    const UrlParts url = split_url(endpoint->url);
    if (url.scheme == "https" || is_loopback(url.host)) continue;
    throw Error(ExitCode::usage,
                fmt::format("{}: [hubspot.{}] would send people's data unencrypted to {}; use an "
                            "https URL, or write plain_http = true below its url if that is meant",
                            printable_name(job.name), endpoint->name, printable(url.host)));
  }
}

}  // namespace ordertail
