// The user's job file: the account, the endpoints, the limits, the sources.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/toml_file.h"
#include "base/zone.h"
#include "delivery/courier.h"
#include "delivery/crm.h"
#include "delivery/csv_sink.h"
#include "delivery/forms_body.h"
#include "event/pattern.h"
#include "store/visitors.h"

namespace ordertail {

struct Endpoint {
  /// "registration", "purchase", "crm" or "csv": the table in [hubspot] that says it
  std::string name;
  std::string sink;         ///< "leads", "forms", "crm" or "csv"
  std::string url;          ///< of sink "crm": the server's, without a path; of "csv": none
  bool plain_http = false;  ///< the job says that http without TLS is meant
  std::optional<FormsSettings> forms;  ///< of sink "forms"
  std::optional<CrmSettings> crm;      ///< of sink "crm"
  std::optional<CsvSettings> csv;      ///< of sink "csv"
  bool secure = false;                 ///< takes the credential as a token: a form, or the CRM

  /// The Leads API's FormName, or the form's GUID.
  [[nodiscard]] std::string form() const;
  /// Is it a form whose listing is read, to find there what is in doubt?
  [[nodiscard]] bool is_listed() const { return forms && !forms->event_id_field.empty(); }
  /// Is the credential a token, for it?
  [[nodiscard]] bool needs_token() const { return secure || is_listed(); }
};

/// Where the secret is; at most one of the three.
struct Credential {
  std::string file, env, systemd;
  [[nodiscard]] bool given() const { return !(file.empty() && env.empty() && systemd.empty()); }
};

/// One [[source]]: its files and what it says of them.
struct Source {
  std::vector<std::string> files;  ///< globs, relative to the job file
  /// What reads them; absent: their headers tell.
  std::optional<Pattern> pattern;
  TomlTable settings;  ///< the source's table; see applied()

  /// The pattern with what this source says laid over it.
  [[nodiscard]] Pattern applied(Pattern to) const;
};

/// [attribution]: how visitors are found for events without a token.
struct AttributionSettings {
  MoreTiers more;
  std::chrono::seconds ip_window{0};  ///< of the IP tier, before and after the event
  std::chrono::seconds wait{0};       ///< for a line that may come, from when the event was staged
  std::chrono::seconds keep{std::chrono::hours(24 * 180)};  ///< evidence; the cookie lives as long
};

struct Job {
  std::string name;  ///< as given on the command line
  std::filesystem::path directory;
  std::string shop;
  TimeZone account_zone;
  std::filesystem::path store;
  std::optional<std::int64_t> portal_id;  ///< the Leads API has it in its URLs
  Credential credential;
  std::array<std::optional<Endpoint>, 2> endpoints;  ///< by Kind
  /// By Kind, beside a form: the CRM, or a file, for what the form does not take.
  std::array<std::optional<Endpoint>, 2> otherwise;
  Limits limits;
  AttributionSettings attribution;
  std::chrono::milliseconds timeout{120'000};  ///< for one request, its reply included
  std::vector<Source> sources;

  /// Those of `endpoints` and `otherwise`, the CRM and the files once.
  [[nodiscard]] std::vector<const Endpoint*> all_endpoints() const;
};

/// Changes with anything that changes what a source's files mean when `pattern` reads them; cursors
/// are kept by it.
[[nodiscard]] std::string fingerprint(const Job& job, const Source& source, const Pattern& pattern);

/// Why the job can do nothing with what a pattern, as the source applies it, makes; nullopt when it
/// can.
[[nodiscard]] std::optional<std::string> useless(const Job& job, const Pattern& pattern);

/// Reads and checks a job. Throws Error(usage), with line and column, for whatever is wrong in it.
[[nodiscard]] Job read_job(const std::string& path);

/// The secret; empty when the job names none. Throws Error(credentials) when it cannot be had, and
/// when its file can be read by others.
[[nodiscard]] std::string read_credential(const Job& job);

/// Throws Error(usage) when an endpoint would take people's data over plain http to another
/// machine without the job saying so. For commands that send.
void check_transport(const Job& job);

}  // namespace ordertail
