// application/x-www-form-urlencoded, as the query and the body of a Leads request carry it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ordertail::sandbox {

struct FormField {
  std::string name;
  std::string value;
  friend bool operator==(const FormField&, const FormField&) = default;
};

/// In the order they came; a name may occur twice.
using Form = std::vector<FormField>;

/// Plus signs and percent escapes decoded, empty pairs skipped, a pair without "=" has an empty
/// value. Nothing when a percent sign is not followed by two hexadecimal digits: browsers forgive
/// that, but a client that sends it has a defect that the stand-in must show.
[[nodiscard]] std::optional<Form> parse_form(std::string_view text);

/// The last field of that name, without regard to case, or null.
[[nodiscard]] const FormField* find_field(const Form& form, std::string_view name);

/// Its value; empty when there is none.
[[nodiscard]] std::string_view value_of(const Form& form, std::string_view name);

}  // namespace ordertail::sandbox
