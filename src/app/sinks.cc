#include "app/sinks.h"

#include <algorithm>

#include "delivery/forms.h"
#include "delivery/leads.h"

namespace ordertail {

std::unique_ptr<Sink> make_sink(const Endpoint& endpoint, const std::string& credential) {
  if (!endpoint.forms) return std::make_unique<LeadsSink>(endpoint.url, credential);
  if (!endpoint.secure) return std::make_unique<FormsSink>(endpoint.url, "", *endpoint.forms);
  const bool is_token =
      std::all_of(credential.begin(), credential.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (!is_token) {
    throw Error(ExitCode::credentials,
                "the credential holds a blank, or something else that no token of HubSpot has; it "
                "is the first line of what [hubspot] names");
  }
  return std::make_unique<FormsSink>(endpoint.url, credential, *endpoint.forms);
}

}  // namespace ordertail
