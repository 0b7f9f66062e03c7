#include "sandbox/access.h"

#include "base/text.h"
#include "sandbox/error_body.h"

namespace ordertail::sandbox {
namespace {

/// RFC 6750, section 2.1: the scheme, one blank, the token. Empty when it is not that.
std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!equal_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) return {};
  return authorization.substr(kScheme.size());
}

}  // namespace

std::optional<Answer> refuse_access(const Access& access, std::string_view authorization,
                                    std::string_view scope, std::string_view correlation_id) {
  const std::string_view token = bearer_token(authorization);
  const bool is_known = !token.empty() && (!access.token || *access.token == token);
  if (!is_known) return unauthorized(correlation_id);
  if (access.scopes.count(scope) == 0) return missing_scope(scope, correlation_id);
  return std::nullopt;
}

}  // namespace ordertail::sandbox
