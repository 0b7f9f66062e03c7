// Which call of the CRM's API a path is for.
#pragma once

#include <string_view>

namespace ordertail::sandbox {

enum class CrmCall { none, upsert_contacts, read_contacts, upsert_orders, read_orders, associate };

/// "/crm/v3/objects/contacts/batch/upsert", …/read, the same of orders, and
/// "/crm/v4/associations/orders/contacts/batch/associate/default"; or of a dated version:
/// "/crm/objects/2026-03/contacts/batch/upsert", "/crm/associations/2026-03/orders/…"
/// (https://github.com/HubSpot/HubSpot-public-api-spec-collection). Any version that is written as
/// a year and a month exists. Type ids and singulars instead of "contacts" and "orders" do not.
[[nodiscard]] CrmCall crm_call(std::string_view path);

}  // namespace ordertail::sandbox
