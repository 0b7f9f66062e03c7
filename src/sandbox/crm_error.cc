#include "sandbox/crm_error.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "sandbox/formats.h"

namespace ordertail::sandbox {
namespace {

using Json = nlohmann::ordered_json;

Json list(const std::vector<CrmError::Property>& properties) {
  Json errors = Json::array();
  for (const CrmError::Property& each : properties) {
    errors.push_back({{"message", each.message},
                      {"code", each.code},
                      {"context", {{"propertyName", Json::array({each.name})}}}});
  }
  return errors;
}

/// "1579179660000 is at 13:1:0.0 UTC, not midnight!": HubSpot's words, as
/// https://developers.hubspot.com/docs/faq/how-should-timestamps-be-formatted-for-hubspots-apis
/// is often quoted.
std::string date_trouble(std::string_view value) {
  const auto milliseconds = parse_integer(value);
  if (!milliseconds) return fmt::format("{} was not a valid date.", printable(value));
  constexpr std::int64_t kDay = 86'400'000;
  const std::int64_t of_day = (*milliseconds % kDay + kDay) % kDay;
  return fmt::format("{} is at {}:{}:{}.{} UTC, not midnight!", value, of_day / 3'600'000,
                     of_day / 60'000 % 60, of_day / 1'000 % 60, of_day % 1'000);
}

}  // namespace

CrmError::Property property_error(const FormField& property, PropertyTrouble trouble) {
  const std::string name = printable(property.name);
  switch (trouble) {
    case PropertyTrouble::unknown:
      return {name, "PROPERTY_DOESNT_EXIST", fmt::format("Property \"{}\" does not exist", name)};
    // https://knowledge.hubspot.com/articles/kcs_article/reports/what-is-the-difference-between-annual-revenue-and-salesforce-total-revenue-in-the-companies-report
    case PropertyTrouble::read_only:
      return {name, "READ_ONLY_VALUE",
              fmt::format("\"{}\" is a read only property; its value cannot be set.", name)};
    case PropertyTrouble::bad_email:
      return {name, "INVALID_EMAIL",
              fmt::format("Email address {} is invalid", printable(property.value))};
    case PropertyTrouble::bad_date:
      return {name, "INVALID_DATE", date_trouble(property.value)};
    // No public source has the words of these two.
    case PropertyTrouble::bad_number:
      return {name, "INVALID_NUMBER",
              fmt::format("{} was not a valid number.", printable(property.value))};
    case PropertyTrouble::bad_option:
      return {name, "INVALID_OPTION",
              fmt::format("{} was not one of the allowed options", printable(property.value))};
    case PropertyTrouble::bad_datetime:
      break;
  }
  return {name, "INVALID_DATE",
          fmt::format("{} was not a valid datetime.", printable(property.value))};
}

Json as_row(const CrmError& error, std::string_view trace_id) {
  Json row = {{"status", "error"},
              {"category", error.category},
              {"message", error.message},
              {"context", {{"objectWriteTraceId", Json::array({trace_id})}}}};
  if (!error.properties.empty()) row["errors"] = list(error.properties);
  return row;
}

Answer as_refusal(const CrmError& error, std::string_view correlation_id) {
  Json body = {{"status", "error"}, {"message", error.message}, {"correlationId", correlation_id}};
  if (!error.properties.empty()) body["errors"] = list(error.properties);
  body["category"] = error.category;
  return {.status = error.status,
          .json = body.dump(-1, ' ', false, Json::error_handler_t::replace),
          .applied = false,
          .headers = {}};
}

// The words and the shape are those of RudderStack's test fixtures of its HubSpot destination.
Answer duplicate_ids(const std::vector<std::string>& ids, std::string_view correlation_id) {
  const Json body = {
      {"status", "error"},
      {"message", fmt::format("Duplicate IDs found in batch input: [{}]. IDs must be unique",
                              fmt::join(ids, ", "))},
      {"correlationId", correlation_id},
      {"context", {{"ids", ids}}},
      {"category", "VALIDATION_ERROR"}};
  return {.status = 400, .json = body.dump(), .applied = false, .headers = {}};
}

}  // namespace ordertail::sandbox
