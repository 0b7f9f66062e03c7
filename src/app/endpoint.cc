#include "app/endpoint.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

#include "delivery/leads.h"
#include "event/request_line.h"

namespace ordertail {
namespace {

std::string parameter(std::string_view url, std::string_view name) {
  const std::size_t mark = url.find('?');
  std::string value;
  if (mark == url.npos || !query_parameter(url.substr(mark + 1), name, {}, value)) {
    return {};
  }
  return value;
}

}  // namespace

UrlParts split_url(std::string_view url) {
  const bool blank =
      std::any_of(url.begin(), url.end(), [](char c) { return c <= ' ' || c > '~'; });
  const std::size_t colon = url.find("://");
  if (blank || colon == url.npos) return {};
  UrlParts parts;
  parts.scheme = url.substr(0, colon);
  const std::size_t begin = colon + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  parts.authority = url.substr(begin, end - begin);
  parts.target = url.substr(end);
  const bool bracketed = parts.authority.starts_with('[');
  const std::size_t port = parts.authority.find(':', bracketed ? parts.authority.find(']') : 0);
  parts.host = parts.authority.substr(0, port);
  const bool usable = (parts.scheme == "http" || parts.scheme == "https") && !parts.host.empty() &&
                      parts.authority.find('@') == parts.authority.npos;
  return usable ? parts : UrlParts{};
}

bool is_loopback(std::string_view host) {
  in_addr address{};
  return host == "localhost" || host == "[::1]" ||
         (inet_pton(AF_INET, std::string(host).c_str(), &address) == 1 &&
          ntohl(address.s_addr) >> 24U == 127);
}

std::string form_name(std::string_view url) {
  return parameter(url, "FormName");
}

std::string fault_of_leads_url(std::string_view url) {
  if (split_url(url).host.empty()) return "this is no http or https URL";
  if (parameter(url, "app") != "leaddirector") {
    return "a Leads API URL has app=leaddirector in its query; copy the API POST URL from "
           "HubSpot's "
           "settings";
  }
  if (form_name(url).empty()) {
    return "a Leads API URL names its form: FormName=new_registration, for example";
  }
  return {};
}

std::string form_guid(std::string_view url) {
  std::string_view path = split_url(url).target;
  path = path.substr(0, path.find_first_of("?#"));
  while (!path.empty()) {
    path.remove_prefix(1);  // a '/'
    const std::string_view segment = path.substr(0, path.find('/'));
    if (is_guid(segment)) return std::string(segment);
    path.remove_prefix(segment.size());
  }
  return {};
}

std::string fault_of_forms_url(std::string_view url) {
  if (split_url(url).host.empty()) return "this is no http or https URL";
  if (form_guid(url).empty()) {
    return "a Forms API URL names its form by the GUID: "
           "https://api.hsforms.com/submissions/v3/integration/submit/62515/"
           "6f2ccdfe-4892-4ffa-8593-940b12c11aa1, for example";
  }
  return {};
}

std::string listing_url(std::string_view url) {
  const UrlParts parts = split_url(url);
  const std::string server = parts.host.ends_with(".hsforms.com")
                                 ? "https://api.hubapi.com"
                                 : fmt::format("{}://{}", parts.scheme, parts.authority);
  return fmt::format("{}/form-integrations/v1/submissions/forms/{}", server, form_guid(url));
}

std::string fault_of_crm_url(std::string_view url) {
  const UrlParts parts = split_url(url);
  if (parts.host.empty()) return "this is no http or https URL";
  if (!parts.target.empty()) {
    return "the CRM's url is that of its server, without a path: \"https://api.hubapi.com\", for "
           "example";
  }
  return {};
}

}  // namespace ordertail
