#include "faults/shop_of_api.h"

#include <date/date.h>
#include <fmt/format.h>

#include <chrono>

#include "stories/shop.h"

namespace ordertail::faults {
namespace {

constexpr const char* kForm = "0a1b2c3d-4e5f-4a6b-8c7d-8e9f0a1b2c3d";

std::string purchase_endpoint(Api api, const std::string& url) {
  switch (api) {
    case Api::leads:
      return fmt::format("sink = \"leads\"\nurl = \"{}/?app=leaddirector&FormName=purchase\"\n",
                         url);
    case Api::forms:
      return fmt::format(
          "sink = \"forms\"\nsecure = true\n"
          "url = \"{}/submissions/v3/integration/secure/submit/62515/{}\"\n"
          "properties = {{ total_revenue = \"last_total\" }}\n",
          url, kForm);
    case Api::crm:
      break;
  }
  return fmt::format("sink = \"crm\"\n[hubspot.crm]\nurl = \"{}\"\norder_id = \"order_key\"\n",
                     url);
}

}  // namespace

std::string job_text(Api api, const std::string& url, int timeout_ms) {
  return fmt::format(R"([account]
shop = "main"
time_zone = "America/New_York"
store = "state/main.db"
[hubspot]
credential = {{ file = "key" }}
[hubspot.purchase]
{}
[limits]
requests_per_10s = 0
requests_per_day = 0
forms_per_run    = 0
concurrency      = 1
tries            = 2
first_delay_ms   = 1
timeout_ms       = {}
[[source]]
files   = ["orders.csv"]
pattern = "shopify-orders"
)",
                     purchase_endpoint(api, url), timeout_ms);
}

std::string recent_orders(int last) {
  const auto today = date::floor<date::days>(std::chrono::system_clock::now());
  std::string text = stories::orders_header();
  for (int order = 1; order <= last; ++order) {
    const auto time = today - date::days(1) + std::chrono::seconds(order);
    text += fmt::format("#{0},customer{0}@example.com,paid,,USD,{0}.50,{1} +0000,1,KE-1\n", order,
                        date::format("%F %T", time));
  }
  return text;
}

}  // namespace ordertail::faults
