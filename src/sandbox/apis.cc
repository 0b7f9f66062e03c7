#include "sandbox/apis.h"

#include <utility>

namespace ordertail::sandbox {

Apis::Apis(Rules rules, const Clock& clock)
    : access_(std::move(rules.access)),
      properties_(std::move(rules.date_properties)),
      leads_(std::move(rules.leads), clock, journal_),
      forms_(rules.forms, access_, properties_, clock, contacts_, journal_) {}

Apis::Purpose Apis::purpose(std::string_view path, std::string_view query) {
  if (FormsApi::is_addressed_by(path)) return Purpose::submission;
  if (FormListing::is_addressed_by(path)) return Purpose::reading;
  return LeadsApi::is_addressed_by(query) ? Purpose::submission : Purpose::none;
}

Answer Apis::answer(const Request& request) {
  if (purpose(request.path, "") == Purpose::none) return leads_.answer(request);
  Answer answer = FormsApi::is_addressed_by(request.path)
                      ? forms_.answer(request)
                      : forms_.listing().answer(request, access_, guids_.dashed());
  // So today's APIs write it.
  answer.headers.emplace_back("Content-Type", "application/json;charset=utf-8");
  return answer;
}

}  // namespace ordertail::sandbox
