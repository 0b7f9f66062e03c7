// What every request to the CRM's API has to pass, whatever it is for.
#pragma once

#include <deque>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "sandbox/access.h"
#include "sandbox/exchange.h"
#include "sandbox/guid.h"
#include "sandbox/limits.h"
#include "sandbox/quota.h"

namespace ordertail::sandbox {

/// One token, hence one app: all calls draw on the same limits.
class CrmGate {
 public:
  /// What it refers to outlives it. `failures`: the statuses with which it refuses the first
  /// requests that it would have let in, whatever they are.
  CrmGate(CrmLimits limits, const Access& access, const Clock& clock,
          std::deque<unsigned> failures = {})
      : access_(access), clock_(clock), quota_(limits), failures_(std::move(failures)) {}

  /// 405, 401 or 403, 429, a failure that was asked for, 415; else nothing. All of the scopes are
  /// needed.
  [[nodiscard]] std::optional<Answer> refuse(const Request& request,
                                             std::initializer_list<std::string> scopes);
  /// 400 for a body that is malformed, or a batch without inputs or with more than `most`.
  [[nodiscard]] std::optional<Answer> refuse_batch(std::string_view malformed, std::size_t inputs,
                                                   std::size_t most);

  /// The answer with the headers that tell of the limits.
  [[nodiscard]] Answer with_headers(Answer answer) const;

  [[nodiscard]] WallTime now() const { return clock_.wall(); }
  [[nodiscard]] std::string correlation_id() { return guids_.dashed(); }

 private:
  [[nodiscard]] std::optional<Answer> fail(std::string_view correlation_id);

  const Access& access_;
  const Clock& clock_;
  Quota quota_;
  std::deque<unsigned> failures_;
  GuidSource guids_;
};

}  // namespace ordertail::sandbox
