#include "sandbox/crm_associations_api.h"

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/text.h"
#include "sandbox/crm_answer.h"
#include "sandbox/formats.h"

namespace ordertail::sandbox {
namespace {

using Json = nlohmann::ordered_json;

// Recalled, of the associations API v4; no public source is at hand.
constexpr std::size_t kMostInputs = 2'000;

/// What has HubSpot's own id in `records`, or null.
template <typename Records>
const auto* find(const Records& records, std::string_view id) {
  const auto number = parse_integer(id);
  return records.find(number && *number > 0 ? static_cast<std::uint64_t>(*number)
                                            : std::uint64_t{0});
}

/// The answer to an input that worked, as the spec "CRM/Associations" has it.
Json association(const AssociateInput& input) {
  return {{"from", {{"id", input.from}}},
          {"to", {{"id", input.to}}},
          {"associationSpec",
           {{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", 507}}}};
}

/// One of the "errors" of a 207. Its category and the keys of its context are recalled.
Json not_found(const AssociateInput& input, std::string_view message) {
  return {{"status", "error"},
          {"category", "OBJECT_NOT_FOUND"},
          {"message", message},
          {"context",
           {{"fromObjectId", Json::array({input.from})}, {"toObjectId", Json::array({input.to})}}}};
}

}  // namespace

Answer CrmAssociationsApi::associate(const Request& request) {
  const AssociateBatch batch = read_associate_batch(request.body);
  Submission& first = journal_.receive(Api::associations, gate_.now());
  first.form = request.path;
  std::vector<Submission*> submissions;
  for (const AssociateInput& input : batch.inputs) {
    submissions.push_back(submissions.empty() ? &first : &journal_.receive_another());
    submissions.back()->context = {{"from", input.from}, {"to", input.to}};
  }
  std::optional<Answer> refused =
      gate_.refuse(request, {"crm.objects.orders.write", "crm.objects.contacts.write"});
  if (!refused) refused = gate_.refuse_batch(batch.malformed, batch.inputs.size(), kMostInputs);
  if (!refused) return gate_.with_headers(apply(batch.inputs, submissions));
  journal_.refuse_latest(refused->status, message_of(*refused));
  return gate_.with_headers(*std::move(refused));
}

/// The results do not come in the order of the inputs.
Answer CrmAssociationsApi::apply(const std::vector<AssociateInput>& inputs,
                                 const std::vector<Submission*>& submissions) {
  Json results = Json::array();
  Json errors = Json::array();
  for (std::size_t i = inputs.size(); i-- > 0;) {
    const AssociateInput& input = inputs[i];
    Submission& submission = *submissions[i];
    const Order* const order = find(orders_, input.from);
    const Contact* const contact = find(contacts_, input.to);
    if (order == nullptr || contact == nullptr) {
      submission.status = 404;
      submission.error = order == nullptr
                             ? fmt::format("No order has the id {}", printable(input.from))
                             : fmt::format("No contact has the id {}", printable(input.to));
      errors.push_back(not_found(input, submission.error));
      continue;
    }
    orders_.associate(order->id, contact->id);
    submission.status = 200;
    submission.to_contact = contact->id;
    journal_.apply(submission, order->id);
    results.push_back(association(input));
  }
  const bool applied = !results.empty();
  Answer answer = crm_answer(std::move(results), std::move(errors), gate_.now());
  answer.applied = applied;
  return answer;
}

}  // namespace ordertail::sandbox
