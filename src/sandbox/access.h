// Who may ask: the access token that a request bears.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "sandbox/exchange.h"

namespace ordertail::sandbox {

/// https://developers.hubspot.com/changelog/service-keys: "Authorization: Bearer pat-na1-…", as of
/// a private app before.
struct Access {
  /// The token that is taken; absent: any.
  std::optional<std::string> token;
  /// What it may do.
  std::set<std::string, std::less<>> scopes = {
      "forms", "crm.objects.contacts.read", "crm.objects.contacts.write", "crm.objects.orders.read",
      "crm.objects.orders.write"};
};

/// 401 without a token that is taken, 403 when it lacks the scope, else nothing.
[[nodiscard]] std::optional<Answer> refuse_access(const Access& access,
                                                  std::string_view authorization,
                                                  std::string_view scope,
                                                  std::string_view correlation_id);

}  // namespace ordertail::sandbox
