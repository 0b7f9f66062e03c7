// The answers to batch requests on CRM objects that were admitted.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sandbox/contacts.h"
#include "sandbox/exchange.h"
#include "sandbox/orders.h"

namespace ordertail::sandbox {

/// What contacts and orders have in common. A view.
struct CrmObject {
  std::uint64_t id;
  const std::map<std::string, std::string>& properties;
  WallTime created;
  WallTime updated;
  const char* created_property;
  const char* updated_property;
};

[[nodiscard]] CrmObject crm_object(const Contact& contact);
[[nodiscard]] CrmObject crm_object(const Order& order);

/// {"id","properties":{…},"createdAt","updatedAt","archived"}, with all properties.
[[nodiscard]] nlohmann::ordered_json crm_result(const CrmObject& object);

/// The same with these properties only, null where the object has none, and those that HubSpot
/// always gives.
[[nodiscard]] nlohmann::ordered_json crm_result(const CrmObject& object,
                                                const std::vector<std::string>& properties);

/// 200, or 207 when there are errors: {"status","results":[…],"startedAt","completedAt",
/// "numErrors","errors":[…]}.
[[nodiscard]] Answer crm_answer(nlohmann::ordered_json results, nlohmann::ordered_json errors,
                                WallTime now);

/// What a refusal says.
[[nodiscard]] std::string message_of(const Answer& refusal);

}  // namespace ordertail::sandbox
