// The contacts of a portal of today, and the rules by which a submission finds its own. Apart from
// the leads of portal.h: the Leads API ended years before the Forms API that is spoken here began.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "sandbox/form.h"

namespace ordertail::sandbox {

/// One of HubSpot's own stages; those that a portal adds are not imitated.
[[nodiscard]] bool is_lifecycle_stage(std::string_view name);

struct FormConversion {
  std::string guid;
  std::string form;       ///< GUID
  WallTime submitted_at;  ///< as backdated
};

struct Contact {
  std::uint64_t id = 0;  ///< from 1, without gaps
  std::map<std::string, std::string> properties;
  std::vector<std::string> tokens;  ///< hubspotutk cookies
  std::vector<FormConversion> conversions;
  WallTime created;
  WallTime updated;

  [[nodiscard]] const char* source() const { return tokens.empty() ? "unknown" : "tracked"; }
};

class Contacts {
 public:
  using Record = Contact;

  /// A form submission finds its contact by the cookie first, then by the e-mail address, as
  /// https://knowledge.hubspot.com/articles/kcs_article/contacts/how-does-hubspot-deduplicate-contacts
  /// tells:
  ///
  /// - A cookie of contact A and an e-mail that HubSpot does not know: A is overwritten, its e-mail
  ///   too, and the old e-mail is nobody's. It is what a client must guard against (people who lost
  ///   addresses by it:
  ///   https://integrate.hubspot.com/t/email-association-overwrite-from-contacts-api/7271).
  /// - A cookie of A and the e-mail of B: B is updated; the visit stays A's.
  /// - Else the contact with that e-mail, or a new one; an unknown cookie becomes its own.
  ///
  /// An empty value changes nothing. Null, and nothing changes, where the contact has 1,000
  /// submissions: more "will be dropped completely"
  /// (https://legacydocs.hubspot.com/docs/faq/contact-and-form-limits).
  ///
  /// `properties` holds an e-mail; `hutk` may be empty.
  const Contact* submit_form(const Form& properties, std::string_view hutk,
                             FormConversion conversion, WallTime now);

  /// HubSpot knows e-mail addresses in lower case and without blanks around them.
  [[nodiscard]] static std::string key(std::string_view email);
  [[nodiscard]] const Contact* find(std::string_view email) const;
  [[nodiscard]] const Contact* find(std::uint64_t id) const;

  /// What the CRM's API writes: into the contact with that id, or into a new one when it is 0. An
  /// empty value clears the property. If an e-mail is among them, it is no other contact's.
  const Contact& write(std::uint64_t id, const Form& properties, WallTime now);

  [[nodiscard]] const std::deque<Contact>& all() const { return contacts_; }

 private:
  using Owners = std::unordered_map<std::string, Contact*>;

  [[nodiscard]] static Contact* owner(const Owners& owners, const std::string& key);
  Contact& make(WallTime now);
  void rename(Contact& contact, const std::string& email);

  std::deque<Contact> contacts_;  // a deque, so that owners stay valid
  Owners by_token_;
  Owners by_email_;  // lower-case
};

}  // namespace ordertail::sandbox
