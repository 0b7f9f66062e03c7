// What a job says of HubSpot's CRM, word for word.
#include "app/crm_endpoint.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/fd.h"
#include "expect_error.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

constexpr const char* kAccount = R"([account]
shop = "main"
time_zone = "America/New_York"
store = "state/main.db"
[hubspot]
credential = { env = "TOKEN" }
)";
constexpr const char* kSource = R"([[source]]
files = ["*.csv"]
pattern = "shopify-orders"
)";
constexpr const char* kPurchase = "[hubspot.purchase]\nsink = \"crm\"\n";
constexpr const char* kForm =
    "[hubspot.purchase]\nsink = \"forms\"\nform = \"0a1b2c3d-4e5f-4a6b-8c7d-8e9f0a1b2c3d\"\n";
constexpr const char* kTotal = "[hubspot.purchase.properties]\ntotal_revenue = \"last_total\"\n";
constexpr const char* kOtherwise = "[hubspot.purchase.otherwise]\nsink = \"crm\"\n";

class CrmEndpointTest : public ::testing::Test {
 protected:
  Job read(const std::string& text) {
    return read_job(directory_.write("job.toml", text).string());
  }
  /// `hubspot`: what follows in [hubspot], from line 7 on.
  Job job(const std::string& hubspot) { return read(kAccount + hubspot + kSource); }
  /// The complaint about a job, less the directory.
  std::string complaint(const std::string& text) {
    const std::string what = error_of(ExitCode::usage, [&] { static_cast<void>(read(text)); });
    return what.substr(std::min(what.size(), directory_.path().string().size() + 1));
  }

  TemporaryDirectory directory_;
};

TEST_F(CrmEndpointTest, NeedsNoMoreThanItsName) {
  const Endpoint crm = job(kPurchase).endpoints[1].value();
  EXPECT_EQ(crm.sink, "crm");
  EXPECT_EQ(crm.url, "https://api.hubapi.com");
  EXPECT_TRUE(crm.secure);
  EXPECT_FALSE(crm.plain_http);
  EXPECT_EQ(crm.crm->version, "2026-09");
  EXPECT_EQ(crm.crm->order_id, "");
  EXPECT_EQ(crm.crm->contact, usual_properties(CrmObject::contact));
  EXPECT_EQ(properties_to_make(*crm.crm), std::vector<std::string>());
}

TEST_F(CrmEndpointTest, SharesOneTable) {
  const Job both = job(std::string(kPurchase) + R"([hubspot.registration]
sink = "crm"
[hubspot.crm]
url = "http://hubspot.example.com:8080/"
plain_http = true
version = "v3"
order_id = "ordertail_order_id"
pipeline = "7"
stage = "9"
[hubspot.crm.contact]
state = ""
order_number = "last_order"
[hubspot.crm.contact.extra]
"coupon code" = "last_coupon"
till = ""
[hubspot.crm.order]
total_revenue = "hs_total_price"
[hubspot.crm.order.extra]
till = "till"
)");
  for (const auto& endpoint : both.endpoints) {
    EXPECT_EQ(endpoint->url, "http://hubspot.example.com:8080");
    EXPECT_TRUE(endpoint->plain_http);
    const CrmSettings& crm = endpoint->crm.value();
    EXPECT_EQ(crm.version, "v3");
    EXPECT_EQ(crm.order_id, "ordertail_order_id");
    EXPECT_EQ(crm.pipeline, "7");
    EXPECT_EQ(crm.stage, "9");
    EXPECT_EQ(crm.contact.at("state"), "");
    EXPECT_EQ(crm.contact.at("order_number"), "last_order");
    EXPECT_EQ(crm.contact.at("city"), "city");
    EXPECT_EQ(crm.contact_extra, (Properties{{"coupon code", "last_coupon"}}));
    EXPECT_EQ(crm.order.at("total_revenue"), "hs_total_price");
    EXPECT_EQ(crm.order_extra, (Properties{{"till", "till"}}));
  }
  EXPECT_EQ(both.all_endpoints().size(), 1U);
  EXPECT_EQ(properties_to_make(*both.endpoints[0]->crm),
            (std::vector<std::string>{"contact property last_order", "contact property last_coupon",
                                      "order property till"}));
}

TEST_F(CrmEndpointTest, TakesWhatAFormDoesNot) {
  const Job routed = job("portal_id = 7\n" + std::string(kForm) + kTotal + kOtherwise);
  EXPECT_EQ(routed.endpoints[1]->sink, "forms");
  EXPECT_FALSE(routed.endpoints[1]->secure);
  EXPECT_EQ(routed.otherwise[1]->sink, "crm");
  EXPECT_FALSE(routed.otherwise[0]);
  EXPECT_EQ(routed.all_endpoints().size(), 2U);
}

TEST_F(CrmEndpointTest, TheReadmesExampleIsUnderstood) {
  const std::string readme = read_small_file(README_FILE, ExitCode::source);
  const std::size_t heading = readme.find("### HubSpot's CRM\n");
  ASSERT_NE(heading, std::string::npos);
  const std::size_t begin = readme.find("```toml\n", heading) + 8;
  const std::string example = readme.substr(begin, readme.find("```\n", begin) - begin);
  const std::string account(kAccount);
  const Job job = read(account.substr(0, account.find("[hubspot]")) + example + kSource);
  EXPECT_TRUE(job.endpoints[0]->crm);
  EXPECT_TRUE(job.endpoints[1]->forms);
  EXPECT_EQ(job.otherwise[1]->crm->order_id, "ordertail_order_id");
}

TEST_F(CrmEndpointTest, ComplainsWithLineAndColumn) {
  const std::string crm = std::string(kPurchase) + "[hubspot.crm]\n";
  const std::string orders = crm + "order_id = \"order_key\"\n";
  const std::pair<std::string, std::string> rows[] = {
      {"[hubspot.purchase]\nsink = \"cmr\"\n",
       "job.toml:8:8: the sink must be \"leads\", \"forms\", \"crm\" or \"csv\""},
      {"[hubspot.purchase]\nsink = \"crm\"\nurl = \"https://h\"\n",
       "job.toml:9:7: what there is to say of the sink \"crm\" stands in [hubspot.crm]; \"url\" "
       "does not belong here"},
      {crm + "url = \"api.hubapi.com\"\n", "job.toml:10:7: this is no http or https URL"},
      {crm + "url = \"https://api.hubapi.com/crm/v3\"\n",
       "job.toml:10:7: the CRM's url is that of its server, without a path: "
       "\"https://api.hubapi.com\", for example"},
      {crm + "version = \"v4\"\n",
       "job.toml:10:11: \"version\" is a date such as \"2026-09\", or \"v3\""},
      {crm + "orderid = \"x\"\n",
       "job.toml:10:1: unknown key \"orderid\" in [hubspot.crm]; did you mean \"order_id\"?"},
      {crm + "order_id = \"Order ID\"\n",
       "job.toml:10:12: \"Order ID\" is no name of a property: that has lower-case letters, digits "
       "and _ only"},
      {crm + "order_id = \"hs_object_id\"\n",
       "job.toml:10:12: HubSpot sets its order property \"hs_object_id\" by itself; name one of "
       "your own for it, such as [hubspot.crm] order_id = \"last_order_id\", or \"\" to leave it "
       "out"},
      {crm + "pipeline = \"7\"\n",
       "job.toml:10:12: \"pipeline\" is about orders, and none are made: name an order property "
       "with unique values by order_id"},
      {crm + "[hubspot.crm.order]\nskus = \"skus\"\n",
       "job.toml:10:1: \"order\" is about orders, and none are made: name an order property with "
       "unique values by order_id"},
      {crm + "[hubspot.crm.contact]\ntotal_revenue = \"total_revenue\"\n",
       "job.toml:11:17: HubSpot sets its contact property \"total_revenue\" by itself; name one of "
       "your own for it, such as [hubspot.crm.contact] total_revenue = \"last_total_revenue\", or "
       "\"\" to leave it out"},
      {crm + "[hubspot.crm.contact]\nskus = \"num_conversion_events\"\n",
       "job.toml:11:8: HubSpot sets its contact property \"num_conversion_events\" by itself; name "
       "one of your own for it, such as [hubspot.crm.contact] skus = \"last_skus\", or \"\" to "
       "leave it out"},
      {crm + "[hubspot.crm.contact.extra]\ntill = \"createdate\"\n",
       "job.toml:11:8: HubSpot sets its contact property \"createdate\" by itself; name one of "
       "your own for it, such as [hubspot.crm.contact.extra] till = \"last_till\", or \"\" to "
       "leave it out"},
      {crm + "[hubspot.crm.contact]\nskus = \"SKUs\"\n",
       "job.toml:11:8: \"SKUs\" is no name of a property: that has lower-case letters, digits and "
       "_ only"},
      {crm + "[hubspot.crm.contact]\nordernumber = \"x\"\n",
       "job.toml:11:1: unknown key \"ordernumber\" in [hubspot.crm.contact]; did you mean "
       "\"order_number\"?"},
      {crm + "[hubspot.crm.contact]\nemail = \"mail\"\n",
       "job.toml:11:1: unknown key \"email\" in [hubspot.crm.contact]"},
      {crm + "[hubspot.crm.contact]\nskus = \"city\"\n",
       "job.toml:11:8: the contact property \"city\" takes city already; name another for skus, or "
       "\"\" to leave one of them out"},
      {crm + "[hubspot.crm.contact]\nskus = \"email\"\n",
       "job.toml:11:8: the contact property \"email\" takes the e-mail address already; name "
       "another for skus, or \"\" to leave one of them out"},
      {orders + "[hubspot.crm.order]\nskus = \"order_key\"\n",
       "job.toml:12:8: the order property \"order_key\" takes order_id already; name another for "
       "skus, or \"\" to leave one of them out"},
      {orders + "[hubspot.crm.order.extra]\ntill = \"hs_order_name\"\n",
       "job.toml:12:8: the order property \"hs_order_name\" takes order_name already; name another "
       "for till, or \"\" to leave one of them out"},
      {crm + "order_id = \"hs_external_order_id\"\n",
       "job.toml:9:1: the order property \"hs_external_order_id\" takes order_id already; name "
       "another for order_number, or \"\" to leave one of them out"},
      {"portal_id = 7\n" + std::string(kForm) + kTotal +
           "[hubspot.purchase.otherwise]\nsink = \"leads\"\n",
       "job.toml:14:8: what a form does not take goes to sink = \"crm\" or \"csv\""},
      {"portal_id = 7\n" + std::string(kForm) + kTotal + kOtherwise + "form = \"x\"\n",
       "job.toml:15:8: what there is to say of the sink \"crm\" stands in [hubspot.crm]; \"form\" "
       "does not belong here"},
      {std::string(kPurchase) + kOtherwise,
       "job.toml:9:1: \"otherwise\" is for what a form does not take, beside sink = \"forms\""},
      {"portal_id = 7\n" + std::string(kForm) + kTotal + "[hubspot.crm]\n",
       "job.toml:13:1: [hubspot.crm] is for endpoints with sink = \"crm\": there is none"},
      {std::string(kPurchase) + "[hubspot.registration]\nsink = \"leads\"\n" +
           "url = \"http://127.0.0.1:8480/?app=leaddirector&FormName=new\"\n",
       "job.toml:9:1: the credential is the CRM's token, and a Leads endpoint would be sent it as "
       "its hapikey; put the two endpoints into two jobs, each with its own checkpoint file"},
  };
  for (const auto& [hubspot, message] : rows) {
    EXPECT_EQ(complaint(kAccount + hubspot + kSource), message) << hubspot;
  }
  std::string account(kAccount);
  account.resize(account.find("credential"));
  EXPECT_EQ(complaint(account + kPurchase + kSource),
            "job.toml:7:8: HubSpot's CRM takes nothing without a credential, a service key's "
            "token, and [hubspot] names none");
}

TEST_F(CrmEndpointTest, SendsPeoplesDataEncryptedUnlessTheJobSaysOtherwise) {
  const std::string crm =
      std::string(kPurchase) + "[hubspot.crm]\nurl = \"http://h.example.com\"\n";
  const Job plain = job(crm);
  EXPECT_EQ(error_of(ExitCode::usage, [&] { check_transport(plain); }),
            plain.name +
                ": [hubspot.crm] would send people's data unencrypted to h.example.com; "
                "use an https URL, or write plain_http = true below its url if that is "
                "meant");
  EXPECT_NO_THROW(check_transport(job(crm + "plain_http = true\n")));
}

}  // namespace
}  // namespace ordertail
