// ordertail-measure: what whole processes cost, and what one costs compared with another.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fd.h"

namespace ordertail::bench {
namespace {

constexpr std::string_view kUsage =
    "Usage: ordertail-measure [--runs N] [--no-warm-up] [--json] -- A [ARG...] [:: B [ARG...]]\n"
    "\n"
    "Runs A and B in turn, A B A B..., N times each (5), after one run of each that is not "
    "counted.\n"
    "Prints wall time, CPU time (user and system) and peak resident memory of each, and the ratio\n"
    "A/B of every pair: minimum, median, maximum. What they write to standard output is thrown\n"
    "away. A run that does not end with exit code 0 ends it all.\n"
    "A process's peak cannot be seen below that of ordertail-measure itself, about 3 MiB.\n";

struct Request {
  int runs = 5;
  bool warm_up = true;
  bool json = false;
  std::vector<std::vector<char*>> commands;  ///< one or two, each ended by a null pointer
};

struct Cost {
  double wall = 0;  ///< seconds
  double cpu = 0;   ///< seconds
  double rss = 0;   ///< bytes
};

struct Spread {
  double min = 0;
  double median = 0;
  double max = 0;
};

std::optional<Request> parse(int argc, char** argv) {
  Request request;
  int i = 1;
  for (; i < argc && std::string_view(argv[i]) != "--"; ++i) {
    const std::string_view option = argv[i];
    if (option == "--json") {
      request.json = true;
    } else if (option == "--no-warm-up") {
      request.warm_up = false;
    } else if (option == "--runs" && i + 1 < argc) {
      const char* number = argv[++i];
      request.runs = 0;
      std::from_chars(number, number + std::strlen(number), request.runs);
    } else {
      return std::nullopt;
    }
  }
  request.commands.emplace_back();
  for (++i; i < argc; ++i) {
    if (std::string_view(argv[i]) == "::") {
      request.commands.emplace_back();
    } else {
      request.commands.back().push_back(argv[i]);
    }
  }
  for (auto& command : request.commands) {
    if (command.empty()) return std::nullopt;
    command.push_back(nullptr);
  }
  if (request.runs < 1 || request.commands.size() > 2) return std::nullopt;
  return request;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// The last of what a command said on its standard error.
std::string last_words(int fd) {
  std::array<char, 2000> text;
  const off_t size = lseek(fd, 0, SEEK_END);
  const off_t from = std::max<off_t>(0, size - static_cast<off_t>(text.size()));
  const ssize_t length = pread(fd, text.data(), text.size(), from);
  return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(0, length))};
}

Cost run(const std::vector<char*>& command) {
  const Fd complaints(memfd_create("stderr", MFD_CLOEXEC));
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&files, complaints.get(), 2);

  const auto begin = std::chrono::steady_clock::now();
  pid_t child = 0;
  const int error = posix_spawnp(&child, command[0], &files, nullptr, command.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw system_error(ExitCode::usage, "run", command[0], error);
  int status = 0;
  rusage usage{};
  while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;

  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    const auto end = WIFEXITED(status) ? fmt::format("exit code {}", WEXITSTATUS(status))
                                       : fmt::format("signal {}", WTERMSIG(status));
    const std::string words = last_words(complaints.get());
    throw Error(ExitCode::usage, fmt::format("{} ended with {}, and said: {}", command[0], end,
                                             words.empty() ? "nothing" : words));
  }
  return {wall.count(), seconds(usage.ru_utime) + seconds(usage.ru_stime),
          static_cast<double>(usage.ru_maxrss) * 1024};
}

Spread spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {values.front(), median, values.back()};
}

Spread spread(const std::vector<Cost>& runs, double Cost::*what) {
  std::vector<double> values;
  for (const Cost& cost : runs) values.push_back(cost.*what);
  return spread(values);
}

Spread ratio(const std::vector<Cost>& a, const std::vector<Cost>& b, double Cost::*what) {
  std::vector<double> values;
  for (std::size_t i = 0; i < a.size(); ++i) {
    // The clock of CPU time may not have ticked in a very short run.
    values.push_back(a[i].*what / std::max(b[i].*what, 1e-6));
  }
  return spread(values);
}

struct Figure {
  std::string name;  ///< "a_wall", "wall_ratio", …
  Spread spread;
};

std::vector<Figure> figures(const std::vector<std::vector<Cost>>& runs) {
  std::vector<Figure> result;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const char letter = static_cast<char>('a' + i);
    result.push_back({fmt::format("{}_wall", letter), spread(runs[i], &Cost::wall)});
    result.push_back({fmt::format("{}_cpu", letter), spread(runs[i], &Cost::cpu)});
    result.push_back({fmt::format("{}_rss", letter), spread(runs[i], &Cost::rss)});
  }
  if (runs.size() == 2) {
    result.push_back({"wall_ratio", ratio(runs[0], runs[1], &Cost::wall)});
    result.push_back({"cpu_ratio", ratio(runs[0], runs[1], &Cost::cpu)});
  }
  return result;
}

/// One flat object on one line: {"runs":5,"a_wall_min":0.1,"a_wall_median":…}. Seconds and bytes.
void print_json(int runs, const std::vector<Figure>& figures) {
  fmt::print("{{\"runs\":{}", runs);
  for (const auto& [name, value] : figures) {
    fmt::print(",\"{0}_min\":{1:.9g},\"{0}_median\":{2:.9g},\"{0}_max\":{3:.9g}", name, value.min,
               value.median, value.max);
  }
  fmt::print("}}\n");
}

void print_text(const std::vector<Figure>& figures) {
  fmt::print("{:12}{:>12}{:>12}{:>12}\n", "", "min", "median", "max");
  for (const auto& [name, value] : figures) {
    const bool bytes = name.ends_with("_rss");
    const double unit = bytes ? 1 << 20U : 1;
    fmt::print("{:12}{:12.3f}{:12.3f}{:12.3f} {}\n", name, value.min / unit, value.median / unit,
               value.max / unit,
               bytes                      ? "MiB"
               : name.ends_with("_ratio") ? ""
                                          : "s");
  }
}

void measure(const Request& request) {
  if (request.warm_up) {
    for (const auto& command : request.commands) run(command);
  }
  std::vector<std::vector<Cost>> runs(request.commands.size());
  for (int i = 0; i < request.runs; ++i) {
    for (std::size_t which = 0; which < runs.size(); ++which) {
      runs[which].push_back(run(request.commands[which]));
    }
  }
  if (request.json) {
    print_json(request.runs, figures(runs));
  } else {
    print_text(figures(runs));
  }
}

}  // namespace
}  // namespace ordertail::bench

int main(int argc, char** argv) {
  using namespace ordertail;
  try {
    const auto request = bench::parse(argc, argv);
    if (!request) {
      fmt::print(stderr, "{}", bench::kUsage);
      return static_cast<int>(ExitCode::usage);
    }
    bench::measure(*request);
    return 0;
  } catch (const Error& error) {
    fmt::print(stderr, "ordertail-measure: {}\n", error.what());
    return static_cast<int>(error.code());
  }
}
