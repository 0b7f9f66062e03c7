// The sink that an endpoint of the job asks for.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/job.h"
#include "delivery/forms_listing.h"
#include "delivery/sink.h"

namespace ordertail {

/// `credential` may be empty: it is a Leads API's hapikey, a secure form's or the CRM's token, and
/// not for an open form to see. Throws Error(credentials) when it cannot be a token.
[[nodiscard]] std::unique_ptr<Sink> make_sink(const Endpoint& endpoint,
                                              const std::string& credential);

/// Of a form whose listing is to be read; nullopt for every other endpoint. Throws likewise.
[[nodiscard]] std::optional<FormsListing> listing_of(const Endpoint& endpoint,
                                                     const std::string& credential);

}  // namespace ordertail
