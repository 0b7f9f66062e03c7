#include "sandbox/form_listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.h"
#include "sandbox/error_body.h"
#include "sandbox/form.h"
#include "sandbox/formats.h"
#include "sandbox/guid.h"

namespace ordertail::sandbox {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kPath = "/form-integrations/v1/submissions/forms/";
constexpr unsigned kPage = 50;

/// 1 to 50 as it is asked for; 0 when it is neither.
unsigned page_size(const Form& query) {
  const FormField* limit = find_field(query, "limit");
  if (limit == nullptr) return kPage;
  const auto size = parse_integer(limit->value);
  return size && *size >= 1 && *size <= kPage ? static_cast<unsigned>(*size) : 0;
}

Json to_json(const Submission& submission) {
  Json values = Json::array();
  for (const FormField& field : submission.fields) {
    values.push_back({{"name", field.name}, {"value", field.value}});
  }
  return {{"conversionId", submission.guid},
          {"submittedAt", submission.submitted_at.time_since_epoch().count()},
          {"values", std::move(values)},
          {"pageUrl", value_of(submission.context, "pageUri")}};
}

using Age = std::pair<WallTime, std::uint64_t>;

/// What "after" holds: where the page ended.
std::string cursor(const Submission& shown_last) {
  return to_hex(
      fmt::format("{}:{}", shown_last.submitted_at.time_since_epoch().count(), shown_last.number));
}

std::optional<Age> read_cursor(std::string_view after) {
  const std::string text = from_hex(after);
  const std::string_view view = text;
  const std::size_t colon = std::min(view.find(':'), view.size());
  const auto time = parse_integer(view.substr(0, colon));
  const auto number = parse_integer(view.substr(std::min(colon + 1, view.size())));
  if (!time || !number || *number < 1) return std::nullopt;
  return Age(WallTime(std::chrono::milliseconds(*time)), static_cast<std::uint64_t>(*number));
}

}  // namespace

void FormListing::add(const Submission& submission) {
  forms_[submission.form].emplace(Age(submission.submitted_at, submission.number), &submission);
}

bool FormListing::is_addressed_by(std::string_view path) {
  return path.starts_with(kPath);
}

Answer FormListing::answer(const Request& request, const Access& access,
                           std::string_view correlation_id) const {
  if (request.method != "GET") return method_refusal("GET", correlation_id);
  if (auto stranger = refuse_access(access, request.authorization, "forms", correlation_id)) {
    return *std::move(stranger);
  }
  const std::string guid = lower(request.path.substr(kPath.size()));
  if (!is_dashed_guid(guid)) return refusal(404, "The URL must end in a form GUID", correlation_id);
  const Form query = parse_form(request.query).value_or(Form());
  const unsigned size = page_size(query);
  if (size == 0) return refusal(400, "The limit must be 1 to 50", correlation_id);

  static const ByAge kNone;
  const auto found = forms_.find(guid);
  const ByAge& all = found == forms_.end() ? kNone : found->second;
  auto next = all.rbegin();
  if (const FormField* after = find_field(query, "after")) {
    const std::optional<Age> shown_last = read_cursor(after->value);
    if (!shown_last) return refusal(400, "The 'after' is not one given here", correlation_id);
    next = std::make_reverse_iterator(all.lower_bound(*shown_last));  // what is older than it
  }
  Json results = Json::array();
  const Submission* last = nullptr;
  for (; next != all.rend() && results.size() < size; ++next) {
    last = next->second;
    results.push_back(to_json(*last));
  }
  Json body = {{"results", std::move(results)}};
  if (next != all.rend()) {
    const std::string after = cursor(*last);
    body["paging"] = {{"next", {{"after", after}, {"link", "?after=" + after}}}};
  }
  return {.status = 200, .json = body.dump(), .applied = false, .headers = {}};
}

}  // namespace ordertail::sandbox
