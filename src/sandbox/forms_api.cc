#include "sandbox/forms_api.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "sandbox/error_body.h"
#include "sandbox/form_submission.h"

namespace ordertail::sandbox {
namespace {

constexpr std::string_view kOpenPath = "/submissions/v3/integration/submit/";
constexpr std::string_view kSecurePath = "/submissions/v3/integration/secure/submit/";

/// The form's GUID, in lower case; empty when the path does not end in {portalId}/{formGuid}.
std::string form_of(std::string_view path) {
  path.remove_prefix((path.starts_with(kSecurePath) ? kSecurePath : kOpenPath).size());
  const std::size_t slash = std::min(path.find('/'), path.size());
  const std::string_view portal = path.substr(0, slash);
  const std::string_view form = path.substr(std::min(slash + 1, path.size()));
  const bool is_portal = !portal.empty() && portal.find_first_not_of("0123456789") == portal.npos;
  return is_portal && is_dashed_guid(form) ? lower(form) : std::string();
}

}  // namespace

FormsApi::FormsApi(FormsLimits limits, const Access& access, const Properties& properties,
                   const Clock& clock, Contacts& contacts, Journal& journal)
    : access_(access),
      properties_(properties),
      clock_(clock),
      contacts_(contacts),
      journal_(journal),
      open_window_(limits.open_per_10s),
      secure_window_(limits.secure_per_10s) {}

bool FormsApi::is_addressed_by(std::string_view path) {
  return path.starts_with(kOpenPath) || path.starts_with(kSecurePath);
}

Answer FormsApi::answer(const Request& request) {
  Submission& submission = journal_.receive(Api::forms, clock_.wall());
  submission.form = form_of(request.path);
  Form contact;
  if (std::optional<Answer> refused = refuse(request, submission, contact)) {
    submission.status = refused->status;
    return *std::move(refused);
  }
  submission.status = 200;
  std::string guid = guids_.dashed();
  const Contact* taker =
      contacts_.submit_form(contact, value_of(submission.context, "hutk"),
                            {guid, submission.form, submission.submitted_at}, submission.time);
  if (taker != nullptr) {
    submission.guid = std::move(guid);
    journal_.apply(submission, taker->id);
    listing_.add(submission);
  }
  return {.status = 200,
          .json = R"({"inlineMessage":"Thanks for submitting the form."})",
          .applied = taker != nullptr,
          .headers = {}};
}

/// Reads the request into `submission` and `contact`, then holds it against the rules, HubSpot's
/// gateway first.
std::optional<Answer> FormsApi::refuse(const Request& request, Submission& submission,
                                       Form& contact) {
  FormSubmission read = read_form_submission(request.body, properties_, submission.time);
  submission.fields = std::move(read.fields);
  submission.context = std::move(read.context);
  submission.submitted_at = read.submitted_at.value_or(submission.time);
  contact = std::move(read.contact);

  const auto plainly = [&](unsigned status, std::string message) {
    submission.error = std::move(message);
    return refusal(status, submission.error, guids_.dashed());
  };
  if (request.method != "POST") {
    submission.error = "A submission is a POST request";
    return method_refusal("POST", guids_.dashed());
  }
  const bool is_secure = request.path.starts_with(kSecurePath);
  if (is_secure) {
    std::optional<Answer> stranger =
        refuse_access(access_, request.authorization, "forms", guids_.dashed());
    if (stranger) {
      submission.error = stranger->status == 401 ? "No valid access token" : "Missing scope";
      return stranger;
    }
  }
  RateWindow& window = is_secure ? secure_window_ : open_window_;
  if (!window.admit(clock_.steady())) {
    submission.error = "Over the limit of 10 seconds";
    return limit_refusal("TEN_SECONDLY_ROLLING", guids_.dashed());
  }
  if (submission.form.empty()) {
    return plainly(404, "The URL must end in a portal id, a slash and a form GUID");
  }
  if (!has_media_type(request, "application/json")) {
    return plainly(415, "The content type must be application/json");
  }
  if (!read.malformed.empty()) return plainly(400, "Invalid input JSON: " + read.malformed);
  if (read.errors.empty()) return std::nullopt;
  for (const FormError& error : read.errors) {
    submission.error += (submission.error.empty() ? "" : "; ") + error.message;
  }
  return invalid_form_request(read.errors, guids_.dashed());
}

}  // namespace ordertail::sandbox
