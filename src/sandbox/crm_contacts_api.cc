#include "sandbox/crm_contacts_api.h"

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
struct CrmContactsApi::Row {
  const UpsertInput& input;
  Submission& submission;
  std::uint64_t contact = 0;  // the one that the id names; 0: none yet
  std::optional<CrmError> error;
};

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostInputs = 100;

/// What follows "/crm/v3/objects/contacts/batch/" or the same of a dated version; else empty.
std::string_view operation(std::string_view path) {
  constexpr std::string_view kV3 = "/crm/v3/objects/contacts/batch/";
  constexpr std::string_view kDated = "/crm/objects/9999-99/contacts/batch/";
  if (path.starts_with(kV3)) return path.substr(kV3.size());
  const bool is_dated =
      path.size() > kDated.size() &&
      std::equal(kDated.begin(), kDated.end(), path.begin(), [](char wanted, char c) {
        return wanted == '9' ? c >= '0' && c <= '9' : c == wanted;
      });
  return is_dated ? path.substr(kDated.size()) : std::string_view();
}

/// HubSpot knows e-mail addresses in lower case.
std::string normal(std::string_view id) {
  return lower(trim(id));
}

/// Partial failure is opted into: "include a unique objectWriteTraceId value for each input".
bool opts_into_partial_failure(const std::vector<UpsertInput>& inputs) {
  std::set<std::string_view> ids;
  return std::all_of(inputs.begin(), inputs.end(), [&](const UpsertInput& input) {
    return !input.trace_id.empty() && ids.insert(input.trace_id).second;
  });
}

}  // namespace

CrmContactsApi::CrmContactsApi(CrmLimits limits, const Access& access, const Properties& properties,
                               const Clock& clock, Contacts& contacts, Journal& journal)
    : access_(access),
      properties_(properties),
      clock_(clock),
      contacts_(contacts),
      journal_(journal),
      quota_(limits) {}

bool CrmContactsApi::is_upsert(std::string_view path) {
  return operation(path) == "upsert";
}

bool CrmContactsApi::is_read(std::string_view path) {
  return operation(path) == "read";
}

Answer CrmContactsApi::upsert(const Request& request) {
  const UpsertBatch batch = read_upsert_batch(request.body);
  const WallTime now = clock_.wall();
  std::vector<Row> rows;
  Submission& first = journal_.receive(Api::crm, now);
  first.form = request.path;
  for (const UpsertInput& input : batch.inputs) {
    Submission& submission = rows.empty() ? first : journal_.receive_another();
    submission.fields = input.properties;
    submission.context = {{"id", input.id},
                          {"idProperty", input.id_property},
                          {"objectWriteTraceId", input.trace_id}};
    rows.push_back({input, submission, 0, std::nullopt});
  }
  std::optional<Answer> refused =
      refuse(request, "crm.objects.contacts.write", batch.malformed, batch.inputs.size());
  if (!refused) refused = refuse_duplicates(batch.inputs);
  // Otherwise one bad record rejects the whole request.
  const bool may_be_partial = opts_into_partial_failure(batch.inputs);
  std::set<std::string> emails;
  for (Row& row : rows) {
    if (refused) break;
    row.error = judge(row, emails);
    if (row.error && !may_be_partial) refused = as_refusal(*row.error, guids_.dashed());
  }
  if (!refused) return with_headers(apply(rows, now));
  const std::string message = Json::parse(refused->json).at("message");
  first.status = refused->status;
  first.error = message;
  for (Row& row : rows) {
    row.submission.status = refused->status;
    row.submission.error = message;
  }
  return with_headers(*std::move(refused));
}

Answer CrmContactsApi::read(const Request& request) {
  const ReadBatch batch = read_read_batch(request.body);
  std::optional<Answer> refused =
      refuse(request, "crm.objects.contacts.read", batch.malformed, batch.ids.size());
  if (refused) return with_headers(*std::move(refused));
  Json results = Json::array();
  Json missing = Json::array();
  for (const std::string& id : batch.ids) {
    const Contact* contact = find(id, batch.id_property);
    if (contact == nullptr) {
      missing.push_back(id);
      continue;
    }
    results.push_back(crm_result(*contact, batch.properties));
  }
  Json errors = Json::array();
  if (!missing.empty()) {
    errors.push_back({{"status", "error"},
                      {"category", "OBJECT_NOT_FOUND"},
                      {"message",
                       "Could not get some CONTACT objects, they may be deleted or not "
                       "exist. Check that ids are valid."},
                      {"context", {{"ids", std::move(missing)}}}});
  }
  return with_headers(crm_answer(std::move(results), std::move(errors), clock_.wall()));
}

/// What both operations have in common, HubSpot's gateway first.
std::optional<Answer> CrmContactsApi::refuse(const Request& request, std::string_view scope,
                                             std::string_view malformed, std::size_t inputs) {
  const std::string id = guids_.dashed();
  if (request.method != "POST") return method_refusal("POST", id);
  if (auto stranger = refuse_access(access_, request.authorization, scope, id)) return stranger;
  switch (quota_.admit(clock_.steady(), clock_.wall())) {
    case Quota::Verdict::over_daily:
      return daily_limit(id);
    case Quota::Verdict::over_ten_secondly:
      return ten_secondly_limit(id);
    case Quota::Verdict::admitted:
      break;
  }
  if (!has_media_type(request, "application/json")) {
    return refusal(415, "The content type must be application/json", id);
  }
  const auto invalid = [&](std::string message) {
    return as_refusal({.message = std::move(message), .properties = {}}, id);
  };
  if (!malformed.empty()) return invalid("Invalid input JSON: " + std::string(malformed));
  if (inputs == 0) return invalid("The batch has no inputs");
  // Contacts guide: https://developers.hubspot.com/docs/guides/api/crm/objects/contacts
  if (inputs <= kMostInputs) return std::nullopt;
  return invalid("Batch operations are limited to 100 records at a time.");
}

std::optional<Answer> CrmContactsApi::refuse_duplicates(const std::vector<UpsertInput>& inputs) {
  std::set<std::string> seen;
  std::vector<std::string> twice;
  for (const UpsertInput& input : inputs) {
    const std::string id = normal(input.id);
    const bool is_known = std::find(twice.begin(), twice.end(), id) != twice.end();
    if (!seen.insert(id).second && !is_known) twice.push_back(id);
  }
  if (twice.empty()) return std::nullopt;
  return duplicate_ids(twice, guids_.dashed());
}

/// What is wrong with the row; else which contact it is for. `emails`: those that the rows before
/// will give to theirs.
std::optional<CrmError> CrmContactsApi::judge(Row& row, std::set<std::string>& emails) const {
  const UpsertInput& input = row.input;
  const bool by_email = input.id_property == "email";
  if (!by_email && !input.id_property.empty()) {
    // https://github.com/HubSpot/hubspot-api-nodejs/issues/548
    return CrmError{.message = "Unable to perform update/upsert by non-unique 0-1 property",
                    .properties = {}};
  }
  CrmError error;
  const std::string id = normal(input.id);
  if (by_email && !is_email(id)) {
    error.properties.push_back(property_error({"email", input.id}, PropertyTrouble::bad_email));
  }
  for (const FormField& property : input.properties) {
    auto trouble = properties_.judge(property.name, property.value);
    // A form can set it, and an import; the CRM's API cannot.
    if (property.name == "hs_marketable_status") trouble = PropertyTrouble::read_only;
    if (trouble) error.properties.push_back(property_error(property, *trouble));
  }
  if (!error.properties.empty()) {
    error.message = "Property values were not valid: " + error.properties.front().message;
    return error;
  }
  const Contact* contact = find(input.id, input.id_property);
  if (!by_email && contact == nullptr) {
    return CrmError{.status = 404,
                    .category = "OBJECT_NOT_FOUND",
                    .message = fmt::format("No contact has the id {}", printable(input.id)),
                    .properties = {}};
  }
  row.contact = contact == nullptr ? 0 : contact->id;
  std::string email = normal(value_of(input.properties, "email"));
  if (email.empty() && by_email) email = id;
  const Contact* owner = contacts_.find(email);
  if (owner != nullptr && owner->id != row.contact) {
    // https://github.com/stape-io/hubspot-tag/issues/7
    return CrmError{.status = 409,
                    .category = "CONFLICT",
                    .message = fmt::format("Contact already exists. Existing ID: {}", owner->id),
                    .properties = {}};
  }
  if (!email.empty() && !emails.insert(email).second) {
    return CrmError{.status = 409,
                    .category = "CONFLICT",
                    .message = "Contact already exists.",
                    .properties = {}};
  }
  return std::nullopt;
}

/// The rows without an error. The results do not come in the order of the inputs.
Answer CrmContactsApi::apply(std::vector<Row>& rows, WallTime now) {
  Json results = Json::array();
  Json errors = Json::array();
  bool applied = false;
  for (const Row& row : rows) {
    Submission& submission = row.submission;
    if (row.error) {
      submission.status = row.error->status;
      submission.error = row.error->message;
      errors.push_back(as_row(*row.error, row.input.trace_id));
      continue;
    }
    const bool is_new = row.contact == 0;
    Form properties = row.input.properties;
    if (is_new && value_of(properties, "email").empty()) {
      properties.push_back({"email", normal(row.input.id)});
    }
    const Contact& contact = contacts_.write(row.contact, properties, now);
    submission.status = 200;
    journal_.apply(submission, contact.id);
    applied = true;
    Json result = crm_result(contact);
    result["new"] = is_new;
    if (!row.input.trace_id.empty()) result["objectWriteTraceId"] = row.input.trace_id;
    results.push_back(std::move(result));
  }
  std::reverse(results.begin(), results.end());
  Answer answer = crm_answer(std::move(results), std::move(errors), now);
  answer.applied = applied;
  return answer;
}

const Contact* CrmContactsApi::find(std::string_view id, std::string_view id_property) const {
  if (id_property == "email") return contacts_.find(normal(id));
  const auto number = parse_integer(id);
  return number && *number > 0 ? contacts_.find(static_cast<std::uint64_t>(*number)) : nullptr;
}

Answer CrmContactsApi::with_headers(Answer answer) const {
  for (auto& header : quota_.headers()) answer.headers.push_back(std::move(header));
  return answer;
}

}  // namespace ordertail::sandbox
