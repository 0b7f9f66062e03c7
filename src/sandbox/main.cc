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

#include "base/error.h"
#include "base/fd.h"
#include "base/text.h"
#include "sandbox/server.h"

namespace ordertail::sandbox {
namespace {

namespace po = boost::program_options;

constexpr const char* kAbout =
    "Usage: hubspot-sandbox [options]\n\n"
    "Stands in for HubSpot's Leads API on this machine, so that a job can be tried before it\n"
    "touches a portal. Keeps everything in memory and forgets it at the end.\n\n"
    "  POST /?app=leaddirector&FormName=NAME   submit a lead, as to HubSpot\n"
    "  GET  /                                  a page with the leads\n"
    "  GET  /sandbox/leads                     the leads as JSON\n"
    "  GET  /sandbox/submissions               all requests as JSON, the refused ones too\n\n"
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
       "answer 429 above N submissions in any 10 seconds")
      ("require-hapikey-file", po::value<std::string>()->value_name("FILE"),
       "answer 401 without the hapikey in this file")
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

unsigned limit_of(int number) {
  if (number > 0) return static_cast<unsigned>(number);
  throw Error(ExitCode::usage,
              fmt::format("--requests-per-10s is {}; it must be at least 1.", number));
}

std::string read_hapikey(const std::string& path) {
  std::string key(trim(read_small_file(path, ExitCode::usage)));
  if (key.empty()) throw Error(ExitCode::usage, fmt::format("The hapikey file {} is empty.", path));
  return key;
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

int serve(const po::variables_map& given) {
  ServerOptions options;
  options.port = port_of(given["port"].as<int>());
  options.address = given["address"].as<std::string>();
  if (given.count("requests-per-10s") != 0) {
    options.requests_per_10s = limit_of(given["requests-per-10s"].as<int>());
  }
  if (given.count("require-hapikey-file") != 0) {
    options.hapikey = read_hapikey(given["require-hapikey-file"].as<std::string>());
  }
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
