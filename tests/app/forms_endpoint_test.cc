// A job's forms, from its TOML to what is sent to them.
#include "app/forms_endpoint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "app/sinks.h"
#include "base/fd.h"
#include "expect_error.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

constexpr const char* kAccount = R"([account]
shop = "main"
time_zone = "America/New_York"
store = "state/main.db"
)";
constexpr const char* kSource = R"([[source]]
files = ["*.csv"]
pattern = "shopify-orders"
)";
constexpr const char* kLeadForm = "6f2ccdfe-4892-4ffa-8593-940b12c11aa1";
constexpr const char* kBuyerForm = "0a1b2c3d-4e5f-4a6b-8c7d-8e9f0a1b2c3d";

/// A job whose purchases go to a form, from line 5 on: [hubspot], then `more` of
/// [hubspot.purchase].
std::string forms_job(const std::string& more, const std::string& hubspot = "portal_id = 62515") {
  return std::string(kAccount) + "[hubspot]\n" + hubspot +
         "\n[hubspot.purchase]\nsink = \"forms\"\n" + more + kSource;
}
std::string form(const std::string& guid) {
  return "form = \"" + guid + "\"\n";
}
constexpr const char* kTotal = "[hubspot.purchase.properties]\ntotal_revenue = \"last_total\"\n";

class FormsEndpointTest : public ::testing::Test {
 protected:
  Job read(const std::string& text) {
    return read_job(directory_.write("job.toml", text).string());
  }
  Endpoint purchase(const std::string& more, const std::string& hubspot = "portal_id = 62515") {
    return read(forms_job(more + kTotal, hubspot)).endpoints[1].value();
  }
  /// The complaint about `text`, less the directory.
  std::string complaint(const std::string& text) {
    const std::string what = error_of(ExitCode::usage, [&] { static_cast<void>(read(text)); });
    return what.substr(std::min(what.size(), directory_.path().string().size() + 1));
  }

  TemporaryDirectory directory_;
};

TEST_F(FormsEndpointTest, AFormsUrlIsMadeOfItsParts) {
  const std::string path = std::string("submit/62515/") + kBuyerForm;
  const Endpoint open = purchase(form(kBuyerForm));
  EXPECT_EQ(open.url, "https://api.hsforms.com/submissions/v3/integration/" + path);
  EXPECT_EQ(open.form(), kBuyerForm);
  EXPECT_FALSE(open.secure);
  EXPECT_EQ(purchase(form(kBuyerForm) + "region = \"na1\"\n").url, open.url);
  EXPECT_EQ(purchase(form(kBuyerForm) + "region = \"eu1\"\n").url,
            "https://api-eu1.hsforms.com/submissions/v3/integration/" + path);
  const Endpoint secure = purchase(form(kBuyerForm) + "secure = true\n",
                                   "portal_id = 62515\ncredential = { env = \"TOKEN\" }");
  EXPECT_EQ(secure.url, "https://api.hsforms.com/submissions/v3/integration/secure/" + path);
  EXPECT_TRUE(secure.secure);
}

TEST_F(FormsEndpointTest, ASecureFormsTokenIsNotSharedWithALeadsEndpoint) {
  const std::string token = "portal_id = 62515\ncredential = { env = \"TOKEN\" }";
  const std::string leads =
      "[hubspot.registration]\nsink = \"leads\"\n"
      "url = \"http://127.0.0.1:8480/?app=leaddirector&FormName=new\"\n";
  EXPECT_EQ(complaint(forms_job(form(kBuyerForm) + "secure = true\n" + kTotal + leads, token)),
            "job.toml:14:1: the credential is a secure form's token, and a Leads endpoint would be "
            "sent it as its hapikey; put the two endpoints into two jobs, each with its own "
            "checkpoint file");
  EXPECT_FALSE(read(forms_job(form(kBuyerForm) + kTotal + leads, token)).endpoints[1]->secure);
}

TEST_F(FormsEndpointTest, AFormsUrlMayBeGivenWhole) {
  const std::string url = std::string("https://h.example.com/forms/2027-03/7/") + kBuyerForm;
  const Endpoint open = purchase("url = \"" + url + "/submit?x=1\"\n", "");
  EXPECT_EQ(open.url, url + "/submit?x=1");
  EXPECT_EQ(open.form(), kBuyerForm);
  EXPECT_FALSE(open.secure);
  const std::string credential = "credential = { env = \"TOKEN\" }";
  EXPECT_TRUE(purchase("url = \"" + url + "\"\nsecure = true\n", credential).secure);
  EXPECT_TRUE(
      purchase(std::string("url = \"https://h.example.com/secure/submit/7/") + kBuyerForm + "\"\n",
               credential)
          .secure);
}

TEST_F(FormsEndpointTest, WhatItSaysOfAFormGoesIntoTheSubmission) {
  const Endpoint endpoint = read(forms_job(form(kBuyerForm) + R"(page_uri = "https://h/thanks"
page_name = "Thanks"
[hubspot.purchase.properties]
total_revenue = "last_total"
skus = ""
[hubspot.purchase.properties.extra]
"affiliate id" = "affiliate"
[hubspot.purchase.consent]
text = "I agree."
[[hubspot.purchase.consent.communication]]
subscription_type_id = 999
text = "News, please."
)"))
                                .endpoints[1]
                                .value();
  Event event;
  event.kind = Kind::purchase;
  event.email = "ann@example.com";
  event.total_revenue = Money{1'423'100};
  event.skus = {"A-1"};
  event.close_date = Day{2023, 12, 31};
  event.extra = {{"affiliate id", "7"}, {"coupon", "X"}};
  EXPECT_EQ(
      forms_body(event, endpoint.forms.value()),
      R"({"fields":[{"objectTypeId":"0-1","name":"email","value":"ann@example.com"},)"
      R"({"objectTypeId":"0-1","name":"last_total","value":"142.31"},)"
      R"({"objectTypeId":"0-1","name":"closedate","value":"1703980800000"},)"
      R"({"objectTypeId":"0-1","name":"affiliate","value":"7"},)"
      R"({"objectTypeId":"0-1","name":"coupon","value":"X"}],)"
      R"("context":{"pageUri":"https://h/thanks","pageName":"Thanks"},)"
      R"("legalConsentOptions":{"consent":{"consentToProcess":true,"text":"I agree.",)"
      R"("communications":[{"value":true,"subscriptionTypeId":999,"text":"News, please."}]}}})");

  const Endpoint interest = purchase(form(kBuyerForm) + R"([hubspot.purchase.legitimate_interest]
subscription_type_id = 999
legal_basis = "CUSTOMER"
text = "You bought something."
)");
  EXPECT_EQ(std::get<LegitimateInterest>(interest.forms->legal_ground).legal_basis, "CUSTOMER");
}

TEST_F(FormsEndpointTest, TheReadmesExampleIsUnderstood) {
  const std::string readme = read_small_file(README_FILE, ExitCode::source);
  const std::size_t heading = readme.find("### HubSpot's forms\n");
  const std::size_t begin = readme.find("```toml\n", heading) + 8;
  ASSERT_NE(heading, std::string::npos);
  const std::string example = readme.substr(begin, readme.find("```\n", begin) - begin);
  const Job job = read(std::string(kAccount) + example + kSource);
  EXPECT_EQ(job.endpoints[0].value().url,
            "https://api-eu1.hsforms.com/submissions/v3/integration/submit/62515/"
            "6f2ccdfe-4892-4ffa-8593-940b12c11aa1");
  EXPECT_EQ(job.endpoints[1].value().url,
            "https://api-eu1.hsforms.com/submissions/v3/integration/secure/submit/62515/"
            "0a1b2c3d-4e5f-4a6b-8c7d-8e9f0a1b2c3d");
}

TEST_F(FormsEndpointTest, FormsPerRunHasADefaultAndCanBeSwitchedOff) {
  const std::string job = forms_job(form(kBuyerForm) + kTotal);
  EXPECT_EQ(read(job).limits.forms_per_run, 1000U);
  EXPECT_EQ(read(job + "[limits]\nforms_per_run = 0\n").limits.forms_per_run, 0U);
}

TEST_F(FormsEndpointTest, ComplainsWithLineAndColumn) {
  const std::string fine = form(kBuyerForm);
  const std::pair<std::string, std::string> rows[] = {
      {"", "job.toml:7:1: [hubspot.purchase] lacks the key \"form\""},
      {"form = \"purchase\"\n",
       "job.toml:9:8: \"form\" is the form's GUID, such as "
       "\"6f2ccdfe-4892-4ffa-8593-940b12c11aa1\"; the form's page in HubSpot has it in its "
       "address"},
      {fine + "region = \"Europe\"\n",
       "job.toml:10:10: \"region\" is one of HubSpot's, such as \"na1\" or \"eu1\""},
      {fine + "url = \"https://h/\"\n",
       "job.toml:9:8: an endpoint has \"url\" or \"form\", not both"},
      {"url = \"https://h/\"\nregion = \"eu1\"\n",
       "job.toml:10:10: an endpoint has \"url\" or \"region\", not both"},
      {"url = \"h\"\n", "job.toml:9:7: this is no http or https URL"},
      {"url = \"https://h/62515/purchase\"\n",
       "job.toml:9:7: a Forms API URL names its form by the GUID: "
       "https://api.hsforms.com/submissions/v3/integration/submit/62515/"
       "6f2ccdfe-4892-4ffa-8593-940b12c11aa1, for example"},
      {fine + "secure = true\n" + kTotal,
       "job.toml:10:10: a secure form takes submissions with a credential only, and [hubspot] "
       "names none"},
      {fine + "event_id_field = \"ordertail_event_id\"\n" + kTotal,
       "job.toml:10:18: what is in doubt is looked up with a credential only, a service key's or "
       "private app's token with the scope \"forms\", and [hubspot] names none"},
      {fine + "event_id_field = \"Event ID\"\n" + kTotal,
       "job.toml:10:18: \"event_id_field\" names a hidden field of the form, a contact property of "
       "your own, such as \"ordertail_event_id\""},
      {fine + "event_id_field = \"order_number\"\n" + kTotal,
       "job.toml:10:18: the field \"order_number\" takes something else already; the event's id "
       "needs one of its own"},
      {fine + "page_uri = \"thanks\"\n", "job.toml:10:12: this is no http or https URL"},
      {fine + "pageuri = \"x\"\n" + kTotal,
       "job.toml:10:1: unknown key \"pageuri\" in [hubspot.purchase]; did you mean \"page_uri\"?"},
      {fine,
       "job.toml:7:1: HubSpot sets its contact property \"total_revenue\" by itself; name one of "
       "your own for it, such as [hubspot.purchase.properties] total_revenue = "
       "\"last_total_revenue\", or \"\" to leave it out"},
      {fine + kTotal + "skus = \"hs_analytics_source\"\n",
       "job.toml:12:8: HubSpot sets its contact property \"hs_analytics_source\" by itself; name "
       "one of your own for it, such as [hubspot.purchase.properties] skus = \"last_skus\", or "
       "\"\" to leave it out"},
      {fine + kTotal + "skus = \"Last SKUs\"\n",
       "job.toml:12:8: \"Last SKUs\" is no name of a contact property: that has lower-case "
       "letters, digits and _ only"},
      {fine + kTotal + "order_numbr = \"x\"\n",
       "job.toml:12:1: unknown key \"order_numbr\" in [hubspot.purchase.properties]; did you mean "
       "\"order_number\"?"},
      {fine + kTotal + "[hubspot.purchase.properties.extra]\ntill = \"createdate\"\n",
       "job.toml:13:8: HubSpot sets its contact property \"createdate\" by itself; name one of "
       "your own for it, such as [hubspot.purchase.properties.extra] till = \"last_till\", or "
       "\"\" to leave it out"},
      {fine + kTotal + "[hubspot.purchase.consent]\ntext = \"\"\n",
       "job.toml:13:8: \"text\" must say something"},
      {fine + kTotal + "[hubspot.purchase.legitimate_interest]\ntext = \"x\"\n",
       "job.toml:12:1: \"subscription_type_id\" is needed: the number of a subscription type in "
       "HubSpot's settings"},
      {fine + kTotal + "[hubspot.purchase.consent]\n[hubspot.purchase.legitimate_interest]\n",
       "job.toml:13:1: an endpoint has \"consent\" or \"legitimate_interest\", not both"},
  };
  for (const auto& [more, message] : rows) EXPECT_EQ(complaint(forms_job(more)), message) << more;
  EXPECT_EQ(complaint(forms_job(fine + kTotal, "")),
            "job.toml:9:8: the form's portal is not known: [hubspot] needs portal_id");
  EXPECT_EQ(complaint(std::string(kAccount) + "[hubspot.purchase]\nsink = \"fomrs\"\n" + kSource),
            "job.toml:6:8: the sink must be \"leads\", \"forms\", \"crm\" or \"csv\"");
}

TEST_F(FormsEndpointTest, FormsMustDiffer) {
  const auto with = [](const std::string& registration) {
    return forms_job(form(kBuyerForm) + kTotal + "[hubspot.registration]\n" + registration);
  };
  EXPECT_EQ(complaint(with("sink = \"forms\"\n" + form("0A1B2C3D-4E5F-4A6B-8C7D-8E9F0A1B2C3D"))),
            "job.toml:7:1: registration and purchase have the same form "
            "\"0a1b2c3d-4e5f-4a6b-8c7d-8e9f0a1b2c3d\"; HubSpot could not tell leads from "
            "customers, so they must differ");
  EXPECT_NO_THROW(read(with("sink = \"forms\"\n" + form(kLeadForm))));
  EXPECT_NO_THROW(
      read(with("sink = \"leads\"\nurl = \"http://127.0.0.1/?app=leaddirector&FormName=" +
                std::string(kBuyerForm) + "\"\n")));
}

TEST_F(FormsEndpointTest, OnlyASecureFormIsSentTheCredential) {
  const std::string hubspot = "portal_id = 62515\ncredential = { env = \"TOKEN\" }";
  Event event;
  event.email = "ann@example.com";
  const std::array items{Item{event, {}}};
  const Endpoint open = purchase(form(kBuyerForm), hubspot);
  const Endpoint secure = purchase(form(kBuyerForm) + "secure = true\n", hubspot);
  const HttpRequest without = make_sink(open, "pat-na1-0")->render(items);
  EXPECT_EQ(without.authorization, "");
  EXPECT_EQ(without.body.find("pat-na1-0"), std::string::npos);
  EXPECT_EQ(make_sink(secure, "pat-na1-0")->render(items).authorization, "Bearer pat-na1-0");
  EXPECT_EQ(
      error_of(ExitCode::credentials, [&] { static_cast<void>(make_sink(secure, "pat na1")); }),
      "the credential holds a blank, or something else that no token of HubSpot has; it is "
      "the first line of what [hubspot] names");
}

TEST_F(FormsEndpointTest, AFormWithAFieldForTheEventsIdIsListed) {
  const std::string hubspot = "portal_id = 62515\ncredential = { env = \"TOKEN\" }";
  const std::string field = "event_id_field = \"ordertail_event_id\"\n";
  const auto listing = [&](const std::string& form) {
    return listing_of(purchase(form + field, hubspot), "pat-na1-0")->request("");
  };
  const std::string path = std::string("/form-integrations/v1/submissions/forms/") + kBuyerForm;
  const HttpRequest request = listing(form(kBuyerForm) + "region = \"eu1\"\n");
  EXPECT_EQ(request.url, "https://api.hubapi.com" + path + "?limit=50");
  EXPECT_EQ(request.authorization, "Bearer pat-na1-0");
  EXPECT_EQ(
      listing("url = \"http://127.0.0.1:81/secure/submit/7/" + std::string(kBuyerForm) + "?a=b\"\n")
          .url,
      "http://127.0.0.1:81" + path + "?limit=50");

  const Endpoint open = purchase(form(kBuyerForm) + field, hubspot);
  EXPECT_FALSE(open.secure);
  const Event event;
  const std::array items{Item{event, {}}};
  const auto sink = make_sink(open, "pat-na1-0");
  EXPECT_NE(sink->listing(), nullptr);
  EXPECT_EQ(sink->render(items).authorization, "") << "an open form is still not sent the token";
  EXPECT_EQ(make_sink(purchase(form(kBuyerForm), hubspot), "pat-na1-0")->listing(), nullptr);

  const std::string leads =
      "[hubspot.registration]\nsink = \"leads\"\n"
      "url = \"http://127.0.0.1/?app=leaddirector&FormName=x\"\n";
  EXPECT_EQ(
      complaint(forms_job(form(kBuyerForm) + field + kTotal + leads, hubspot)),
      "job.toml:14:1: the credential is a form's token, and a Leads endpoint would be sent it "
      "as its hapikey; put the two endpoints into two jobs, each with its own checkpoint "
      "file");
}

}  // namespace
}  // namespace ordertail
