// HubSpot's CRM as a fault server plays it: an independent reader of the three batch requests that
// orders and registrations take. It shares no code with delivery/, nor with the sandbox.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "faults/fault_server.h"

namespace ordertail::faults {

/// What is made of an order: its contact, the order itself, and whose it is. Of a registration
/// there is a contact only.
enum class CrmStep { contacts, orders, associations };

/// One input of a batch request.
struct CrmInput {
  CrmStep step{};
  std::string event;      ///< "5", the order, whatever the step; "visitor5@example.com"
  nlohmann::json result;  ///< what a portal in good health answers to it
};

/// The inputs of a request, in its order. Throws std::runtime_error, saying why, where HubSpot
/// would refuse the request whatever it is about: another path, no token, no or more than 100
/// inputs, two of one id or of one trace id, a record that nobody can have made.
/// (https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide)
[[nodiscard]] std::vector<CrmInput> crm_inputs(const Request& request);

/// The body with which a portal in good health answers: {"status":"COMPLETE","results":[…]}. Of a
/// request that crm_inputs() throws at, it is an error's.
[[nodiscard]] nlohmann::json crm_body(const Request& request);

}  // namespace ordertail::faults
