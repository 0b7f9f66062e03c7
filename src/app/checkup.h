// What `check` found: a list of findings, and what the process says at the end.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"

namespace ordertail {

enum class Health { ok, warn, fail };

struct Finding {
  Health health{};
  std::string subject;  ///< what was looked at: "job file", "source 1"
  std::string message;  ///< what was found and, unless it is ok, what to do
  ExitCode code{};      ///< of a FAIL: how a run would end
};

class Checkup {
 public:
  void ok(std::string subject, std::string message);
  void warn(std::string subject, std::string message);
  void fail(std::string subject, const Error& error);
  /// True when `look` returns; an Error that it throws is a FAIL.
  bool succeeds(const std::string& subject, const std::function<void()>& look);

  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
  /// Of the FAILs' codes the one that needs people most; 0 without any.
  [[nodiscard]] int exit_code() const;
  /// A line (or several) each: "ok    job file  …".
  [[nodiscard]] std::string to_text() const;
  /// {"job":"job.toml","exit":0,"checks":[{"health":"ok","subject":"job file","message":"…"}]}
  [[nodiscard]] std::string to_json(const std::string& job) const;

 private:
  std::vector<Finding> findings_;
};

}  // namespace ordertail
