#include "sandbox/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>

#include "sandbox/timestamp.h"

namespace ordertail::sandbox {
namespace {

constexpr std::size_t kShown = 500;

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
)";

constexpr std::string_view kLeadsColumns =
    "<table>\n<tr><th scope=\"col\">Lead<th scope=\"col\">Email<th scope=\"col\">Name"
    "<th scope=\"col\">Stage<th scope=\"col\">Close date<th scope=\"col\">Source"
    "<th scope=\"col\">Conversions\n";
constexpr std::string_view kContactsColumns =
    "<table>\n<tr><th scope=\"col\">Contact<th scope=\"col\">Email<th scope=\"col\">Name"
    "<th scope=\"col\">Stage<th scope=\"col\">Source<th scope=\"col\">Forms"
    "<th scope=\"col\">Orders\n";

/// The value of that field, escaped; empty when there is none.
std::string field(const std::map<std::string, std::string>& fields, const char* name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : escape(found->second);
}

std::string row(const Lead& lead) {
  std::string conversions;
  for (const Conversion& conversion : lead.conversions) {
    conversions += fmt::format("{} {}<br>", timestamp(conversion.time), escape(conversion.form));
  }
  return fmt::format("<tr><td>{}<td>{}<td>{} {}<td>{}<td>{}<td>{}<td>{}\n", lead.id,
                     field(lead.fields, "Email"), field(lead.fields, "FirstName"),
                     field(lead.fields, "LastName"), lead.lifecycle(), escape(lead.close_date),
                     lead.source(), conversions);
}

/// An order as one line: what it is called, and for how much it was.
std::string line(const Order& order) {
  std::string name = field(order.properties, "hs_order_name");
  if (name.empty()) name = std::to_string(order.id);
  return fmt::format("{} {} {}<br>", name, field(order.properties, "hs_total_price"),
                     field(order.properties, "hs_currency_code"));
}

/// The orders of each contact, by its id.
std::map<std::uint64_t, std::string> lines_by_contact(const std::deque<Order>& orders) {
  std::map<std::uint64_t, std::string> lines;
  for (const Order& order : orders) {
    for (const std::uint64_t contact : order.contacts) lines[contact] += line(order);
  }
  return lines;
}

std::string row(const Contact& contact, const std::string& orders) {
  std::string forms;
  for (const FormConversion& conversion : contact.conversions) {
    forms += escape(conversion.form) + "<br>";
  }
  return fmt::format("<tr><td>{}<td>{}<td>{} {}<td>{}<td>{}<td>{}<td>{}\n", contact.id,
                     field(contact.properties, "email"), field(contact.properties, "firstname"),
                     field(contact.properties, "lastname"),
                     field(contact.properties, "lifecyclestage"), contact.source(), forms, orders);
}

/// A heading, how many came from where, and the newest rows.
template <typename Rows, typename Row>
std::string section(std::string_view name, std::string_view columns, const Rows& rows,
                    const Row& row_of) {
  const auto tracked =
      std::count_if(rows.begin(), rows.end(), [](const auto& row) { return !row.tokens.empty(); });
  std::string html = fmt::format("<h1>{}</h1>\n<p>Sources: {} tracked, {} unknown.\n", name,
                                 tracked, std::ssize(rows) - tracked);
  if (rows.size() > kShown) html += fmt::format("The newest {} are shown.\n", kShown);
  html += columns;
  std::for_each_n(rows.rbegin(), std::min(rows.size(), kShown),
                  [&](const auto& each) { html += row_of(each); });
  return html + "</table>\n";
}

std::string contacts_section(const std::deque<Contact>& contacts, const std::deque<Order>& orders) {
  std::map<std::uint64_t, std::string> lines = lines_by_contact(orders);
  return section("Contacts", kContactsColumns, contacts,
                 [&](const Contact& contact) { return row(contact, lines[contact.id]); });
}

}  // namespace

std::string portal_as_html(const std::deque<Lead>& leads, const std::deque<Contact>& contacts,
                           const std::deque<Order>& orders) {
  std::string html(kPageTop);
  if (!leads.empty() || contacts.empty()) {
    html += section("Leads", kLeadsColumns, leads, [](const Lead& lead) { return row(lead); });
  }
  if (!contacts.empty()) html += contacts_section(contacts, orders);
  const auto strays = std::count_if(orders.begin(), orders.end(),
                                    [](const Order& order) { return order.contacts.empty(); });
  if (strays > 0) html += fmt::format("<p>Orders of no contact: {}.\n", strays);
  return html + "</html>\n";
}

}  // namespace ordertail::sandbox
