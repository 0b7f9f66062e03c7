// The Forms submissions API v3 as rules: a request in, an answer out, no sockets.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "sandbox/access.h"
#include "sandbox/contacts.h"
#include "sandbox/exchange.h"
#include "sandbox/form_listing.h"
#include "sandbox/guid.h"
#include "sandbox/journal.h"
#include "sandbox/limits.h"
#include "sandbox/properties.h"
#include "sandbox/rate_window.h"

namespace ordertail::sandbox {

/// Every form of every portal exists, has a field for whatever a contact can have, asks for the
/// e-mail address, and neither for consent nor for a captcha. HubSpot also ignores in silence what
/// it takes for a bulk import (https://legacydocs.hubspot.com/docs/methods/forms/forms_overview);
/// by which measure it does not publish, so that the stand-in does not.
class FormsApi {
 public:
  /// What it refers to outlives it.
  FormsApi(FormsLimits limits, const Access& access, const Properties& properties,
           const Clock& clock, Contacts& contacts, Journal& journal);

  /// Is the path /submissions/v3/integration/submit/… or …/secure/submit/…? What follows is
  /// {portalId}/{formGuid}.
  [[nodiscard]] static bool is_addressed_by(std::string_view path);

  Answer answer(const Request& request);

  [[nodiscard]] const FormListing& listing() const { return listing_; }

 private:
  [[nodiscard]] std::optional<Answer> refuse(const Request& request, Submission& submission,
                                             Form& contact);

  const Access& access_;
  const Properties& properties_;
  const Clock& clock_;
  Contacts& contacts_;
  Journal& journal_;
  RateWindow open_window_;
  RateWindow secure_window_;
  GuidSource guids_;
  FormListing listing_;
};

}  // namespace ordertail::sandbox
