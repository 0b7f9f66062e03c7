#include "sandbox/crm_path.h"

#include <gtest/gtest.h>

namespace ordertail::sandbox {
namespace {

TEST(CrmPath, IsThatOfANumberedOrADatedVersion) {
  EXPECT_EQ(crm_call("/crm/v3/objects/contacts/batch/upsert"), CrmCall::upsert_contacts);
  EXPECT_EQ(crm_call("/crm/objects/2026-09/contacts/batch/upsert"), CrmCall::upsert_contacts);
  EXPECT_EQ(crm_call("/crm/v3/objects/contacts/batch/read"), CrmCall::read_contacts);
  EXPECT_EQ(crm_call("/crm/objects/2026-03/contacts/batch/read"), CrmCall::read_contacts);
  EXPECT_EQ(crm_call("/crm/v3/objects/orders/batch/upsert"), CrmCall::upsert_orders);
  EXPECT_EQ(crm_call("/crm/objects/2025-09/orders/batch/upsert"), CrmCall::upsert_orders);
  EXPECT_EQ(crm_call("/crm/v3/objects/orders/batch/read"), CrmCall::read_orders);
  EXPECT_EQ(crm_call("/crm/objects/2026-03/orders/batch/read"), CrmCall::read_orders);
  EXPECT_EQ(crm_call("/crm/v4/associations/orders/contacts/batch/associate/default"),
            CrmCall::associate);
  EXPECT_EQ(crm_call("/crm/associations/2026-03/orders/contacts/batch/associate/default"),
            CrmCall::associate);
}

TEST(CrmPath, OthersAreForNoCall) {
  for (const char* other :
       {"", "/crm/v4/objects/contacts/batch/upsert", "/crm/objects/2026/contacts/batch/upsert",
        "/crm/objects/2026-0x/contacts/batch/upsert", "/crm/v3/objects/contacts/batch/upsert/",
        "/crm/objects/2026-03/contacts/batch/", "/crm/v3/objects/orders/batch/archive",
        "/crm/v3/objects/deals/batch/upsert", "/crm/v3/objects/orders",
        "/crm/v3/associations/orders/contacts/batch/associate/default",
        "/crm/v4/associations/contacts/orders/batch/associate/default",
        "/crm/v4/associations/orders/contacts/batch/create",
        "/crm/objects/2026-03/orders/contacts/batch/associate/default"}) {
    EXPECT_EQ(crm_call(other), CrmCall::none) << other;
  }
}

}  // namespace
}  // namespace ordertail::sandbox
