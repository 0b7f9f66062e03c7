#include "sandbox/apis.h"

#include <utility>

#include "sandbox/crm_path.h"

namespace ordertail::sandbox {

namespace {

CustomProperties with(CustomProperties declared, const std::string& unique_property) {
  declared.declared.emplace(unique_property, PropertyType::text);
  return declared;
}

}  // namespace

Apis::Apis(Rules rules, const Clock& clock)
    : access_(std::move(rules.access)),
      contact_properties_(contact_properties(), std::move(rules.contact_properties)),
      order_properties_(order_properties(),
                        with(std::move(rules.order_properties), rules.unique_order_property)),
      orders_(rules.unique_order_property),
      leads_(std::move(rules.leads), clock, journal_),
      forms_(rules.forms, access_, contact_properties_, clock, contacts_, journal_),
      crm_gate_(rules.crm, access_, clock, std::move(rules.crm_failures)),
      crm_contacts_(contact_type(), contact_properties_, crm_gate_, contacts_, journal_),
      crm_orders_(order_type(std::move(rules.unique_order_property)), order_properties_, crm_gate_,
                  orders_, journal_),
      crm_associations_(crm_gate_, contacts_, orders_, journal_) {}

Apis::Purpose Apis::purpose(std::string_view path, std::string_view query) {
  switch (crm_call(path)) {
    case CrmCall::upsert_contacts:
    case CrmCall::upsert_orders:
    case CrmCall::associate:
      return Purpose::submission;
    case CrmCall::read_contacts:
    case CrmCall::read_orders:
      return Purpose::reading;
    case CrmCall::none:
      break;
  }
  if (FormsApi::is_addressed_by(path)) return Purpose::submission;
  if (FormListing::is_addressed_by(path)) return Purpose::reading;
  return LeadsApi::is_addressed_by(query) ? Purpose::submission : Purpose::none;
}

Answer Apis::answer(const Request& request) {
  if (purpose(request.path, "") == Purpose::none) return leads_.answer(request);
  Answer answer = answer_of_today(request);
  answer.headers.emplace_back("Content-Type", "application/json;charset=utf-8");
  return answer;
}

Answer Apis::answer_of_today(const Request& request) {
  switch (crm_call(request.path)) {
    case CrmCall::upsert_contacts:
      return crm_contacts_.upsert(request);
    case CrmCall::read_contacts:
      return crm_contacts_.read(request);
    case CrmCall::upsert_orders:
      return crm_orders_.upsert(request);
    case CrmCall::read_orders:
      return crm_orders_.read(request);
    case CrmCall::associate:
      return crm_associations_.associate(request);
    case CrmCall::none:
      break;
  }
  if (FormsApi::is_addressed_by(request.path)) return forms_.answer(request);
  return forms_.listing().answer(request, access_, guids_.dashed());
}

}  // namespace ordertail::sandbox
