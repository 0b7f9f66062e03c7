// The batch API of CRM objects, contacts and orders, as rules: a request in, an answer out, no
// sockets.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/contacts.h"
#include "sandbox/crm_batch.h"
#include "sandbox/crm_error.h"
#include "sandbox/crm_gate.h"
#include "sandbox/exchange.h"
#include "sandbox/journal.h"
#include "sandbox/orders.h"
#include "sandbox/properties.h"

namespace ordertail::sandbox {

/// What the API says of a type of object
/// (https://developers.hubspot.com/docs/guides/crm/using-object-apis).
struct ObjectType {
  Api api = Api::contacts;      ///< by which the journal has it
  std::string name;             ///< "contacts", as in its scopes
  std::string type_id;          ///< "0-1"
  std::string singular;         ///< "CONTACT"
  std::string unique_property;  ///< "email"
};

[[nodiscard]] ObjectType contact_type();
[[nodiscard]] ObjectType order_type(std::string unique_property);

/// Objects are known by the one unique property of their type or by HubSpot's own id. What is not
/// imitated: other unique properties, and the validation rules that administrators set.
///
/// `Records` is Contacts or Orders.
template <typename Records>
class CrmObjectsApi {
 public:
  /// What it refers to outlives it.
  CrmObjectsApi(ObjectType type, const Properties& properties, CrmGate& gate, Records& records,
                Journal& journal);

  Answer upsert(const Request& request);
  Answer read(const Request& request);

 private:
  struct Row;
  [[nodiscard]] std::optional<Answer> refuse(const Request& request, const UpsertBatch& batch);
  [[nodiscard]] Answer refuse_property();
  [[nodiscard]] std::optional<Answer> refuse_duplicates(const std::vector<UpsertInput>& inputs);
  [[nodiscard]] std::optional<Answer> judge(std::vector<Row>& rows, bool may_be_partial);
  [[nodiscard]] std::optional<CrmError> judge(Row& row, std::set<std::string>& uniques) const;
  [[nodiscard]] std::optional<CrmError> judge_properties(const UpsertInput& input) const;
  [[nodiscard]] CrmError conflict(std::string_view value, std::uint64_t owner) const;
  Answer apply(std::vector<Row>& rows);
  [[nodiscard]] bool is_known_by(std::string_view id_property) const;
  [[nodiscard]] const typename Records::Record* find(std::string_view id,
                                                     std::string_view id_property) const;

  ObjectType type_;
  const Properties& properties_;
  CrmGate& gate_;
  Records& records_;
  Journal& journal_;
};

extern template class CrmObjectsApi<Contacts>;
extern template class CrmObjectsApi<Orders>;

}  // namespace ordertail::sandbox
