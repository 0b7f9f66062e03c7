// The answers to batch requests on CRM contacts that were admitted.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sandbox/contacts.h"
#include "sandbox/exchange.h"

namespace ordertail::sandbox {

/// {"id","properties":{…},"createdAt","updatedAt","archived"}, with all properties.
[[nodiscard]] nlohmann::ordered_json crm_result(const Contact& contact);

/// The same with these properties only, null where the contact has none, and those that HubSpot
/// always gives.
[[nodiscard]] nlohmann::ordered_json crm_result(const Contact& contact,
                                                const std::vector<std::string>& properties);

/// 200, or 207 when there are errors: {"status","results":[…],"startedAt","completedAt",
/// "numErrors","errors":[…]}.
[[nodiscard]] Answer crm_answer(nlohmann::ordered_json results, nlohmann::ordered_json errors,
                                WallTime now);

}  // namespace ordertail::sandbox
