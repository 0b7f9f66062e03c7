#include "delivery/forms.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "delivery/refusal.h"
#include "delivery/server_words.h"

namespace ordertail {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::hours kOldest{28 * 24};
constexpr std::string_view kMessage = "the message that a form shows to its visitor";

/// An error that the API documents, and what to do when it is no fault of the event.
struct ErrorType {
  std::string_view name;
  std::string_view advice;  ///< empty: the event's own fault
};

constexpr std::string_view kLegal =
    "correct consent or legitimate_interest of the endpoint in the job";

// The API's whole list; of what a job cannot say, such as metadata, the event's fault is assumed.
constexpr std::array<ErrorType, 21> kErrorTypes{{
    {"MAX_NUMBER_OF_SUBMITTED_VALUES_EXCEEDED", ""},
    {"INVALID_EMAIL", ""},
    {"BLOCKED_EMAIL", ""},
    {"REQUIRED_FIELD", ""},
    {"INVALID_NUMBER", ""},
    {"INPUT_TOO_LARGE", ""},
    {"NUMBER_OUT_OF_RANGE", ""},
    {"VALUE_NOT_IN_FIELD_DEFINITION", ""},
    {"INVALID_METADATA", ""},
    {"INVALID_GOTOWEBINAR_WEBINAR_KEY", ""},
    {"INVALID_HUTK", ""},
    {"INVALID_IP_ADDRESS", ""},
    {"INVALID_PAGE_URI", "correct page_uri of the endpoint in the job"},
    {"FIELD_NOT_IN_FORM_DEFINITION",
     "add the field to the form in HubSpot, or leave it out by \"\" in the endpoint's properties"},
    {"FORM_HAS_RECAPTCHA_ENABLED", "switch off the form's captcha in HubSpot"},
    {"INVALID_LEGAL_OPTION_FORMAT", kLegal},
    {"MISSING_PROCESSING_CONSENT", kLegal},
    {"MISSING_PROCESSING_CONSENT_TEXT", kLegal},
    {"MISSING_COMMUNICATION_CONSENT_TEXT", kLegal},
    {"MISSING_LEGITIMATE_INTEREST_TEXT", kLegal},
    {"DUPLICATE_SUBSCRIPTION_TYPE_ID", kLegal},
}};

/// A member that is text; empty when there is none.
std::string text_of(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto member = object.find(key);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

Json parse(std::string_view body) {
  return Json::parse(body, nullptr, /*allow_exceptions=*/false);
}

bool is_json(std::string_view content_type) {
  return lower(trim(content_type.substr(0, content_type.find(';')))) == "application/json";
}

ReplyJudgement judge_ok(const HttpReply& reply) {
  if (!is_web_page(reply.body) && !is_json(reply.content_type)) {
    return judge_unreadable(reply, 1, "JSON");
  }
  const Json json = parse(reply.body);
  const auto says = [&json](const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_string();
  };
  if (reports_error(reply.body) || (!says("inlineMessage") && !says("redirectUri"))) {
    return judge_unreadable(reply, 1, kMessage);
  }
  return alike(1, {Verdict::accepted, {}, {}, {}});
}

ReplyJudgement trouble_with_form(std::string reason, std::string_view words,
                                 std::string_view advice) {
  return stop(1, ExitCode::usage, std::move(reason),
              fmt::format("the form does not take what the job sends: {}; {}", words, advice));
}

/// A 400 that says why. A fault of the form comes first: while it lasts, nothing is known of the
/// event.
std::optional<ReplyJudgement> judge_errors(const HttpReply& reply, std::string_view token) {
  const Json json = parse(reply.body);
  const std::string message = text_of(json, "message");
  // "Submitting on sensitive properties is only supported on authenticated endpoint.": no errors.
  if (message.find("authenticated endpoint") != std::string::npos) {
    return trouble_with_form("sensitive_property", fit_to_show(message, token),
                             "write secure = true below the endpoint in the job");
  }
  if (!json.is_object() || !json.contains("errors") || !json["errors"].is_array()) return {};
  std::string words;
  const ErrorType* first = nullptr;
  for (const Json& error : json["errors"]) {
    const std::string name = text_of(error, "errorType");
    const std::string said = text_of(error, "message");
    words += fmt::format("{}{}{}{}", words.empty() ? "" : "; ", name,
                         name.empty() || said.empty() ? "" : ": ", said);
    const auto* const known =
        std::find_if(kErrorTypes.begin(), kErrorTypes.end(),
                     [&name](const ErrorType& type) { return type.name == name; });
    if (known == kErrorTypes.end()) continue;
    if (first == nullptr || (first->advice.empty() && !known->advice.empty())) first = known;
  }
  words = fit_to_show(std::move(words), token);
  if (words.empty()) return {};
  const std::string reason = first == nullptr ? "http_400" : lower(first->name);
  if (first != nullptr && !first->advice.empty()) {
    return trouble_with_form(reason, words, first->advice);
  }
  return alike(
      1, {Verdict::rejected, reason, fmt::format("the form refused the event: {}", words), {}});
}

}  // namespace

FormsSink::FormsSink(std::string url, std::string token, FormsSettings settings,
                     std::optional<FormsListing> listing)
    : url_(std::move(url)),
      token_(std::move(token)),
      settings_(std::move(settings)),
      listing_(std::move(listing)) {}

std::optional<Judgement> FormsSink::refuse(const Event& event, WallTime now) const {
  if (!is_too_old_for_forms(event, now)) return std::nullopt;
  const date::sys_seconds then(event.occurred_at->time_since_epoch());
  return Judgement{
      Verdict::rejected,
      "too_old_for_forms",
      fmt::format("it is of {}, more than 28 days ago, and HubSpot's forms take nothing that is "
                  "more than a month old; bring history in by another way, such as an import in "
                  "HubSpot",
                  date::format("%F", then)),
      {}};
}

HttpRequest FormsSink::render(std::span<const Item> items) const {
  HttpRequest request;
  request.url = url_;
  request.content_type = "application/json";
  request.body = forms_body(items.front().event, settings_);
  if (!token_.empty()) request.authorization = "Bearer " + token_;
  return request;
}

ReplyJudgement FormsSink::judge(const HttpReply& reply, std::span<const Item> /*items*/,
                                WallTime now) const {
  if (reply.transfer == Transfer::complete) {
    if (reply.status == 200) return judge_ok(reply);
    if (reply.status / 100 == 2) return judge_unreadable(reply, 1, kMessage);
    if (reply.status == 400) {
      if (auto judgement = judge_errors(reply, token_)) return *std::move(judgement);
    }
  }
  return judge_refusal(reply, 1, now, token_);
}

bool is_too_old_for_forms(const Event& event, WallTime now) {
  return event.occurred_at && now - *event.occurred_at > kOldest;
}

}  // namespace ordertail
