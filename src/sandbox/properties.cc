#include "sandbox/properties.h"

#include <algorithm>

#include "sandbox/formats.h"

namespace ordertail::sandbox {
namespace {

// "Total Revenue is a read-only Contact property":
// https://knowledge.hubspot.com/articles/kcs_article/reports/what-is-the-difference-between-annual-revenue-and-salesforce-total-revenue-in-the-companies-report
// The others are the counters that submissions move.
constexpr std::string_view kReadOnly[] = {"total_revenue", "num_conversion_events",
                                          "num_unique_conversion_events", "recent_conversion_date",
                                          "first_conversion_date"};

/// An internal name: a letter, then letters, digits and underscores, all lower-case.
bool is_name(std::string_view text) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace

std::optional<PropertyTrouble> Properties::judge(std::string_view name,
                                                 std::string_view value) const {
  if (!is_name(name)) return PropertyTrouble::unknown;
  if (std::find(std::begin(kReadOnly), std::end(kReadOnly), name) != std::end(kReadOnly)) {
    return PropertyTrouble::read_only;
  }
  if (value.empty()) return std::nullopt;
  if (name == "email" && !is_email(value)) return PropertyTrouble::bad_email;
  if (dates_.count(name) != 0 && !is_date(value)) return PropertyTrouble::bad_date;
  // closedate is a datetime, "Date the contact became a customer".
  if (name == "closedate" && !is_datetime(value)) return PropertyTrouble::bad_datetime;
  return std::nullopt;
}

}  // namespace ordertail::sandbox
