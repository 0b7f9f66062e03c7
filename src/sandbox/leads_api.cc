#include "sandbox/leads_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "sandbox/error_body.h"
#include "sandbox/formats.h"

namespace ordertail::sandbox {

struct LeadsApi::Refusal {
  unsigned status;
  std::string error_type;
  std::string message;
};

namespace {

constexpr std::string_view kHapikey = "hapikey";
constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

/// Guide, step 5: "MM/DD/YYYY", two, two and four digits, and a day that the calendar has.
bool is_close_date(std::string_view text) {
  constexpr std::string_view kShape = "99/99/9999";
  const bool shaped = text.size() == kShape.size() &&
                      std::equal(text.begin(), text.end(), kShape.begin(), [](char c, char shape) {
                        return shape == '9' ? c >= '0' && c <= '9' : c == shape;
                      });
  if (!shaped) return false;
  const auto number = [&](std::size_t from, std::size_t size) {
    int value = 0;
    for (const char digit : text.substr(from, size)) value = value * 10 + (digit - '0');
    return value;
  };
  using namespace std::chrono;
  return year_month_day(year(number(6, 4)), month(static_cast<unsigned>(number(0, 2))),
                        day(static_cast<unsigned>(number(3, 2))))
      .ok();
}

/// What is wrong with the fields of a submission; empty when nothing is. A field with an empty
/// value counts as absent, as from a web form left blank, except CloseDate: no form sends that.
std::string field_error(const Form& fields) {
  const std::string_view email = value_of(fields, "Email");
  if (!email.empty() && !is_email(email)) {
    return wrong_value("Email", email, "an e-mail address");
  }
  const FormField* close_date = find_field(fields, "CloseDate");
  if (close_date != nullptr && !is_close_date(close_date->value)) {
    return wrong_value("CloseDate", close_date->value, "a date written MM/DD/YYYY");
  }
  // Guide, step 3: the three ways by which a submission finds its lead.
  if (email.empty() && value_of(fields, "UserToken").empty() &&
      value_of(fields, "IPAddress").empty()) {
    return "One of UserToken, Email and IPAddress is needed";
  }
  return {};
}

}  // namespace

LeadsApi::LeadsApi(LeadsRules rules, const Clock& clock, Journal& journal)
    : clock_(clock),
      journal_(journal),
      hapikey_(std::move(rules.hapikey)),
      window_(rules.requests_per_10s) {}

bool LeadsApi::is_addressed_by(std::string_view query) {
  for (const std::string_view name : {"app=", "FormName="}) {
    for (std::size_t at = query.find(name); at != query.npos; at = query.find(name, at + 1)) {
      if (at == 0 || query[at - 1] == '&') return true;
    }
  }
  return false;
}

Answer LeadsApi::answer(const Request& request) {
  Submission& submission = journal_.receive(Api::leads, clock_.wall());
  if (std::optional<Refusal> refusal = judge(request, submission)) {
    submission.status = refusal->status;
    submission.error = std::move(refusal->message);
    if (refusal->status == 405) return method_refusal("POST", guids_.dashed());
    if (refusal->status == 429) return limit_refusal("TEN_SECONDLY_ROLLING", guids_.dashed());
    return typed_refusal(refusal->status, refusal->error_type, submission.error, guids_.dashed());
  }
  submission.status = 200;
  submission.guid = guids_.hex();
  const Lead& lead =
      portal_.submit(submission.fields, {submission.guid, submission.form, submission.time});
  journal_.apply(submission, lead.id);
  // HubSpot Leads API reference, create_lead: the answer holds a "conversion event GUID".
  return {.status = 200,
          .json = fmt::format(R"({{"guid":"{}"}})", submission.guid),
          .applied = true,
          .headers = {}};
}

/// Reads the request into `submission`, then holds it against the rules, HubSpot's gateway first.
std::optional<LeadsApi::Refusal> LeadsApi::judge(const Request& request, Submission& submission) {
  const std::optional<Form> query = parse_form(request.query);
  std::optional<Form> body = has_media_type(request, kFormType) ? parse_form(request.body) : Form();
  const bool authorized = !hapikey_ || (query && value_of(*query, kHapikey) == *hapikey_) ||
                          (body && value_of(*body, kHapikey) == *hapikey_);
  const bool body_is_well_formed = body.has_value();
  if (query) submission.form = value_of(*query, "FormName");
  if (body_is_well_formed) {
    std::erase_if(*body, [](const FormField& f) { return equal_ignoring_case(f.name, kHapikey); });
    submission.fields = *std::move(body);
  }

  if (request.method != "POST") {
    return Refusal{405, "METHOD_NOT_ALLOWED", "The Leads API takes POST requests only"};
  }
  if (!window_.admit(clock_.steady())) {
    return Refusal{429, "RATE_LIMIT", "You have reached your ten_secondly_rolling limit."};
  }
  if (!has_media_type(request, kFormType)) {
    return Refusal{415, "UNSUPPORTED_MEDIA_TYPE",
                   "The content type must be application/x-www-form-urlencoded"};
  }
  if (!authorized) {
    return Refusal{401, "INVALID_AUTHENTICATION", "The hapikey is missing or not valid"};
  }
  const auto invalid = [](std::string message) {
    return Refusal{400, "INVALID_REQUEST", std::move(message)};
  };
  if (!query) return invalid("The query is not well-formed: a % lacks its two digits");
  if (!body_is_well_formed) return invalid("The body is not well-formed: a % lacks its two digits");

  // HubSpot Leads API reference, create_lead: app "MUST remain leaddirector"; FormName names the
  // form and is part of the URL.
  const std::string_view app = value_of(*query, "app");
  if (app != "leaddirector") return invalid(wrong_value("app", app, "leaddirector"));
  if (submission.form.empty()) return invalid("The URL lacks FormName");

  if (std::string error = field_error(submission.fields); !error.empty()) {
    return invalid(std::move(error));
  }
  return std::nullopt;
}

}  // namespace ordertail::sandbox
