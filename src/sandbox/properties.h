// What a portal knows of the properties of its contacts and of its orders.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ordertail::sandbox {

enum class PropertyType {
  text,
  number,
  date,
  datetime,
  email,
  currency,   ///< a code of ISO 4217
  lifecycle,  ///< one of the stages in contacts.h
  form_only,  ///< a form may set it, and an import, but not the CRM's API
  read_only,  ///< HubSpot calculates it
};

enum class PropertyTrouble {
  unknown,
  read_only,
  bad_email,
  bad_date,
  bad_datetime,
  bad_number,
  bad_option,
};

/// Beside HubSpot's own: those of the portal.
struct CustomProperties {
  std::map<std::string, PropertyType, std::less<>> declared;
  bool any = false;  ///< all others exist too, as texts
};

class Properties {
 public:
  using BuiltIn = std::map<std::string_view, PropertyType>;

  Properties(const BuiltIn& built_in, CustomProperties custom)
      : built_in_(built_in), custom_(std::move(custom)) {}

  /// What keeps this value out of that field of a form: `unknown` where no portal can have a
  /// property of that name. An empty value fits all that are not read-only.
  [[nodiscard]] std::optional<PropertyTrouble> judge_field(std::string_view name,
                                                           std::string_view value) const;
  /// What keeps the CRM's API from writing it: `unknown` wherever this portal has no such property.
  [[nodiscard]] std::optional<PropertyTrouble> judge(std::string_view name,
                                                     std::string_view value) const;

 private:
  [[nodiscard]] std::optional<PropertyType> type_of(std::string_view name) const;

  const BuiltIn& built_in_;
  CustomProperties custom_;
};

/// HubSpot's own properties, as far as they are known here.
[[nodiscard]] const Properties::BuiltIn& contact_properties();
[[nodiscard]] const Properties::BuiltIn& order_properties();

}  // namespace ordertail::sandbox
