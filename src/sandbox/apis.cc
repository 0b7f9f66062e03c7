#include "sandbox/apis.h"

#include <utility>

namespace ordertail::sandbox {

Apis::Apis(Rules rules, const Clock& clock)
    : access_(std::move(rules.access)),
      properties_(std::move(rules.date_properties)),
      leads_(std::move(rules.leads), clock, journal_),
      forms_(rules.forms, access_, properties_, clock, contacts_, journal_),
      crm_(rules.crm, access_, properties_, clock, contacts_, journal_) {}

Apis::Purpose Apis::purpose(std::string_view path, std::string_view query) {
  if (FormsApi::is_addressed_by(path) || CrmContactsApi::is_upsert(path)) {
    return Purpose::submission;
  }
  if (FormListing::is_addressed_by(path) || CrmContactsApi::is_read(path)) {
    return Purpose::reading;
  }
  return LeadsApi::is_addressed_by(query) ? Purpose::submission : Purpose::none;
}

Answer Apis::answer(const Request& request) {
  if (purpose(request.path, "") == Purpose::none) return leads_.answer(request);
  Answer answer = answer_of_today(request);
  answer.headers.emplace_back("Content-Type", "application/json;charset=utf-8");
  return answer;
}

Answer Apis::answer_of_today(const Request& request) {
  if (CrmContactsApi::is_upsert(request.path)) return crm_.upsert(request);
  if (CrmContactsApi::is_read(request.path)) return crm_.read(request);
  if (FormsApi::is_addressed_by(request.path)) return forms_.answer(request);
  return forms_.listing().answer(request, access_, guids_.dashed());
}

}  // namespace ordertail::sandbox
