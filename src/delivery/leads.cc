#include "delivery/leads.h"

#include <array>
#include <utility>

#include "delivery/form_encoding.h"
#include "delivery/refusal.h"
#include "delivery/server_words.h"

namespace ordertail {
namespace {

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_';
}

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) {
    if (!all.empty()) all += ',';
    all += part;
  }
  return all;
}

std::string form_of(const Event& event) {
  std::string body;
  const auto add = [&body](std::string_view key, std::string_view value) {
    if (!value.empty()) append_form_field(key, value, body);
  };
  add("FirstName", event.first_name);
  add("LastName", event.last_name);
  add("Email", event.email);
  add("Phone", event.phone);
  add("Address", event.address);
  add("City", event.city);
  add("State", event.state);
  add("ZipCode", event.zip);
  add("Country", event.country);
  add("IPAddress", event.ip);
  add("UserToken", event.utk);
  if (event.kind == Kind::purchase && event.close_date) {
    add("CloseDate", us_date(*event.close_date));
  }
  add("order_number", event.order_number);
  if (event.total_revenue) add("total_revenue", to_string(*event.total_revenue));
  add("currency", event.currency);
  add("skus", joined(event.skus));
  for (const auto& [key, value] : event.extra) add(key, value);
  return body;
}

}  // namespace

bool is_guid(std::string_view word) {
  const bool dashed = word.size() == 36;
  if (!dashed && word.size() != 32) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool dash = dashed && (i == 8 || i == 13 || i == 18 || i == 23);
    if (dash ? word[i] != '-' : !is_hex(word[i])) return false;
  }
  return true;
}

bool names_guid(std::string_view text) {
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && is_word(text[end])) ++end;
    if (is_guid(text.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

LeadsSink::LeadsSink(std::string url, std::string hapikey)
    : url_(std::move(url)), hapikey_(std::move(hapikey)) {}

HttpRequest LeadsSink::render(std::span<const Item> items) const {
  HttpRequest request;
  request.url = url_;
  request.content_type = "application/x-www-form-urlencoded";
  request.body = form_of(items.front().event);
  if (!hapikey_.empty()) append_form_field("hapikey", hapikey_, request.body);
  return request;
}

ReplyJudgement LeadsSink::judge(const HttpReply& reply, std::span<const Item> items,
                                WallTime now) const {
  if (reply.transfer != Transfer::complete || reply.status / 100 != 2) {
    return judge_refusal(reply, items.size(), now, hapikey_);
  }
  const bool acknowledges = names_guid(reply.body) && !is_web_page(reply.body) &&
                            !is_markup(reply.body) && !reports_error(reply.body);
  if (!acknowledges) return judge_unreadable(reply, items.size(), "the GUID of a conversion event");
  return alike(items.size(), {Verdict::accepted, {}, {}, {}});
}

}  // namespace ordertail
