#include "sandbox/listing.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/text.h"

namespace ordertail::sandbox {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLeadsOnPage = 500;

/// Bytes that are not UTF-8 become U+FFFD: forms may carry anything, JSON may not.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string timestamp(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds.time_since_epoch().count()),
                     (time - seconds).count());
}

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

std::string_view lifecycle(const Lead& lead) {
  return lead.is_customer() ? "customer" : "lead";
}

std::string_view source(const Lead& lead) {
  return lead.is_tracked() ? "tracked" : "unknown";
}

Json to_json(const Lead& lead) {
  Json conversions = Json::array();
  for (const Conversion& conversion : lead.conversions) {
    conversions.push_back({{"guid", conversion.guid},
                           {"form", conversion.form},
                           {"time", timestamp(conversion.time)}});
  }
  return {{"id", lead.id},
          {"lifecycle", lifecycle(lead)},
          {"close_date", or_null(lead.close_date)},
          {"source", source(lead)},
          {"tokens", lead.tokens},
          {"fields", lead.fields},
          {"conversions", std::move(conversions)}};
}

Json to_json(const Submission& submission) {
  Json fields = Json::object();
  for (const FormField& field : submission.fields) fields[field.name] = field.value;
  return {{"number", submission.number},
          {"time", timestamp(submission.time)},
          {"form", submission.form},
          {"fields", std::move(fields)},
          {"status", submission.status},
          {"error", or_null(submission.error)},
          {"guid", or_null(submission.guid)},
          {"lead", submission.lead == 0 ? Json() : Json(submission.lead)}};
}

template <typename Rows>
std::string list(const char* name, const Rows& rows) {
  Json array = Json::array();
  for (const auto& row : rows) array.push_back(to_json(row));
  return dump({{name, std::move(array)}});
}

std::string escape(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

constexpr std::string_view kPageTop = R"(<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Leads</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; color: #222; background: #fff; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem; border-bottom: 1px solid #ccc; }
</style>
<h1>Leads</h1>
)";

std::string row(const Lead& lead) {
  const auto field = [&](const char* name) {
    const auto found = lead.fields.find(name);
    return found == lead.fields.end() ? std::string() : escape(found->second);
  };
  std::string conversions;
  for (const Conversion& conversion : lead.conversions) {
    conversions += fmt::format("{} {}<br>", timestamp(conversion.time), escape(conversion.form));
  }
  return fmt::format("<tr><td>{}<td>{}<td>{} {}<td>{}<td>{}<td>{}<td>{}\n", lead.id, field("Email"),
                     field("FirstName"), field("LastName"), lifecycle(lead),
                     escape(lead.close_date), source(lead), conversions);
}

}  // namespace

std::string leads_as_json(const std::deque<Lead>& leads) {
  return list("leads", leads);
}

std::string submissions_as_json(const std::deque<Submission>& submissions) {
  return list("submissions", submissions);
}

std::string submission_as_json(const Submission& submission) {
  return dump(to_json(submission));
}

std::string leads_as_html(const std::deque<Lead>& leads) {
  const auto tracked =
      std::count_if(leads.begin(), leads.end(), [](const Lead& lead) { return lead.is_tracked(); });
  const auto all = static_cast<std::ptrdiff_t>(leads.size());
  std::string html(kPageTop);
  html += fmt::format("<p>Sources: {} tracked, {} unknown.\n", tracked, all - tracked);
  if (leads.size() > kLeadsOnPage) html += fmt::format("The newest {} are shown.\n", kLeadsOnPage);
  html +=
      "<table>\n<tr><th scope=\"col\">Lead<th scope=\"col\">Email<th scope=\"col\">Name"
      "<th scope=\"col\">Stage<th scope=\"col\">Close date<th scope=\"col\">Source"
      "<th scope=\"col\">Conversions\n";
  const std::size_t shown = std::min(leads.size(), kLeadsOnPage);
  std::for_each_n(leads.rbegin(), shown, [&](const Lead& lead) { html += row(lead); });
  return html + "</table>\n</html>\n";
}

}  // namespace ordertail::sandbox
