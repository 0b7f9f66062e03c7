#include "delivery/forms_listing.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "delivery/form_encoding.h"
#include "delivery/refusal.h"
#include "delivery/server_words.h"

namespace ordertail {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestName = 1000;                       // of a page
constexpr std::uint64_t kLastMillisecond = 253'402'300'799'999;  // of the year 9999

/// The member, if it is of this type; null when it is not, or there is none.
const Json* member(const Json& object, const char* key, Json::value_t type) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found != object.end() && found->type() == type ? &*found : nullptr;
}

std::optional<WallTime> time_of(const Json& submission) {
  if (!submission.is_object()) return std::nullopt;
  const auto found = submission.find("submittedAt");
  if (found == submission.end() || !found->is_number_unsigned()) return std::nullopt;
  const auto milliseconds = found->get<std::uint64_t>();
  if (milliseconds > kLastMillisecond) return std::nullopt;
  return WallTime(std::chrono::milliseconds(milliseconds));
}

/// False when it is no submission.
bool add(const Json& submission, const std::string& field, ListingPage& page) {
  const auto time = time_of(submission);
  const Json* const values = member(submission, "values", Json::value_t::array);
  if (!time || values == nullptr) return false;
  page.oldest = std::min(page.oldest.value_or(*time), *time);
  page.newest = std::max(page.newest.value_or(*time), *time);
  for (const Json& each : *values) {
    const Json* const name = member(each, "name", Json::value_t::string);
    const Json* const value = member(each, "value", Json::value_t::string);
    if (name == nullptr || value == nullptr || *name != field) continue;
    page.ids.push_back(value->get<std::string>());
  }
  return true;
}

/// nullopt when the text is no page.
std::optional<ListingPage> page_of(std::string_view text, const std::string& field) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const Json* const results = member(json, "results", Json::value_t::array);
  if (results == nullptr) return std::nullopt;
  ListingPage page;
  for (const Json& submission : *results) {
    if (!add(submission, field, page)) return std::nullopt;
  }
  if (!json.contains("paging") || json["paging"].is_null()) return page;
  const Json* const next = member(json["paging"], "next", Json::value_t::object);
  if (next == nullptr) return page;
  const Json* const after = member(*next, "after", Json::value_t::string);
  if (after == nullptr) return std::nullopt;
  page.next = after->get<std::string>();
  if (page.next.empty() || page.next.size() > kLongestName) return std::nullopt;
  return page;
}

}  // namespace

FormsListing::FormsListing(std::string url, std::string token, std::string field)
    : url_(std::move(url)), token_(std::move(token)), field_(std::move(field)) {}

HttpRequest FormsListing::request(std::string_view page) const {
  HttpRequest request;
  request.method = HttpMethod::get;
  request.url = url_ + "?limit=50";
  if (!page.empty()) append_form_field("after", page, request.url);
  request.authorization = "Bearer " + token_;
  return request;
}

std::variant<ListingPage, ReplyJudgement> FormsListing::read(const HttpReply& reply,
                                                             WallTime now) const {
  if (reply.transfer != Transfer::complete || reply.status / 100 != 2) {
    return judge_refusal(reply, 1, now, token_);
  }
  if (reply.status == 200 && !is_web_page(reply.body) && !reports_error(reply.body)) {
    if (auto page = page_of(reply.body, field_)) return *std::move(page);
  }
  return judge_unreadable(reply, 1, "a listing of submissions");
}

}  // namespace ordertail
