#include "sandbox/contacts.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace ordertail::sandbox {
namespace {

constexpr std::size_t kSubmissionLimit = 1'000;

// In stage order, "you can only set the value forward": one backward is answered with success and
// changes nothing (https://integrate.hubspot.com/t/update-lifecycle-stage-using-api/1333).
constexpr std::string_view kStages[] = {
    "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer",
    "evangelist", "other"};

bool is_backward(std::string_view from, std::string_view to) {
  const auto stage = [](std::string_view name) {
    return std::find(std::begin(kStages), std::end(kStages), name) - std::begin(kStages);
  };
  return stage(to) < stage(from) && stage(from) < std::ssize(kStages);
}

void set(Contact& contact, const FormField& property) {
  std::string& current = contact.properties[property.name];
  if (property.name == "lifecyclestage" && is_backward(current, property.value)) return;
  current = property.value;
}

}  // namespace

bool is_lifecycle_stage(std::string_view name) {
  return std::find(std::begin(kStages), std::end(kStages), name) != std::end(kStages);
}

Contact* Contacts::owner(const Owners& owners, const std::string& key) {
  const auto found = owners.find(key);
  return found == owners.end() ? nullptr : found->second;
}

const Contact* Contacts::submit_form(const Form& properties, std::string_view hutk,
                                     FormConversion conversion, WallTime now) {
  const std::string token(hutk);
  Contact* const by_token = owner(by_token_, token);
  const std::string email = key(value_of(properties, "email"));
  Contact* const by_email = owner(by_email_, email);
  Contact* contact = by_email != nullptr ? by_email : by_token;
  if (contact == nullptr) contact = &make(now);
  if (contact->conversions.size() >= kSubmissionLimit) return nullptr;

  if (!token.empty() && by_token == nullptr) {
    by_token_.emplace(token, contact);
    contact->tokens.push_back(token);
  }
  for (const FormField& property : properties) {
    if (!property.value.empty() && property.name != "email") set(*contact, property);
  }
  rename(*contact, email);
  contact->conversions.push_back(std::move(conversion));
  contact->updated = now;
  return contact;
}

std::string Contacts::key(std::string_view email) {
  return lower(trim(email));
}

const Contact* Contacts::find(std::string_view email) const {
  return owner(by_email_, key(email));
}

const Contact* Contacts::find(std::uint64_t id) const {
  return id >= 1 && id <= contacts_.size() ? &contacts_[id - 1] : nullptr;
}

const Contact& Contacts::write(std::uint64_t id, const Form& properties, WallTime now) {
  Contact& contact = id == 0 ? make(now) : contacts_.at(id - 1);
  for (const FormField& property : properties) {
    if (property.name != "email") set(contact, property);
  }
  if (find_field(properties, "email") != nullptr) {
    rename(contact, key(value_of(properties, "email")));
  }
  contact.updated = now;
  return contact;
}

Contact& Contacts::make(WallTime now) {
  Contact& contact = contacts_.emplace_back();
  contact.id = contacts_.size();
  contact.created = contact.updated = now;
  return contact;
}

/// Gives it the e-mail, which is nobody's or its own.
void Contacts::rename(Contact& contact, const std::string& email) {
  std::string& current = contact.properties["email"];
  by_email_.erase(current);
  current = email;
  if (!email.empty()) by_email_.emplace(email, &contact);
}

}  // namespace ordertail::sandbox
