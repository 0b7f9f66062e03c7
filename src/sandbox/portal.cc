#include "sandbox/portal.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace ordertail::sandbox {
namespace {

// The names in a form that HubSpot generated for the Leads API, and those of its examples.
constexpr std::string_view kKnownNames[] = {
    "FullName",  "FirstName", "LastName", "Email",    "TwitterHandle",   "Phone",
    "Fax",       "Website",   "Company",  "JobTitle", "Address",         "City",
    "State",     "ZipCode",   "Country",  "Message",  "NumberEmployees", "AnnualRevenue",
    "CloseDate", "IPAddress", "UserToken"};

std::string canonical_name(std::string_view name) {
  const auto* known = std::find_if(
      std::begin(kKnownNames), std::end(kKnownNames),
      [&](std::string_view candidate) { return equal_ignoring_case(candidate, name); });
  return std::string(known == std::end(kKnownNames) ? name : *known);
}

}  // namespace

const Lead& Portal::submit(const Form& fields, Conversion conversion) {
  struct Key {
    Owners& owners;
    std::string value;
  };
  const Key keys[] = {{by_token_, std::string(value_of(fields, "UserToken"))},
                      {by_email_, lower(value_of(fields, "Email"))},
                      {by_ip_, std::string(value_of(fields, "IPAddress"))}};

  Lead* lead = nullptr;
  for (const Key& key : keys) {
    const auto found = lead == nullptr ? key.owners.find(key.value) : key.owners.end();
    if (found != key.owners.end()) lead = found->second;
  }
  if (lead == nullptr) {
    lead = &leads_.emplace_back();
    lead->id = leads_.size();
  }

  for (const Key& key : keys) {
    if (key.value.empty()) continue;
    const bool is_new = key.owners.try_emplace(key.value, lead).second;
    if (is_new && &key.owners == &by_token_) lead->tokens.push_back(key.value);
  }
  for (const FormField& field : fields) {
    if (!field.value.empty()) lead->fields[canonical_name(field.name)] = field.value;
  }
  const std::string_view close_date = value_of(fields, "CloseDate");
  if (!close_date.empty()) lead->close_date = close_date;
  lead->conversions.push_back(std::move(conversion));
  return *lead;
}

}  // namespace ordertail::sandbox
