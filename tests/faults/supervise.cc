// supervise DIRECTORY REPORT FAULT COMMAND...: the supervisor as a program of its own, so that a
// test with threads and other children can use it. FAULT is one of
//   none   kill:STOP   fail:CALL:NTH:ERROR   fail-on:CALL:NTH:ERROR (lasting)   shorten:CALL:NTH
// Ends as the command does: with its exit code, or by its signal. REPORT gets what was seen, as
// JSON.
#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "faults/supervisor.h"

namespace {

using ordertail::faults::Fault;
using ordertail::faults::Watched;
using Json = nlohmann::json;

constexpr int kOwnFailure = 125;

Fault parse_fault(const std::string& text) {
  std::istringstream words(text);
  std::string kind, word;
  std::getline(words, kind, ':');
  Fault fault;
  if (kind == "none") return fault;
  fault.kind = kind == "kill"      ? Fault::Kind::kill
               : kind == "shorten" ? Fault::Kind::shorten
                                   : Fault::Kind::fail;
  if (fault.kind != Fault::Kind::kill) std::getline(words, fault.call, ':');
  std::getline(words, word, ':');
  fault.nth = std::stoull(word);
  if (fault.kind != Fault::Kind::fail) return fault;
  fault.lasting = kind == "fail-on";
  std::getline(words, word, ':');
  fault.error = ordertail::faults::error_number(word);
  if (fault.error == 0) throw std::invalid_argument("no such error: " + word);
  return fault;
}

std::string as_json(const Watched& watched) {
  Json json{{"stops", watched.stops},
            {"calls", watched.calls},
            {"arguments", watched.arguments},
            {"environment", watched.environment}};
  if (watched.hit) {
    json["hit"] = {{"call", watched.hit->call},
                   {"side", watched.hit->entry ? "entry" : "exit"},
                   {"path", watched.hit->path},
                   {"later", watched.hit->later}};
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Both on one processor: handing over at every stop is then several times as fast.
void stay_here() {
  cpu_set_t here;
  CPU_ZERO(&here);
  CPU_SET(static_cast<std::size_t>(::sched_getcpu()), &here);
  ::sched_setaffinity(0, sizeof here, &here);
}

int end_like(int status) {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::signal(WTERMSIG(status), SIG_DFL);
  ::raise(WTERMSIG(status));
  return kOwnFailure;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 5) throw std::invalid_argument("usage: supervise DIRECTORY REPORT FAULT COMMAND...");
    const std::string directory = std::filesystem::canonical(argv[1]).string();
    stay_here();
    const Watched watched =
        ordertail::faults::supervise({argv + 4, argv + argc}, directory, parse_fault(argv[3]));
    std::ofstream(argv[2]) << as_json(watched);
    return end_like(watched.status);
  } catch (const std::exception& error) {
    fmt::print(stderr, "supervise: {}\n", error.what());
    return kOwnFailure;
  }
}
