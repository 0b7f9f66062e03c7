#include "faults/crm_portal.h"

#include <array>
#include <set>
#include <stdexcept>
#include <utility>

namespace ordertail::faults {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostInputs = 100;
constexpr const char* kNow = "2026-01-05T09:00:00Z";

/// Names of records, and the first digit of their ids: the rest is the number in the name.
struct Naming {
  CrmStep step;
  std::string before, after;
  char digit;
};
const std::array<Naming, 3>& namings() {
  static const std::array<Naming, 3> all{{{CrmStep::contacts, "customer", "@example.com", '1'},
                                          {CrmStep::contacts, "visitor", "@example.com", '2'},
                                          {CrmStep::orders, "main:", "", '7'}}};
  return all;
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

void demand(bool holds, const std::string& otherwise) {
  if (!holds) throw std::runtime_error("the CRM would refuse this: " + otherwise);
}

CrmStep step_of(const Request& request) {
  demand(request.method == "POST", request.method);
  constexpr std::array<const char*, 3> kPaths{
      "/crm/objects/2026-09/contacts/batch/upsert", "/crm/objects/2026-09/orders/batch/upsert",
      "/crm/associations/2026-09/orders/contacts/batch/associate/default"};
  for (std::size_t i = 0; i < kPaths.size(); ++i) {
    if (request.target == kPaths.at(i)) return static_cast<CrmStep>(i);
  }
  throw std::runtime_error("the CRM has no " + request.target);
}

CrmInput upserted(CrmStep step, const Json& input) {
  const std::string id = input.at("id");
  const std::string property = step == CrmStep::contacts ? "email" : "order_key";
  demand(input.at("idProperty") == property, input.dump());
  demand(input.at("properties").at(property) == id, "its result would not be known: " + id);
  for (const Naming& naming : namings()) {
    if (naming.step != step || !id.starts_with(naming.before) || !id.ends_with(naming.after))
      continue;
    const std::string number =
        id.substr(naming.before.size(), id.size() - naming.before.size() - naming.after.size());
    if (!is_number(number)) continue;
    return {step,
            naming.digit == '2' ? id : number,
            {{"id", naming.digit + number},
             {"new", true},
             {"archived", false},
             {"createdAt", kNow},
             {"updatedAt", kNow},
             {"objectWriteTraceId", input.at("objectWriteTraceId")},
             {"properties", {{property, id}, {"hs_lastmodifieddate", kNow}}}}};
  }
  throw std::runtime_error("the CRM was told of " + id + ", which nobody exported");
}

CrmInput associated(const Json& input) {
  const std::string order = input.at("from").at("id");
  const std::string contact = input.at("to").at("id");
  const std::string number = order.substr(1);
  demand(order == "7" + number && contact == "1" + number && is_number(number),
         "the order " + order + " is not the contact's " + contact);
  return {CrmStep::associations,
          number,
          {{"from", {{"id", order}}},
           {"to", {{"id", contact}}},
           {"associationSpec",
            {{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", 507}}}}};
}

}  // namespace

std::vector<CrmInput> crm_inputs(const Request& request) {
  const CrmStep step = step_of(request);
  demand(request.header("Authorization").starts_with("Bearer "), "no token");
  demand(request.header("Content-Type") == "application/json", "no JSON");
  const Json body = Json::parse(request.body);
  const Json& inputs = body.at("inputs");
  demand(!inputs.empty() && inputs.size() <= kMostInputs,
         std::to_string(inputs.size()) + " inputs");
  std::vector<CrmInput> all;
  std::set<std::string> ids, trace_ids;
  for (const Json& input : inputs) {
    all.push_back(step == CrmStep::associations ? associated(input) : upserted(step, input));
    if (step == CrmStep::associations) continue;
    demand(ids.insert(input.at("id")).second, "IDs must be unique: " + input.dump());
    demand(trace_ids.insert(input.at("objectWriteTraceId")).second,
           "a trace id names one input: " + input.dump());
  }
  return all;
}

Json crm_body(const Request& request) {
  try {
    Json results = Json::array();
    for (CrmInput& input : crm_inputs(request)) results.push_back(std::move(input.result));
    return {{"status", "COMPLETE"},
            {"results", std::move(results)},
            {"startedAt", kNow},
            {"completedAt", kNow}};
  } catch (const std::exception& error) {
    return {{"status", "error"}, {"category", "VALIDATION_ERROR"}, {"message", error.what()}};
  }
}

}  // namespace ordertail::faults
