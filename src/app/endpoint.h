// What the URL of an endpoint must be.
#pragma once

#include <string>
#include <string_view>

namespace ordertail {

/// The parts of "http://host:80/path?query".
struct UrlParts {
  std::string_view scheme, authority, host, target;
};

/// Empty parts when `url` is no absolute http or https URL, or holds a user name, blanks or control
/// bytes.
[[nodiscard]] UrlParts split_url(std::string_view url);

[[nodiscard]] bool is_loopback(std::string_view host);

/// The value of FormName in the URL's query, decoded; empty when there is none.
[[nodiscard]] std::string form_name(std::string_view url);

/// Why `url` cannot be a Leads API endpoint; empty when it can.
[[nodiscard]] std::string fault_of_leads_url(std::string_view url);

/// The form's GUID: the first in the URL's path, as written; empty when there is none.
[[nodiscard]] std::string form_guid(std::string_view url);

/// Why `url` cannot be a Forms API endpoint; empty when it can.
[[nodiscard]] std::string fault_of_forms_url(std::string_view url);

/// Where HubSpot lists what the form of a Forms API URL has taken: on api.hubapi.com where that is
/// one of HubSpot's hosts for forms, else on the same host.
[[nodiscard]] std::string listing_url(std::string_view url);

/// Why `url` cannot be the server of the CRM's API; empty when it can.
[[nodiscard]] std::string fault_of_crm_url(std::string_view url);

}  // namespace ordertail
