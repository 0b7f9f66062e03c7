#include "sandbox/listing.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ordertail::sandbox {
namespace {

using testing::HasSubstr;
using testing::Not;

const WallTime kNewYear =
    std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + std::chrono::milliseconds(7);

TEST(Listing, ShowsALeadAndACustomer) {
  Portal portal;
  portal.submit({{"Email", "ann@example.com"}}, {"g1", "new_registration", kNewYear});
  portal.submit({{"UserToken", "t1"}, {"CloseDate", "12/31/2023"}}, {"g2", "purchase", kNewYear});
  EXPECT_EQ(
      leads_as_json(portal.leads()),
      R"({"leads":[{"id":1,"lifecycle":"lead","close_date":null,"source":"unknown","tokens":[],)"
      R"("fields":{"Email":"ann@example.com"},"conversions":[{"guid":"g1",)"
      R"("form":"new_registration","time":"2024-01-01T00:00:00.007Z"}]},)"
      R"({"id":2,"lifecycle":"customer","close_date":"12/31/2023","source":"tracked",)"
      R"("tokens":["t1"],"fields":{"CloseDate":"12/31/2023","UserToken":"t1"},)"
      R"("conversions":[{"guid":"g2","form":"purchase","time":"2024-01-01T00:00:00.007Z"}]}]})");
}

TEST(Listing, ShowsWhatWasTakenAndWhatWasRefused) {
  const std::deque<Submission> submissions = {
      {1, kNewYear, "f", {{"sku", "A"}, {"sku", "B"}}, 200, "", "g1", 5},
      {2, kNewYear, "", {}, 400, "Wrong", "", 0}};
  EXPECT_EQ(submissions_as_json(submissions),
            R"({"submissions":[{"number":1,"time":"2024-01-01T00:00:00.007Z","form":"f",)"
            R"("fields":{"sku":"B"},"status":200,"error":null,"guid":"g1","lead":5},)"
            R"({"number":2,"time":"2024-01-01T00:00:00.007Z","form":"","fields":{},)"
            R"("status":400,"error":"Wrong","guid":null,"lead":null}]})");
}

TEST(Listing, EmptyOnesAreLists) {
  EXPECT_EQ(leads_as_json({}), R"({"leads":[]})");
  EXPECT_EQ(submissions_as_json({}), R"({"submissions":[]})");
}

TEST(Listing, BytesThatAreNotUtf8DoNotBreakTheJson) {
  Submission submission;
  submission.fields = {{"na\xFFme", "\xC3("}};
  EXPECT_THAT(submission_as_json(submission),
              HasSubstr("{\"na\xEF\xBF\xBDme\":\"\xEF\xBF\xBD(\"}"));
}

TEST(Listing, ThePageEscapesWhateverALeadHolds) {
  Portal portal;
  const std::string nasty = R"(<script>alert("1")</script>&'<b>)";
  portal.submit({{"UserToken", nasty},
                 {"Email", nasty},
                 {"FirstName", nasty},
                 {"LastName", nasty},
                 {"CloseDate", nasty}},
                {"g", nasty, kNewYear});
  const std::string html = leads_as_html(portal.leads());
  EXPECT_THAT(html,
              HasSubstr("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;&lt;b&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
}

TEST(Listing, ThePageShowsTheNewestLeadsAndCountsTheSourcesOfAll) {
  Portal portal;
  for (int i = 1; i <= 501; ++i) {
    portal.submit({{"Email", fmt::format("user{}@example.com", i)}}, {"g", "f", kNewYear});
  }
  portal.submit({{"Email", "user7@example.com"}, {"UserToken", "t"}}, {"g", "f", kNewYear});
  const std::string html = leads_as_html(portal.leads());
  EXPECT_THAT(html, HasSubstr("Sources: 1 tracked, 500 unknown.\nThe newest 500 are shown.\n"));
  EXPECT_THAT(html, HasSubstr(">user501@example.com<"));
  EXPECT_THAT(html, HasSubstr(">user2@example.com<"));
  EXPECT_THAT(html, Not(HasSubstr(">user1@example.com<")));
}

}  // namespace
}  // namespace ordertail::sandbox
