#include "sandbox/form_submission.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "sandbox/formats.h"
#include "sandbox/legal_consent.h"
#include "sandbox/strict_json.h"

namespace ordertail::sandbox {
namespace {

using nlohmann::json;

constexpr std::size_t kMostFields = 1'000;       // "Maximum array length: 1000"
constexpr std::size_t kMostCharacters = 65'536;  // HubSpot publishes no number; that of its texts

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

FormError wrong_field(const FormField& field, PropertyTrouble trouble) {
  const std::string where = "fields." + printable(field.name);
  switch (trouble) {
    case PropertyTrouble::unknown:
      return {"FIELD_NOT_IN_FORM_DEFINITION",
              fmt::format("Error in '{}'. No form has a field of this name", where)};
    case PropertyTrouble::read_only:  // so that no form can have it
      return {
          "FIELD_NOT_IN_FORM_DEFINITION",
          fmt::format(R"(Error in '{}'. "{}" is a read only property; its value cannot be set.)",
                      where, field.name)};
    case PropertyTrouble::bad_email:
      return {"INVALID_EMAIL", wrong_value(where, field.value, "a valid email address")};
    // Public sources tell that a date in another format is answered 400, not by which type.
    case PropertyTrouble::bad_date:
      return {"INVALID_DATE",
              wrong_value(where, field.value,
                          "a date: YYYY-MM-DD, or the milliseconds of a midnight in UTC")};
    case PropertyTrouble::bad_number:
      return {"INVALID_NUMBER", wrong_value(where, field.value, "a number")};
    case PropertyTrouble::bad_option:
      return {"VALUE_NOT_IN_FIELD_DEFINITION",
              wrong_value(where, field.value, "one of the options of the field")};
    case PropertyTrouble::bad_datetime:
      break;
  }
  return {"INVALID_DATE",
          wrong_value(where, field.value,
                      "a datetime: ISO 8601 with an offset from UTC, or milliseconds")};
}

void read_fields(const json& fields, const Properties& properties, FormSubmission& submission) {
  expect(fields.is_array(), "'fields' must be an array");
  if (fields.size() > kMostFields) {
    submission.errors.push_back(
        {"MAX_NUMBER_OF_SUBMITTED_VALUES_EXCEEDED",
         fmt::format("Error in 'fields'. {} fields are more than {}", fields.size(), kMostFields)});
    return;
  }
  for (const json& item : fields) {
    expect_keys(item, "an item of 'fields'", {"objectTypeId", "name", "value"});
    expect(item.contains("name") && item["name"].is_string(), "a field lacks its 'name', a string");
    expect(item.contains("value") && item["value"].is_string(),
           "a field lacks its 'value', a string");
    expect(!item.contains("objectTypeId") || item["objectTypeId"].is_string(),
           "'objectTypeId' must be a string");
    const FormField& field = submission.fields.emplace_back(
        FormField{item["name"].get<std::string>(), item["value"].get<std::string>()});
    if (characters(field.value) > kMostCharacters) {
      submission.errors.push_back(
          {"INPUT_TOO_LARGE", fmt::format("Error in 'fields.{}'. The value has more than {} "
                                          "characters",
                                          printable(field.name), kMostCharacters)});
    }
    if (item.value("objectTypeId", "0-1") != "0-1") continue;
    submission.contact.push_back(field);
    if (const auto trouble = properties.judge_field(field.name, field.value)) {
      submission.errors.push_back(wrong_field(field, *trouble));
    }
  }
  // "HubSpot will not create a contact without a valid email address":
  // https://developers.hubspot.com/docs/methods/forms/submit_form
  if (value_of(submission.contact, "email").empty()) {
    submission.errors.push_back({"REQUIRED_FIELD", "Required field 'email' is missing"});
  }
}

void read_context(const json& context, FormSubmission& submission) {
  expect_keys(context, "'context'",
              {"hutk", "ipAddress", "pageName", "pageUri", "pageId", "sfdcCampaignId",
               "goToWebinarWebinarKey"});
  for (const auto& [key, value] : context.items()) {
    expect(value.is_string(), fmt::format("'context.{}' must be a string", key));
    const std::string& text = value.get_ref<const std::string&>();
    submission.context.push_back({key, text});
    const auto wrong = [&, &name = key](const char* type, const char* wanted) {
      submission.errors.push_back({type, wrong_value("context." + name, text, wanted)});
    };
    if (key == "hutk" && !is_hutk(text)) wrong("INVALID_HUTK", "a valid Hutk");
    if (key == "ipAddress" && !is_ip_address(text)) {
      wrong("INVALID_IP_ADDRESS", "a valid IP address");
    }
    if (key == "pageUri" && !is_page_uri(text)) wrong("INVALID_PAGE_URI", "a valid page URI");
  }
}

/// The same time of day one month earlier; on the last day of a month that is too short.
WallTime month_before(WallTime now) {
  using namespace std::chrono;
  const auto today = floor<days>(now);
  const year_month_day then = year_month_day(today) - months(1);
  const sys_days day = then.ok() ? sys_days(then) : sys_days(then.year() / then.month() / last);
  return day + (now - today);
}

/// "A millisecond timestamp … using a time more than one month old will result in an error."
/// Which error public sources do not tell, nor what becomes of one in the future: that is taken.
void read_time(const json& given, WallTime now, FormSubmission& submission) {
  expect(given.is_string() || given.is_number_integer(),
         "'submittedAt' must be a timestamp in milliseconds");
  const std::string text = given.is_string() ? given.get<std::string>() : given.dump();
  const auto milliseconds = parse_integer(text);
  expect(milliseconds.has_value(), "'submittedAt' must be a timestamp in milliseconds");
  submission.submitted_at = WallTime(std::chrono::milliseconds(*milliseconds));
  if (*submission.submitted_at < month_before(now)) {
    submission.errors.push_back(
        {"INVALID_METADATA",
         wrong_value("submittedAt", text, "valid: it is more than one month old")});
  }
}

}  // namespace

FormSubmission read_form_submission(std::string_view body, const Properties& properties,
                                    WallTime now) {
  FormSubmission submission;
  const ParsedJson parsed = parse_strictly(body);
  if (!parsed.error.empty()) {
    submission.malformed = parsed.error;
    return submission;
  }
  const json& root = parsed.value;
  try {
    expect_keys(root, "the body",
                {"fields", "submittedAt", "context", "legalConsentOptions", "skipValidation"});
    expect(root.contains("fields"), "the body lacks 'fields'");
    read_fields(root["fields"], properties, submission);
    if (root.contains("context")) read_context(root["context"], submission);
    if (root.contains("submittedAt")) read_time(root["submittedAt"], now, submission);
    if (root.contains("legalConsentOptions")) {
      for (FormError& error : consent_errors(root["legalConsentOptions"])) {
        submission.errors.push_back(std::move(error));
      }
    }
    expect(!root.contains("skipValidation") || root["skipValidation"].is_boolean(),
           "'skipValidation' must be a boolean");
  } catch (const Malformed& malformed) {
    submission.malformed = malformed.what;
  }
  return submission;
}

}  // namespace ordertail::sandbox
