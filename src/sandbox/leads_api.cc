#include "sandbox/leads_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"

namespace ordertail::sandbox {

struct LeadsApi::Refusal {
  unsigned status;
  std::string error_type;
  std::string message;
  std::string policy;  // which limit was reached; empty unless one was
};

namespace {

constexpr std::string_view kHapikey = "hapikey";

bool is_form_type(std::string_view content_type) {
  const std::string_view media_type = trim(content_type.substr(0, content_type.find(';')));
  return equal_ignoring_case(media_type, "application/x-www-form-urlencoded");
}

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

/// One "@" between a name and a domain with a dot inside; no blanks or control bytes.
bool looks_like_email(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == 0 || at == text.npos || text.find('@', at + 1) != text.npos) return false;
  const std::string_view domain = text.substr(at + 1);
  const std::size_t dot = domain.rfind('.');
  const bool dotted = dot != domain.npos && domain.front() != '.' && domain.back() != '.';
  return dotted && std::all_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte > 0x20 && byte != 0x7F;
         });
}

std::string wrong_field(std::string_view field, std::string_view value, std::string_view must) {
  return fmt::format("Error in '{}'. '{}' is not {}", field, printable(value), must);
}

/// What is wrong with the fields of a submission; empty when nothing is. A field with an empty
/// value counts as absent, as from a web form left blank, except CloseDate: no form sends that.
std::string field_error(const Form& fields) {
  const std::string_view email = value_of(fields, "Email");
  if (!email.empty() && !looks_like_email(email)) {
    return wrong_field("Email", email, "an e-mail address");
  }
  const FormField* close_date = find_field(fields, "CloseDate");
  if (close_date != nullptr && !is_close_date(close_date->value)) {
    return wrong_field("CloseDate", close_date->value, "a date written MM/DD/YYYY");
  }
  // Guide, step 3: the three ways by which a submission finds its lead.
  if (email.empty() && value_of(fields, "UserToken").empty() &&
      value_of(fields, "IPAddress").empty()) {
    return "One of UserToken, Email and IPAddress is needed";
  }
  return {};
}

}  // namespace

LeadsApi::LeadsApi(LeadsRules rules, const Clock& clock)
    : clock_(clock), hapikey_(std::move(rules.hapikey)), window_(rules.requests_per_10s) {}

bool LeadsApi::is_addressed_by(std::string_view query) {
  for (const std::string_view name : {"app=", "FormName="}) {
    for (std::size_t at = query.find(name); at != query.npos; at = query.find(name, at + 1)) {
      if (at == 0 || query[at - 1] == '&') return true;
    }
  }
  return false;
}

LeadsAnswer LeadsApi::answer(const LeadsRequest& request) {
  Submission& submission = submissions_.emplace_back();
  submission.number = submissions_.size();
  submission.time = clock_.wall();
  if (std::optional<Refusal> refusal = judge(request, submission)) {
    const std::string id = random_hex("correlation");
    nlohmann::ordered_json json = {
        {"status", "error"},
        {"message", refusal->message},
        {"errorType", refusal->error_type},
        {"correlationId", fmt::format("{}-{}-{}-{}-{}", id.substr(0, 8), id.substr(8, 4),
                                      id.substr(12, 4), id.substr(16, 4), id.substr(20))}};
    if (!refusal->policy.empty()) json["policyName"] = refusal->policy;
    submission.status = refusal->status;
    submission.error = std::move(refusal->message);
    return {refusal->status, json.dump()};
  }
  submission.status = 200;
  submission.guid = random_hex("conversion");
  submission.lead =
      portal_.submit(submission.fields, {submission.guid, submission.form, submission.time}).id;
  // HubSpot Leads API reference, create_lead: the answer holds a "conversion event GUID".
  return {200, fmt::format(R"({{"guid":"{}"}})", submission.guid)};
}

/// Reads the request into `submission`, then holds it against the rules, HubSpot's gateway first.
std::optional<LeadsApi::Refusal> LeadsApi::judge(const LeadsRequest& request,
                                                 Submission& submission) {
  const std::optional<Form> query = parse_form(request.query);
  std::optional<Form> body = is_form_type(request.content_type) ? parse_form(request.body) : Form();
  const bool authorized = !hapikey_ || (query && value_of(*query, kHapikey) == *hapikey_) ||
                          (body && value_of(*body, kHapikey) == *hapikey_);
  const bool body_is_well_formed = body.has_value();
  if (query) submission.form = value_of(*query, "FormName");
  if (body_is_well_formed) {
    std::erase_if(*body, [](const FormField& f) { return equal_ignoring_case(f.name, kHapikey); });
    submission.fields = *std::move(body);
  }

  if (request.method != "POST") {
    return Refusal{405, "METHOD_NOT_ALLOWED", "The Leads API takes POST requests only", ""};
  }
  if (!window_.admit(clock_.steady())) {
    return Refusal{429, "RATE_LIMIT", "You have reached your ten_secondly_rolling limit.",
                   "TEN_SECONDLY_ROLLING"};
  }
  if (!is_form_type(request.content_type)) {
    return Refusal{415, "UNSUPPORTED_MEDIA_TYPE",
                   "The content type must be application/x-www-form-urlencoded", ""};
  }
  if (!authorized) {
    return Refusal{401, "INVALID_AUTHENTICATION", "The hapikey is missing or not valid", ""};
  }
  const auto invalid = [](std::string message) {
    return Refusal{400, "INVALID_REQUEST", std::move(message), ""};
  };
  if (!query) return invalid("The query is not well-formed: a % lacks its two digits");
  if (!body_is_well_formed) return invalid("The body is not well-formed: a % lacks its two digits");

  // HubSpot Leads API reference, create_lead: app "MUST remain leaddirector"; FormName names the
  // form and is part of the URL.
  const std::string_view app = value_of(*query, "app");
  if (app != "leaddirector") return invalid(wrong_field("app", app, "leaddirector"));
  if (submission.form.empty()) return invalid("The URL lacks FormName");

  if (std::string error = field_error(submission.fields); !error.empty()) {
    return invalid(std::move(error));
  }
  return std::nullopt;
}

/// 32 lower-case digits, unlike all others of this and every other server.
std::string LeadsApi::random_hex(std::string_view purpose) const {
  return to_hex(keyed_hash(key_, {purpose, std::to_string(submissions_.size())}).view());
}

}  // namespace ordertail::sandbox
