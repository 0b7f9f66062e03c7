#include "sandbox/crm_objects_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "sandbox/crm_answer.h"
#include "sandbox/error_body.h"
#include "sandbox/formats.h"

namespace ordertail::sandbox {

/// One input on its way into the portal.
template <typename Records>
struct CrmObjectsApi<Records>::Row {
  const UpsertInput& input;
  Submission& submission;
  std::uint64_t record = 0;  // the one that the id names; 0: none yet
  std::optional<CrmError> error;
};

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostInputs = 100;

/// Partial failure is opted into: "include a unique objectWriteTraceId value for each input".
bool opts_into_partial_failure(const std::vector<UpsertInput>& inputs) {
  std::set<std::string_view> ids;
  return std::all_of(inputs.begin(), inputs.end(), [&](const UpsertInput& input) {
    return !input.trace_id.empty() && ids.insert(input.trace_id).second;
  });
}

}  // namespace

ObjectType contact_type() {
  return {Api::contacts, "contacts", "0-1", "CONTACT", "email"};
}

ObjectType order_type(std::string unique_property) {
  return {Api::orders, "orders", "0-123", "ORDER", std::move(unique_property)};
}

template <typename Records>
CrmObjectsApi<Records>::CrmObjectsApi(ObjectType type, const Properties& properties, CrmGate& gate,
                                      Records& records, Journal& journal)
    : type_(std::move(type)),
      properties_(properties),
      gate_(gate),
      records_(records),
      journal_(journal) {}

template <typename Records>
Answer CrmObjectsApi<Records>::upsert(const Request& request) {
  const UpsertBatch batch = read_upsert_batch(request.body);
  Submission& first = journal_.receive(type_.api, gate_.now());
  first.form = request.path;
  std::vector<Row> rows;
  for (const UpsertInput& input : batch.inputs) {
    Submission& submission = rows.empty() ? first : journal_.receive_another();
    submission.fields = input.properties;
    submission.context = {{"id", input.id},
                          {"idProperty", input.id_property},
                          {"objectWriteTraceId", input.trace_id}};
    rows.push_back({input, submission, 0, std::nullopt});
  }
  std::optional<Answer> refused = refuse(request, batch);
  if (!refused) refused = judge(rows, opts_into_partial_failure(batch.inputs));
  if (!refused) return gate_.with_headers(apply(rows));
  journal_.refuse_latest(refused->status, message_of(*refused));
  return gate_.with_headers(*std::move(refused));
}

/// Why the request as a whole is refused.
template <typename Records>
std::optional<Answer> CrmObjectsApi<Records>::refuse(const Request& request,
                                                     const UpsertBatch& batch) {
  std::optional<Answer> refused =
      gate_.refuse(request, {fmt::format("crm.objects.{}.write", type_.name)});
  if (!refused) refused = gate_.refuse_batch(batch.malformed, batch.inputs.size(), kMostInputs);
  if (refused) return refused;
  const bool are_all_known =
      std::all_of(batch.inputs.begin(), batch.inputs.end(),
                  [&](const UpsertInput& input) { return is_known_by(input.id_property); });
  if (!are_all_known) return refuse_property();
  return refuse_duplicates(batch.inputs);
}

/// HubSpot names the type by its id: https://github.com/HubSpot/hubspot-api-nodejs/issues/548
template <typename Records>
Answer CrmObjectsApi<Records>::refuse_property() {
  return as_refusal(
      {.message =
           fmt::format("Unable to perform update/upsert by non-unique {} property", type_.type_id),
       .properties = {}},
      gate_.correlation_id());
}

template <typename Records>
std::optional<Answer> CrmObjectsApi<Records>::refuse_duplicates(
    const std::vector<UpsertInput>& inputs) {
  std::set<std::string> seen;
  std::vector<std::string> twice;
  for (const UpsertInput& input : inputs) {
    const std::string id = Records::key(input.id);
    const bool is_known = std::find(twice.begin(), twice.end(), id) != twice.end();
    if (!seen.insert(id).second && !is_known) twice.push_back(id);
  }
  if (twice.empty()) return std::nullopt;
  return duplicate_ids(twice, gate_.correlation_id());
}

/// Finds the record of each row, or what is wrong with it: a refusal of all, unless the request
/// opts into partial failure.
template <typename Records>
std::optional<Answer> CrmObjectsApi<Records>::judge(std::vector<Row>& rows, bool may_be_partial) {
  std::set<std::string> uniques;
  for (Row& row : rows) {
    row.error = judge(row, uniques);
    if (row.error && !may_be_partial) return as_refusal(*row.error, gate_.correlation_id());
  }
  return std::nullopt;
}

/// What is wrong with the row; else which record it is for. `uniques`: the values of the unique
/// property that the rows before will give to theirs.
template <typename Records>
std::optional<CrmError> CrmObjectsApi<Records>::judge(Row& row,
                                                      std::set<std::string>& uniques) const {
  const UpsertInput& input = row.input;
  if (auto error = judge_properties(input)) return error;
  const auto* record = find(input.id, input.id_property);
  if (input.id_property.empty() && record == nullptr) {
    return CrmError{
        .status = 404,
        .category = "OBJECT_NOT_FOUND",
        .message = fmt::format("No {} has the id {}", lower(type_.singular), printable(input.id)),
        .properties = {}};
  }
  row.record = record == nullptr ? 0 : record->id;
  std::string unique = Records::key(value_of(input.properties, type_.unique_property));
  if (unique.empty() && !input.id_property.empty()) unique = Records::key(input.id);
  const auto* owner = records_.find(unique);
  if (owner != nullptr && owner->id != row.record) return conflict(unique, owner->id);
  if (!unique.empty() && !uniques.insert(unique).second) return conflict(unique, 0);
  return std::nullopt;
}

template <typename Records>
std::optional<CrmError> CrmObjectsApi<Records>::judge_properties(const UpsertInput& input) const {
  CrmError error;
  if (!input.id_property.empty()) {
    const std::string id = Records::key(input.id);
    if (id.empty()) return CrmError{.message = "The id of an input is empty", .properties = {}};
    if (const auto trouble = properties_.judge(type_.unique_property, id)) {
      error.properties.push_back(property_error({type_.unique_property, input.id}, *trouble));
    }
  }
  for (const FormField& property : input.properties) {
    if (const auto trouble = properties_.judge(property.name, property.value)) {
      error.properties.push_back(property_error(property, *trouble));
    }
  }
  if (error.properties.empty()) return std::nullopt;
  error.message = "Property values were not valid: " + error.properties.front().message;
  return error;
}

/// The value of the unique property is that of `owner`; 0: of a row before.
template <typename Records>
CrmError CrmObjectsApi<Records>::conflict(std::string_view value, std::uint64_t owner) const {
  if (type_.api == Api::contacts) {
    // https://github.com/stape-io/hubspot-tag/issues/7
    return {.status = 409,
            .category = "CONFLICT",
            .message = owner == 0 ? "Contact already exists."
                                  : fmt::format("Contact already exists. Existing ID: {}", owner),
            .properties = {}};
  }
  // Users tell of 400 and "already has that value"; the rest of the sentence and the code are
  // recalled.
  std::string message =
      fmt::format("Cannot set {} to {}. {} already has that value.", type_.unique_property,
                  printable(value), owner == 0 ? "Another input" : std::to_string(owner));
  return {.message = "Property values were not valid: " + message,
          .properties = {{type_.unique_property, "CONFLICTING_UNIQUE_VALUE", message}}};
}

/// The rows without an error. The results do not come in the order of the inputs.
template <typename Records>
Answer CrmObjectsApi<Records>::apply(std::vector<Row>& rows) {
  const WallTime now = gate_.now();
  Json results = Json::array();
  Json errors = Json::array();
  for (const Row& row : rows) {
    Submission& submission = row.submission;
    if (row.error) {
      submission.status = row.error->status;
      submission.error = row.error->message;
      errors.push_back(as_row(*row.error, row.input.trace_id));
      continue;
    }
    const bool is_new = row.record == 0;
    Form properties = row.input.properties;
    if (is_new && value_of(properties, type_.unique_property).empty()) {
      properties.push_back({type_.unique_property, Records::key(row.input.id)});
    }
    const auto& record = records_.write(row.record, properties, now);
    submission.status = 200;
    journal_.apply(submission, record.id);
    Json result = crm_result(crm_object(record));
    result["new"] = is_new;
    if (!row.input.trace_id.empty()) result["objectWriteTraceId"] = row.input.trace_id;
    results.push_back(std::move(result));
  }
  std::reverse(results.begin(), results.end());
  const bool applied = !results.empty();
  Answer answer = crm_answer(std::move(results), std::move(errors), now);
  answer.applied = applied;
  return answer;
}

template <typename Records>
Answer CrmObjectsApi<Records>::read(const Request& request) {
  const ReadBatch batch = read_read_batch(request.body);
  std::optional<Answer> refused =
      gate_.refuse(request, {fmt::format("crm.objects.{}.read", type_.name)});
  if (!refused) refused = gate_.refuse_batch(batch.malformed, batch.ids.size(), kMostInputs);
  if (!refused && !is_known_by(batch.id_property)) refused = refuse_property();
  if (refused) return gate_.with_headers(*std::move(refused));
  Json results = Json::array();
  Json missing = Json::array();
  for (const std::string& id : batch.ids) {
    if (const auto* record = find(id, batch.id_property)) {
      results.push_back(crm_result(crm_object(*record), batch.properties));
    } else {
      missing.push_back(id);
    }
  }
  Json errors = Json::array();
  if (!missing.empty()) {
    errors.push_back({{"status", "error"},
                      {"category", "OBJECT_NOT_FOUND"},
                      {"message", fmt::format("Could not get some {} objects, they may be deleted "
                                              "or not exist. Check that ids are valid.",
                                              type_.singular)},
                      {"context", {{"ids", std::move(missing)}}}});
  }
  return gate_.with_headers(crm_answer(std::move(results), std::move(errors), gate_.now()));
}

/// None: HubSpot's own id.
template <typename Records>
bool CrmObjectsApi<Records>::is_known_by(std::string_view id_property) const {
  return id_property.empty() || id_property == type_.unique_property;
}

template <typename Records>
const typename Records::Record* CrmObjectsApi<Records>::find(std::string_view id,
                                                             std::string_view id_property) const {
  if (!id_property.empty()) return records_.find(id);
  const auto number = parse_integer(id);
  return number && *number > 0 ? records_.find(static_cast<std::uint64_t>(*number)) : nullptr;
}

template class CrmObjectsApi<Contacts>;
template class CrmObjectsApi<Orders>;

}  // namespace ordertail::sandbox
