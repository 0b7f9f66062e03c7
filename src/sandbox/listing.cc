#include "sandbox/listing.h"

#include <nlohmann/json.hpp>

#include "sandbox/timestamp.h"

namespace ordertail::sandbox {
namespace {

using Json = nlohmann::ordered_json;

/// Bytes that are not UTF-8 become U+FFFD: forms may carry anything, JSON may not.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::int64_t milliseconds(WallTime time) {
  return time.time_since_epoch().count();
}

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json to_json(const Lead& lead) {
  Json conversions = Json::array();
  for (const Conversion& conversion : lead.conversions) {
    conversions.push_back({{"guid", conversion.guid},
                           {"form", conversion.form},
                           {"time", timestamp(conversion.time)}});
  }
  return {{"id", lead.id},
          {"lifecycle", lead.lifecycle()},
          {"close_date", or_null(lead.close_date)},
          {"source", lead.source()},
          {"tokens", lead.tokens},
          {"fields", lead.fields},
          {"conversions", std::move(conversions)}};
}

Json to_json(const Contact& contact) {
  Json conversions = Json::array();
  for (const FormConversion& conversion : contact.conversions) {
    conversions.push_back({{"guid", conversion.guid},
                           {"form", conversion.form},
                           {"submitted_at", milliseconds(conversion.submitted_at)}});
  }
  return {{"id", contact.id},
          {"source", contact.source()},
          {"tokens", contact.tokens},
          {"properties", contact.properties},
          {"conversions", std::move(conversions)}};
}

Json to_json(const Order& order) {
  return {{"id", order.id}, {"properties", order.properties}, {"contacts", order.contacts}};
}

const char* name_of(Api api) {
  switch (api) {
    case Api::leads:
      return "leads";
    case Api::forms:
      return "forms";
    case Api::contacts:
      return "contacts";
    case Api::orders:
      return "orders";
    case Api::associations:
      break;
  }
  return "associations";
}

/// As what the submission's record is listed.
const char* record_of(Api api) {
  if (api == Api::leads) return "lead";
  return api == Api::orders || api == Api::associations ? "order" : "contact";
}

Json or_null(std::uint64_t id) {
  return id == 0 ? Json() : Json(id);
}

Json to_json(const Form& fields) {
  Json object = Json::object();
  for (const FormField& field : fields) object[field.name] = field.value;
  return object;
}

Json to_json(const Submission& submission) {
  Json json = {{"number", submission.number},
               {"time", timestamp(submission.time)},
               {"api", name_of(submission.api)},
               {"form", submission.form},
               {"fields", to_json(submission.fields)},
               {"status", submission.status},
               {"error", or_null(submission.error)},
               {"guid", or_null(submission.guid)},
               {record_of(submission.api), or_null(submission.record)}};
  if (submission.api == Api::associations) json["contact"] = or_null(submission.to_contact);
  if (submission.api != Api::leads) json["context"] = to_json(submission.context);
  if (submission.api == Api::forms) {
    json["submitted_at"] = milliseconds(submission.submitted_at);
  }
  return json;
}

template <typename Rows>
std::string list(const char* name, const Rows& rows) {
  Json array = Json::array();
  for (const auto& row : rows) array.push_back(to_json(row));
  return dump({{name, std::move(array)}});
}

}  // namespace

std::string leads_as_json(const std::deque<Lead>& leads) {
  return list("leads", leads);
}

std::string contacts_as_json(const std::deque<Contact>& contacts) {
  return list("contacts", contacts);
}

std::string orders_as_json(const std::deque<Order>& orders) {
  return list("orders", orders);
}

std::string counts_as_json(const Journal& journal) {
  Json json;
  for (const Api api : kApis) {
    const ApiCounts& counts = journal.counts(api);
    json[name_of(api)] = {
        {"requests", counts.requests}, {"received", counts.received}, {"applied", counts.applied}};
  }
  return json.dump();
}

std::string submissions_as_json(const std::deque<Submission>& submissions) {
  return list("submissions", submissions);
}

std::string submission_as_json(const Submission& submission) {
  return dump(to_json(submission));
}

std::optional<std::string> listing_at(std::string_view path, const Apis& apis) {
  if (path == "/sandbox/leads") return leads_as_json(apis.portal().leads());
  if (path == "/sandbox/contacts") return contacts_as_json(apis.contacts().all());
  if (path == "/sandbox/orders") return orders_as_json(apis.orders().all());
  if (path == "/sandbox/counts") return counts_as_json(apis.journal());
  if (path == "/sandbox/submissions") return submissions_as_json(apis.journal().submissions());
  return std::nullopt;
}

}  // namespace ordertail::sandbox
