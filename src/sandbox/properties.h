// What a portal knows of the properties of its contacts.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace ordertail::sandbox {

enum class PropertyTrouble {
  unknown,    ///< no portal can have a property of this name
  read_only,  ///< HubSpot calculates it
  bad_email,
  bad_date,
  bad_datetime,
};

/// Beside HubSpot's own properties, every custom one exists, as text unless it is declared.
class Properties {
 public:
  explicit Properties(std::set<std::string, std::less<>> dates = {}) : dates_(std::move(dates)) {}

  /// What keeps this value out of that property. An empty value fits all.
  [[nodiscard]] std::optional<PropertyTrouble> judge(std::string_view name,
                                                     std::string_view value) const;

 private:
  std::set<std::string, std::less<>> dates_;  // custom properties of the type date
};

}  // namespace ordertail::sandbox
