// A portal and the APIs of its CRM, for tests that speak to them without sockets.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sandbox/crm_associations_api.h"
#include "sandbox/crm_gate.h"
#include "sandbox/crm_objects_api.h"
#include "sandbox/stopped_clock.h"

namespace ordertail::sandbox {

inline constexpr std::string_view kOrderId = "ordertail_order_id";

struct CrmPortal {
  explicit CrmPortal(CrmLimits limits = {}, std::deque<unsigned> failures = {})
      : gate(limits, access, clock, std::move(failures)) {}

  StoppedClock clock;
  Access access;
  Properties of_contacts{contact_properties(),
                         {.declared = {{"last_order", PropertyType::date}}, .any = false}};
  Properties of_orders{
      order_properties(),
      {.declared = {{std::string(kOrderId), PropertyType::text}, {"shop", PropertyType::text}},
       .any = false}};
  Contacts contacts;
  Orders orders{std::string(kOrderId)};
  Journal journal;
  CrmGate gate;
  CrmObjectsApi<Contacts> contacts_api{contact_type(), of_contacts, gate, contacts, journal};
  CrmObjectsApi<Orders> orders_api{order_type(std::string(kOrderId)), of_orders, gate, orders,
                                   journal};
  CrmAssociationsApi associations_api{gate, contacts, orders, journal};
};

/// One input of an upsert; the trace id may be empty.
inline nlohmann::json upsert_input(const std::string& id, std::string_view id_property,
                                   const std::map<std::string, std::string>& properties,
                                   const std::string& trace_id) {
  nlohmann::json item = {{"id", id}, {"idProperty", id_property}, {"properties", properties}};
  if (!trace_id.empty()) item["objectWriteTraceId"] = trace_id;
  return item;
}

inline std::string batch_of(const std::vector<nlohmann::json>& inputs) {
  nlohmann::json body;
  body["inputs"] = inputs;
  return body.dump();
}

inline Request json_post(std::string_view path, std::string_view body) {
  return {"POST", path, "", "application/json", "Bearer t", body};
}

/// The answer without its correlation id.
inline nlohmann::json body_of(const Answer& answer) {
  nlohmann::json body = nlohmann::json::parse(answer.json);
  EXPECT_EQ(body.erase("correlationId"), 1U);
  return body;
}

}  // namespace ordertail::sandbox
