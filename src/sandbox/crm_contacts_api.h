// The batch API of CRM contacts as rules: a request in, an answer out, no sockets.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "sandbox/access.h"
#include "sandbox/contacts.h"
#include "sandbox/crm_batch.h"
#include "sandbox/crm_error.h"
#include "sandbox/exchange.h"
#include "sandbox/guid.h"
#include "sandbox/journal.h"
#include "sandbox/properties.h"
#include "sandbox/quota.h"

namespace ordertail::sandbox {

/// POST /crm/v3/objects/contacts/batch/upsert and …/read, and the same of a dated version,
/// /crm/objects/2026-03/contacts/batch/…
///
/// Contacts are known by "email" or by HubSpot's own id; a portal's own unique properties are not
/// imitated, nor the validation rules that its administrators set.
class CrmContactsApi {
 public:
  /// What it refers to outlives it.
  CrmContactsApi(CrmLimits limits, const Access& access, const Properties& properties,
                 const Clock& clock, Contacts& contacts, Journal& journal);

  [[nodiscard]] static bool is_upsert(std::string_view path);
  [[nodiscard]] static bool is_read(std::string_view path);

  Answer upsert(const Request& request);
  Answer read(const Request& request);

 private:
  struct Row;
  [[nodiscard]] std::optional<Answer> refuse(const Request& request, std::string_view scope,
                                             std::string_view malformed, std::size_t inputs);
  [[nodiscard]] std::optional<Answer> refuse_duplicates(const std::vector<UpsertInput>& inputs);
  [[nodiscard]] std::optional<CrmError> judge(Row& row, std::set<std::string>& emails) const;
  Answer apply(std::vector<Row>& rows, WallTime now);
  [[nodiscard]] const Contact* find(std::string_view id, std::string_view id_property) const;
  [[nodiscard]] Answer with_headers(Answer answer) const;

  const Access& access_;
  const Properties& properties_;
  const Clock& clock_;
  Contacts& contacts_;
  Journal& journal_;
  Quota quota_;
  GuidSource guids_;
};

}  // namespace ordertail::sandbox
