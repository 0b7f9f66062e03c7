// A program as its users run it: arguments, environment, a working directory; no standard input.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/fd.h"

namespace ordertail::stories {

/// To be put before a command that looks into ordertail: ordertail lets only root do that, be it of
/// a user namespace.
[[nodiscard]] std::vector<std::string> as_root();

/// How a program ended and what it wrote.
struct Ended {
  int exit_code = -1;  ///< -1: a signal ended it
  int signal = 0;
  std::string out, err;
};

class Program {
 public:
  /// Starts `command` (a path and its arguments) in `directory`. `environment`: "NAME=value", on
  /// top of the test's own.
  Program(const std::vector<std::string>& command, const std::filesystem::path& directory,
          const std::vector<std::string>& environment = {});
  /// Kills it when it is still running.
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void send(int signal) const;
  /// What it has written to standard error until now.
  [[nodiscard]] std::string err_so_far() const;
  /// SIGKILL; returns when the program is gone. From any thread, also while another one waits.
  void kill_at_once() const;
  /// Waits for the end. To be called once.
  Ended wait();

 private:
  Fd out_, err_;
  pid_t pid_ = -1;
  bool ended_ = false;
};

}  // namespace ordertail::stories
