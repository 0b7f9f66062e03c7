#include "sandbox/page.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ordertail::sandbox {
namespace {

using testing::HasSubstr;
using testing::Not;

const WallTime kNewYear =
    std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + std::chrono::milliseconds(7);

TEST(Page, EscapesWhateverALeadHolds) {
  Portal portal;
  const std::string nasty = R"(<script>alert("1")</script>&'<b>)";
  portal.submit({{"UserToken", nasty},
                 {"Email", nasty},
                 {"FirstName", nasty},
                 {"LastName", nasty},
                 {"CloseDate", nasty}},
                {"g", nasty, kNewYear});
  const std::string html = portal_as_html(portal.leads(), {}, {});
  EXPECT_THAT(html,
              HasSubstr("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;&lt;b&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
}

TEST(Page, ShowsTheNewestLeadsAndCountsTheSourcesOfAll) {
  Portal portal;
  for (int i = 1; i <= 501; ++i) {
    portal.submit({{"Email", fmt::format("user{}@example.com", i)}}, {"g", "f", kNewYear});
  }
  portal.submit({{"Email", "user7@example.com"}, {"UserToken", "t"}}, {"g", "f", kNewYear});
  const std::string html = portal_as_html(portal.leads(), {}, {});
  EXPECT_THAT(html, HasSubstr("Sources: 1 tracked, 500 unknown.\nThe newest 500 are shown.\n"));
  EXPECT_THAT(html, HasSubstr(">user501@example.com<"));
  EXPECT_THAT(html, HasSubstr(">user2@example.com<"));
  EXPECT_THAT(html, Not(HasSubstr(">user1@example.com<")));
}

TEST(Page, ShowsContactsWhereThereAreAnyAndLeadsUnlessThereAreOnlyContacts) {
  Portal portal;
  Contacts contacts;
  EXPECT_THAT(portal_as_html(portal.leads(), contacts.all(), {}), HasSubstr("<h1>Leads</h1>"));
  EXPECT_THAT(portal_as_html(portal.leads(), contacts.all(), {}), Not(HasSubstr("Contacts")));

  contacts.submit_form({{"email", "ann@example.com"}, {"firstname", "<b>"}}, "t1",
                       {"g", "<i>", kNewYear}, kNewYear);
  const std::string html = portal_as_html(portal.leads(), contacts.all(), {});
  EXPECT_THAT(html, Not(HasSubstr("<h1>Leads</h1>")));
  EXPECT_THAT(html, HasSubstr("<h1>Contacts</h1>\n<p>Sources: 1 tracked, 0 unknown.\n"));
  EXPECT_THAT(html, HasSubstr("<tr><td>1<td>ann@example.com<td>&lt;b&gt; <td><td>tracked<td>"
                              "&lt;i&gt;<br><td>\n"));

  portal.submit({{"Email", "bob@example.com"}}, {"g", "f", kNewYear});
  EXPECT_THAT(portal_as_html(portal.leads(), contacts.all(), {}), HasSubstr("<h1>Leads</h1>"));
}

TEST(Page, ShowsTheOrdersOfEachContactAndCountsThoseOfNone) {
  Contacts contacts;
  contacts.write(0, {{"email", "ann@example.com"}, {"lifecyclestage", "customer"}}, kNewYear);
  contacts.write(0, {{"email", "bob@example.com"}}, kNewYear);
  Orders orders("shop_order");
  orders.write(0, {{"hs_order_name", "<A-1>"}, {"hs_total_price", "5.00"}}, kNewYear);
  orders.write(0, {{"hs_currency_code", "EUR"}}, kNewYear);
  for (const Order& order : orders.all()) orders.associate(order.id, 1);
  std::string html = portal_as_html({}, contacts.all(), orders.all());
  EXPECT_THAT(html, HasSubstr("<td>customer<td>unknown<td><td>&lt;A-1&gt; 5.00 <br>"
                              "1000000002  EUR<br>\n"));
  EXPECT_THAT(html, HasSubstr("<td>bob@example.com<td> <td><td>unknown<td><td>\n"));
  EXPECT_THAT(html, Not(HasSubstr("Orders of no contact")));
  orders.write(0, {}, kNewYear);
  html = portal_as_html({}, contacts.all(), orders.all());
  EXPECT_THAT(html, HasSubstr("</table>\n<p>Orders of no contact: 1.\n"));
}

}  // namespace
}  // namespace ordertail::sandbox
