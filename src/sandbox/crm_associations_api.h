// The batch API that associates orders with contacts, as rules: a request in, an answer out, no
// sockets.
#pragma once

#include <vector>

#include "sandbox/contacts.h"
#include "sandbox/crm_batch.h"
#include "sandbox/crm_gate.h"
#include "sandbox/exchange.h"
#include "sandbox/journal.h"
#include "sandbox/orders.h"

namespace ordertail::sandbox {

/// Only the default association, that of type 507
/// (https://developers.hubspot.com/docs/guides/api/crm/commerce/orders), and only in that
/// direction. Which of the scopes are needed no public source tells: here it takes those of both
/// objects.
class CrmAssociationsApi {
 public:
  /// What it refers to outlives it.
  CrmAssociationsApi(CrmGate& gate, const Contacts& contacts, Orders& orders, Journal& journal)
      : gate_(gate), contacts_(contacts), orders_(orders), journal_(journal) {}

  Answer associate(const Request& request);

 private:
  Answer apply(const std::vector<AssociateInput>& inputs,
               const std::vector<Submission*>& submissions);

  CrmGate& gate_;
  const Contacts& contacts_;
  Orders& orders_;
  Journal& journal_;
};

}  // namespace ordertail::sandbox
