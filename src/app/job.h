// The user's job file: the account, the endpoints, the limits, the sources.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/zone.h"
#include "delivery/courier.h"
#include "event/pattern.h"

namespace ordertail {

struct Endpoint {
  std::string sink;  ///< "leads"
  std::string url;
  bool plain_http = false;  ///< the job says that http without TLS is meant
};

/// Where the secret is; at most one of the three.
struct Credential {
  std::string file, env, systemd;
  [[nodiscard]] bool given() const { return !(file.empty() && env.empty() && systemd.empty()); }
};

/// One [[source]]: its files and the pattern that reads them, the source's own settings applied.
struct Source {
  std::vector<std::string> files;  ///< globs, relative to the job file
  Pattern pattern;
  /// Changes with anything that changes what the files mean; cursors are kept by it.
  std::string fingerprint;
};

struct Job {
  std::string name;  ///< as given on the command line
  std::filesystem::path directory;
  std::string shop;
  TimeZone account_zone;
  std::filesystem::path store;
  std::optional<std::int64_t> portal_id;  ///< for people; the Leads API has it in its URLs
  Credential credential;
  std::array<std::optional<Endpoint>, 2> endpoints;  ///< by Kind
  Limits limits;
  std::vector<Source> sources;
};

/// Reads and checks a job. Throws Error(usage), with line and column, for whatever is wrong in it.
[[nodiscard]] Job read_job(const std::string& path);

/// The secret; empty when the job names none. Throws Error(credentials) when it cannot be had, and
/// when its file can be read by others.
[[nodiscard]] std::string read_credential(const Job& job);

/// Throws Error(usage) when an endpoint would take people's data over plain http to another
/// machine without the job saying so. For commands that send.
void check_transport(const Job& job);

}  // namespace ordertail
