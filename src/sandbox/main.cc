// hubspot-sandbox: the stand-in HubSpot as a program of its own.
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
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
    "Stands in for HubSpot's Leads API, Forms submissions API v3 and batch API of CRM contacts,\n"
    "orders and their associations on this machine, so that a job can be tried before it touches\n"
    "a portal. Keeps everything in memory and forgets it at the end.\n\n"
    "As HubSpot:\n"
    "  POST /?app=leaddirector&FormName=NAME\n"
    "  POST /submissions/v3/integration/submit/PORTAL/FORM\n"
    "  POST /submissions/v3/integration/secure/submit/PORTAL/FORM\n"
    "  GET  /form-integrations/v1/submissions/forms/FORM\n"
    "  POST /crm/v3/objects/contacts/batch/upsert, .../read\n"
    "  POST /crm/v3/objects/orders/batch/upsert, .../read\n"
    "  POST /crm/v4/associations/orders/contacts/batch/associate/default\n"
    "  POST /crm/objects/2026-03/contacts/batch/upsert and the like, of any dated version\n"
    "  POST /crm/associations/2026-03/orders/contacts/batch/associate/default\n"
    "Its own:\n"
    "  GET  /                      a page with the leads, the contacts and their orders\n"
    "  GET  /sandbox/leads         leads of the Leads API, as JSON\n"
    "  GET  /sandbox/contacts      contacts of the Forms and CRM APIs\n"
    "  GET  /sandbox/orders        orders, and the contacts they are associated with\n"
    "  GET  /sandbox/submissions   all that was submitted, refused or not\n"
    "  GET  /sandbox/counts        how much was received and applied, by API\n\n"
    "Every form exists and has every field. The CRM knows HubSpot's own properties and those that\n"
    "are declared. What is not imitated: forms that lack a field, need consent or have a captcha;\n"
    "sensitive properties; the silent end of what HubSpot takes for a bulk import; the lag of its\n"
    "listing; unique properties but e-mail and that of orders; enumerations and stages of a\n"
    "portal's own; validation rules.\n\n"
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
      ("crm-per-second", po::value<int>()->value_name("N"),
       "CRM: answer 429 above N requests in any second")
      ("crm-fail-first", po::value<std::vector<int>>()->value_name("STATUS"),
       "CRM: answer the first request with this status, such as 423, 477 or 502, and apply nothing; "
       "may be repeated for those after it")
      ("require-hapikey-file", po::value<std::string>()->value_name("FILE"),
       "Leads: answer 401 without the hapikey in this file")
      ("require-token-file", po::value<std::string>()->value_name("FILE"),
       "secure Forms, listing and CRM: answer 401 without the access token in this file")
      ("property", po::value<std::vector<std::string>>()->value_name("OBJECT:NAME[:TYPE]"),
       "a property of the portal's own, of contacts or orders; string unless the type number, date "
       "or datetime is given; may be repeated")
      ("any-property",
       "every other property exists too, as a string")
      ("unique-order-property",
       po::value<std::string>()->default_value("ordertail_order_id")->value_name("NAME"),
       "the unique property by which orders are upserted; need not be declared")
      ("scope", po::value<std::vector<std::string>>()->value_name("NAME"),
       "what the access token may do, such as crm.objects.orders.write; all when not given; may be "
       "repeated")
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

unsigned failure_of(int status) {
  if (status >= 400 && status <= 599) return static_cast<unsigned>(status);
  throw Error(ExitCode::usage,
              fmt::format("--crm-fail-first is {}; it must be 400 to 599.", status));
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

std::optional<PropertyType> property_type(std::string_view name) {
  if (name == "string") return PropertyType::text;
  if (name == "number") return PropertyType::number;
  if (name == "date") return PropertyType::date;
  if (name == "datetime") return PropertyType::datetime;
  return std::nullopt;
}

/// `text`: "contacts:last_order:date"
void declare(const std::string& text, ServerOptions& options) {
  const std::size_t first = std::min(text.find(':'), text.size());
  const std::size_t second = std::min(text.find(':', first + 1), text.size());
  const std::string object = text.substr(0, first);
  const std::string name = first < text.size() ? text.substr(first + 1, second - first - 1) : "";
  const auto type =
      property_type(second < text.size() ? std::string_view(text).substr(second + 1) : "string");
  if ((object != "contacts" && object != "orders") || name.empty() || !type) {
    throw Error(
        ExitCode::usage,
        fmt::format("--property is {}; it must be contacts:NAME or orders:NAME, and :string, "
                    ":number, :date or :datetime may follow.",
                    printable(text)));
  }
  auto& of_object = object == "contacts" ? options.contact_properties : options.order_properties;
  of_object.declared[name] = *type;
}

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
  if (given.count("crm-per-second") != 0) {
    options.crm_limits.per_second = limit_of(given, "crm-per-second");
  }
  if (given.count("crm-fail-first") != 0) {
    for (const int status : given["crm-fail-first"].as<std::vector<int>>()) {
      options.crm_failures.push_back(failure_of(status));
    }
  }
  if (given.count("scope") != 0) {
    const auto& scopes = given["scope"].as<std::vector<std::string>>();
    options.access.scopes = {scopes.begin(), scopes.end()};
  }
  options.unique_order_property = given["unique-order-property"].as<std::string>();
  options.contact_properties.any = options.order_properties.any = given.count("any-property") != 0;
  if (given.count("property") != 0) {
    for (const auto& text : given["property"].as<std::vector<std::string>>()) {
      declare(text, options);
    }
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
