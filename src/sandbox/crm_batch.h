// The JSON bodies of batch requests on CRM objects: specs "CRM/Contacts" and "CRM/Orders" of
// https://github.com/HubSpot/HubSpot-public-api-spec-collection
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/form.h"

namespace ordertail::sandbox {

/// {"id","properties":{…},"idProperty","objectWriteTraceId"}: all values are strings, and the first
/// two must be there.
struct UpsertInput {
  std::string id;
  std::string id_property;  ///< empty: the id is HubSpot's own
  std::string trace_id;     ///< empty: none
  Form properties;
};

/// {"inputs":[…]}
struct UpsertBatch {
  std::vector<UpsertInput> inputs;
  std::string malformed;  ///< why it cannot be read; empty when it can
};

[[nodiscard]] UpsertBatch read_upsert_batch(std::string_view body);

/// {"properties":[…],"propertiesWithHistory":[],"idProperty","inputs":[{"id"}]}
struct ReadBatch {
  std::vector<std::string> ids;
  std::string id_property;
  std::vector<std::string> properties;
  std::string malformed;
};

[[nodiscard]] ReadBatch read_read_batch(std::string_view body);

struct AssociateInput {
  std::string from;
  std::string to;
};

/// {"inputs":[{"from":{"id"},"to":{"id"}}]}: spec "CRM/Associations" of the same collection.
struct AssociateBatch {
  std::vector<AssociateInput> inputs;
  std::string malformed;
};

[[nodiscard]] AssociateBatch read_associate_batch(std::string_view body);

}  // namespace ordertail::sandbox
