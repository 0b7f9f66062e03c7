#include "app/endpoint.h"

#include <gtest/gtest.h>

namespace ordertail {
namespace {

TEST(EndpointTest, SplitsUrls) {
  const UrlParts url = split_url("https://shop.example.com:8443/a/b?app=leaddirector#x");
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.authority, "shop.example.com:8443");
  EXPECT_EQ(url.host, "shop.example.com");
  EXPECT_EQ(url.target, "/a/b?app=leaddirector#x");
  EXPECT_EQ(split_url("http://[::1]:8480/x").host, "[::1]");
  EXPECT_EQ(split_url("http://h").target, "");
}

TEST(EndpointTest, RefusesWhatIsNoUrlOrHoldsMoreThanItShould) {
  for (const char* url : {"", "shop.example.com", "ftp://h/", "http://", "http:///x",
                          "http://user:word@h/", "http://h/a b", "http://h/\n", "http://h\x7f/"}) {
    EXPECT_EQ(split_url(url).host, "") << url;
  }
}

TEST(EndpointTest, OnlyTheLoopbackIsLoopback) {
  for (const char* host : {"localhost", "127.0.0.1", "127.9.9.9", "[::1]"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
  for (const char* host : {"128.0.0.1", "127.0.0.1.example.com", "127.", "127.1",
                           "localhost.example.com", "example.com", "0.0.0.0"}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

TEST(EndpointTest, ALeadsUrlNamesAppAndForm) {
  EXPECT_EQ(fault_of_leads_url("http://h/?app=leaddirector&FormName=A+B%21"), "");
  EXPECT_EQ(form_name("http://h/?app=leaddirector&FormName=A+B%21"), "A B!");
  EXPECT_EQ(fault_of_leads_url("nonsense"), "this is no http or https URL");
  EXPECT_EQ(
      fault_of_leads_url("http://h/?FormName=X"),
      "a Leads API URL has app=leaddirector in its query; copy the API POST URL from HubSpot's "
      "settings");
  EXPECT_EQ(fault_of_leads_url("http://h/?app=leaddirector"),
            "a Leads API URL names its form: FormName=new_registration, for example");
}

TEST(EndpointTest, AFormsUrlNamesItsFormInItsPath) {
  const std::string guid = "6f2ccdfe-4892-4ffa-8593-940b12c11aa1";
  for (const std::string& url : {"https://h/submit/62515/" + guid, "https://h/" + guid + "/submit",
                                 "https://h/" + guid + "?x=/y", "https://h//" + guid + "#z"}) {
    EXPECT_EQ(form_guid(url), guid) << url;
    EXPECT_EQ(fault_of_forms_url(url), "") << url;
  }
  for (const std::string& url :
       {"https://h?f=/" + guid, "https://h/x" + guid, std::string("https://h/62515/"),
        std::string("https://h"), "ftp://h/" + guid}) {
    EXPECT_EQ(form_guid(url), "") << url;
    EXPECT_NE(fault_of_forms_url(url), "") << url;
  }
}

}  // namespace
}  // namespace ordertail
