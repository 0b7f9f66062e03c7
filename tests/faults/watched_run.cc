#include "faults/watched_run.h"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

namespace ordertail::faults {

using stories::Json;

WatchedRun run_watched(const stories::Shop& shop, const std::vector<std::string>& arguments,
                       const std::string& fault) {
  const TemporaryDirectory outside;
  const std::string report = (outside.path() / "report").string();
  std::string line = fmt::format("exec {} {} . {} {} \"$ordertail\"",
                                 fmt::join(stories::as_root(), " "), SUPERVISE, report, fault);
  for (const std::string& argument : arguments) line += " " + argument;
  WatchedRun run;
  run.ended = shop.shell(line);
  std::ifstream file(report);
  if (!file) throw std::runtime_error("the supervisor failed: " + run.ended.err);
  const Json seen = Json::parse(file);
  run.stops = seen["stops"];
  run.calls = seen["calls"].get<std::map<std::string, std::uint64_t>>();
  run.arguments = seen["arguments"];
  run.environment = seen["environment"];
  if (!seen.contains("hit")) return run;
  run.call = seen["hit"]["call"];
  run.side = seen["hit"]["side"];
  run.path = seen["hit"]["path"];
  run.later = seen["hit"]["later"].get<std::set<std::string>>();
  return run;
}

std::optional<std::string> cannot_supervise() {
  const TemporaryDirectory directory;
  const std::string report = (directory.path() / "report").string();
  std::vector<std::string> command = stories::as_root();
  command.insert(command.end(), {SUPERVISE, directory.path().string(), report, "none", "true"});
  const stories::Ended ended = stories::Program(command, directory.path()).wait();
  if (ended.exit_code == 0) return std::nullopt;
  return "ptrace does not work here: " + ended.err;
}

}  // namespace ordertail::faults
