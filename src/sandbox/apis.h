// All that the stand-in speaks, behind one door: which API a request is for, and the portal they
// share.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "sandbox/access.h"
#include "sandbox/contacts.h"
#include "sandbox/crm_associations_api.h"
#include "sandbox/crm_gate.h"
#include "sandbox/crm_objects_api.h"
#include "sandbox/exchange.h"
#include "sandbox/forms_api.h"
#include "sandbox/guid.h"
#include "sandbox/journal.h"
#include "sandbox/leads_api.h"
#include "sandbox/limits.h"
#include "sandbox/orders.h"
#include "sandbox/properties.h"

namespace ordertail::sandbox {

struct Rules {
  LeadsRules leads;
  FormsLimits forms;
  CrmLimits crm;
  std::deque<unsigned> crm_failures;
  Access access;
  CustomProperties contact_properties;
  CustomProperties order_properties;
  std::string unique_order_property = "ordertail_order_id";  ///< a text; declared or not
};

class Apis {
 public:
  /// `clock` outlives it.
  Apis(Rules rules, const Clock& clock);

  enum class Purpose {
    submission,  ///< the journal will keep it
    reading,
    none,  ///< for no API
  };
  [[nodiscard]] static Purpose purpose(std::string_view path, std::string_view query);

  /// To a request that has a purpose.
  Answer answer(const Request& request);

  [[nodiscard]] const Portal& portal() const { return leads_.portal(); }
  [[nodiscard]] const Contacts& contacts() const { return contacts_; }
  [[nodiscard]] const Orders& orders() const { return orders_; }
  [[nodiscard]] const Journal& journal() const { return journal_; }

 private:
  Answer answer_of_today(const Request& request);

  Access access_;
  Properties contact_properties_;
  Properties order_properties_;
  Contacts contacts_;
  Orders orders_;
  Journal journal_;
  GuidSource guids_;
  LeadsApi leads_;
  FormsApi forms_;
  CrmGate crm_gate_;
  CrmObjectsApi<Contacts> crm_contacts_;
  CrmObjectsApi<Orders> crm_orders_;
  CrmAssociationsApi crm_associations_;
};

}  // namespace ordertail::sandbox
