// hubspot-sandbox: the stand-in HubSpot as a program of its own.
#include <fcntl.h>
#include <fmt/format.h>

#include <boost/program_options.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "base/text.h"
#include "sandbox/server.h"

namespace ordertail::sandbox {
namespace {

namespace po = boost::program_options;

constexpr const char* kAbout =
    "Usage: hubspot-sandbox [options]\n\n"
    "Stands in for HubSpot's Leads API, Forms submissions API v3 and batch API of CRM contacts\n"
    "on this machine, so that a job can be tried before it touches a portal. Keeps everything\n"
    "in memory and forgets it at the end.\n\n"
    "As HubSpot:\n"
    "  POST /?app=leaddirector&FormName=NAME\n"
    "  POST /submissions/v3/integration/submit/PORTAL/FORM\n"
    "  POST /submissions/v3/integration/secure/submit/PORTAL/FORM\n"
    "  GET  /form-integrations/v1/submissions/forms/FORM\n"
    "  POST /crm/v3/objects/contacts/batch/upsert, .../read\n"
    "  POST /crm/objects/2026-03/contacts/batch/upsert, .../read, or of another version\n"
    "Its own:\n"
    "  GET  /                      a page with the leads and contacts\n"
    "  GET  /sandbox/leads         leads of the Leads API, as JSON\n"
    "  GET  /sandbox/contacts      contacts of the Forms and CRM APIs\n"
    "  GET  /sandbox/submissions   all that was submitted, refused or not\n"
    "  GET  /sandbox/counts        how much was received and applied, by API\n\n"
    "Every form exists and has every field. What is not imitated: forms that lack a field, need\n"
    "consent or have a captcha; sensitive properties; the silent end of what HubSpot takes for a\n"
    "bulk import; the lag of its listing; unique properties of a portal's own.\n\n"
    "Options";

po::options_description described() {
  po::options_description options(kAbout);
  // clang-format off
  options.add_options()
      ("port", po::value<int>()->default_value(8480)->value_name("N"),
       "port to listen on; 0: any free one")
      ("address", po::value<std::string>()->default_value("127.0.0.1")->value_name("IP"),
       "loopback address to listen on")
      ("requests-per-10s", po::value<int>()->value_name("N"),
       "Leads: answer 429 above N submissions in any 10 seconds")
      ("forms-per-10s", po::value<int>()->default_value(50)->value_name("N"),
       "Forms: the same, without a token")
      ("secure-forms-per-10s", po::value<int>()->default_value(100)->value_name("N"),
       "Forms: the same, with a token")
      ("crm-per-10s", po::value<int>()->default_value(100)->value_name("N"),
       "CRM: answer 429 above N requests in any 10 seconds")
      ("crm-per-day", po::value<int>()->default_value(250'000)->value_name("N"),
       "CRM: answer 429 above N requests in a day")
      ("require-hapikey-file", po::value<std::string>()->value_name("FILE"),
       "Leads: answer 401 without the hapikey in this file")
      ("require-token-file", po::value<std::string>()->value_name("FILE"),
       "secure Forms, listing and CRM: answer 401 without the access token in this file")
      ("date-property", po::value<std::vector<std::string>>()->value_name("NAME"),
       "a custom contact property of the type date; may be repeated")
      ("log", po::value<std::string>()->value_name("FILE"),
       "append one line of JSON per submission to this file")
      ("help", "show this help")
      ("version", "show the version");
  // clang-format on
  return options;
}

/// Boost would wrap "-1" round to 65535 for an unsigned option.
std::uint16_t port_of(int number) {
  if (number >= 0 && number <= 65535) return static_cast<std::uint16_t>(number);
  throw Error(ExitCode::usage, fmt::format("--port is {}; a port is 0 to 65535.", number));
}

unsigned limit_of(const po::variables_map& given, const char* option) {
  const int number = given[option].as<int>();
  if (number > 0) return static_cast<unsigned>(number);
  throw Error(ExitCode::usage, fmt::format("--{} is {}; it must be at least 1.", option, number));
}

/// `what`: "hapikey"
std::string read_secret(const po::variables_map& given, const char* option, const char* what) {
  const auto& path = given[option].as<std::string>();
  std::string secret(trim(read_small_file(path, ExitCode::usage)));
  if (!secret.empty()) return secret;
  throw Error(ExitCode::usage, fmt::format("The {} file {} is empty.", what, path));
}

/// Appends lines to a file. A line that cannot be written ends the log, not the sandbox.
class LogFile {
 public:
  explicit LogFile(const std::string& path)
      : path_(path), fd_(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) {
    if (!fd_) throw system_error(ExitCode::usage, "open the log", path, errno);
  }

  void append(std::string_view line) {
    if (!fd_) return;
    const int failure = write_all(fd_.get(), std::string(line) + "\n");
    if (failure == 0) return;
    const Error error = system_error(ExitCode::internal, "write the log", path_, failure);
    fmt::print(stderr, "hubspot-sandbox: {}; no more lines will be logged\n", error.what());
    fd_ = Fd();
  }

 private:
  std::string path_;
  Fd fd_;
};

ServerOptions server_options(const po::variables_map& given) {
  ServerOptions options;
  options.port = port_of(given["port"].as<int>());
  options.address = given["address"].as<std::string>();
  if (given.count("requests-per-10s") != 0) {
    options.requests_per_10s = limit_of(given, "requests-per-10s");
  }
  options.forms_limits.open_per_10s = limit_of(given, "forms-per-10s");
  options.forms_limits.secure_per_10s = limit_of(given, "secure-forms-per-10s");
  options.crm_limits.per_10s = limit_of(given, "crm-per-10s");
  options.crm_limits.per_day = limit_of(given, "crm-per-day");
  if (given.count("require-hapikey-file") != 0) {
    options.hapikey = read_secret(given, "require-hapikey-file", "hapikey");
  }
  if (given.count("require-token-file") != 0) {
    options.access.token = read_secret(given, "require-token-file", "token");
  }
  if (given.count("date-property") != 0) {
    const auto& names = given["date-property"].as<std::vector<std::string>>();
    options.date_properties.insert(names.begin(), names.end());
  }
  return options;
}

int serve(const po::variables_map& given) {
  ServerOptions options = server_options(given);
  std::optional<LogFile> log;
  if (given.count("log") != 0) {
    log.emplace(given["log"].as<std::string>());
    options.log = [&log](std::string_view line) { log->append(line); };
  }

  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);
  const Server server(std::move(options));
  fmt::print("listening on {}\n", server.url());
  static_cast<void>(std::fflush(stdout));
  int stop = 0;
  sigwait(&stops, &stop);
  return 0;
}

int run(int argc, char** argv) {
  const po::options_description options = described();
  po::variables_map given;
  // Without a positional description, and without abbreviations, a stray word is an error.
  const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  po::store(po::command_line_parser(argc, argv)
                .options(options)
                .positional(po::positional_options_description())
                .style(style)
                .run(),
            given);
  po::notify(given);
  if (given.count("help") != 0) {
    std::cout << options;
    return 0;
  }
  if (given.count("version") != 0) {
    fmt::print("hubspot-sandbox {}\n", ORDERTAIL_VERSION);
    return 0;
  }
  return serve(given);
}

}  // namespace
}  // namespace ordertail::sandbox

int main(int argc, char** argv) {
  try {
    return ordertail::sandbox::run(argc, argv);
  } catch (const ordertail::Error& error) {
    fmt::print(stderr, "hubspot-sandbox: {}\n", error.what());
    return static_cast<int>(error.code());
  } catch (const boost::program_options::error& error) {
    fmt::print(stderr, "hubspot-sandbox: {}; try hubspot-sandbox --help\n", error.what());
    return static_cast<int>(ordertail::ExitCode::usage);
  } catch (const std::exception& error) {
    fmt::print(stderr, "hubspot-sandbox: {}\n", error.what());
    return static_cast<int>(ordertail::ExitCode::internal);
  }
}
