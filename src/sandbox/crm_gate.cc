#include "sandbox/crm_gate.h"

#include <fmt/format.h>

#include <utility>

#include "sandbox/crm_error.h"
#include "sandbox/error_body.h"

namespace ordertail::sandbox {

std::optional<Answer> CrmGate::refuse(const Request& request,
                                      std::initializer_list<std::string> scopes) {
  const std::string id = correlation_id();
  if (request.method != "POST") return method_refusal("POST", id);
  for (const std::string& scope : scopes) {
    if (auto stranger = refuse_access(access_, request.authorization, scope, id)) return stranger;
  }
  switch (quota_.admit(clock_.steady(), clock_.wall())) {
    case Quota::Verdict::over_daily:
      return limit_refusal("DAILY", id);
    case Quota::Verdict::over_ten_secondly:
      return limit_refusal("TEN_SECONDLY_ROLLING", id);
    case Quota::Verdict::over_secondly:
      return limit_refusal("SECONDLY", id);
    case Quota::Verdict::admitted:
      break;
  }
  if (auto failed = fail(id)) return failed;
  if (has_media_type(request, "application/json")) return std::nullopt;
  return refusal(415, "The content type must be application/json", id);
}

std::optional<Answer> CrmGate::fail(std::string_view correlation_id) {
  if (failures_.empty()) return std::nullopt;
  Answer failed = refusal(failures_.front(), "The sandbox was asked to fail here", correlation_id);
  failures_.pop_front();
  // https://developers.hubspot.com/docs/api-reference/error-handling: the header counts seconds.
  if (failed.status == 477) failed.headers.emplace_back("Retry-After", "1");
  return failed;
}

std::optional<Answer> CrmGate::refuse_batch(std::string_view malformed, std::size_t inputs,
                                            std::size_t most) {
  const auto invalid = [&](std::string message) {
    return as_refusal({.message = std::move(message), .properties = {}}, correlation_id());
  };
  if (!malformed.empty()) return invalid("Invalid input JSON: " + std::string(malformed));
  if (inputs == 0) return invalid("The batch has no inputs");
  if (inputs <= most) return std::nullopt;
  // The words are those of the contacts guide:
  // https://developers.hubspot.com/docs/guides/api/crm/objects/contacts
  return invalid(fmt::format("Batch operations are limited to {} records at a time.", most));
}

Answer CrmGate::with_headers(Answer answer) const {
  for (auto& header : quota_.headers()) answer.headers.push_back(std::move(header));
  return answer;
}

}  // namespace ordertail::sandbox
