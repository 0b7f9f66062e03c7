#include "app/sinks.h"

#include <algorithm>

#include "app/endpoint.h"
#include "delivery/crm.h"
#include "delivery/csv_sink.h"
#include "delivery/forms.h"
#include "delivery/leads.h"

namespace ordertail {

namespace {

/// The credential as a token; Error(credentials) when it cannot be one.
const std::string& token_of(const std::string& credential) {
  const bool is_token =
      std::all_of(credential.begin(), credential.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (is_token) return credential;
  throw Error(ExitCode::credentials,
              "the credential holds a blank, or something else that no token of HubSpot has; it "
              "is the first line of what [hubspot] names");
}

}  // namespace

std::unique_ptr<Sink> make_sink(const Endpoint& endpoint, const std::string& credential) {
  if (endpoint.crm) {
    return std::make_unique<CrmSink>(endpoint.url, token_of(credential), *endpoint.crm);
  }
  if (endpoint.csv) return std::make_unique<CsvSink>(*endpoint.csv);
  if (!endpoint.forms) return std::make_unique<LeadsSink>(endpoint.url, credential);
  return std::make_unique<FormsSink>(endpoint.url, endpoint.secure ? token_of(credential) : "",
                                     *endpoint.forms, listing_of(endpoint, credential));
}

std::optional<FormsListing> listing_of(const Endpoint& endpoint, const std::string& credential) {
  if (!endpoint.is_listed()) return std::nullopt;
  return FormsListing(listing_url(endpoint.url), token_of(credential),
                      endpoint.forms->event_id_field);
}

}  // namespace ordertail
