// The whole way against a stand-in HubSpot, with a throw-away checkpoint file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/options.h"

namespace ordertail {

/// `import --rehearse`: starts the sandbox in this process, imports into it from scratch, and
/// prints the report and what HubSpot would now hold. Nothing of it is left behind.
int rehearse(const Options& options);

/// The leads of the sandbox's listing as a table; e-mail addresses masked unless asked for.
[[nodiscard]] std::string leads_table(std::string_view leads_json, bool unmasked);
/// The same of its contacts, whom forms and the CRM's API make.
[[nodiscard]] std::string contacts_table(std::string_view contacts_json, bool unmasked);
/// The same of its orders, with the contact of each.
[[nodiscard]] std::string orders_table(std::string_view orders_json, std::string_view contacts_json,
                                       bool unmasked);

/// What each of these CSV files, given by its content, is made of.
[[nodiscard]] std::string files_table(const std::vector<std::string>& files);

}  // namespace ordertail
