#include "event/contact.h"

#include <gtest/gtest.h>

#include <string>

namespace ordertail {
namespace {

using namespace std::string_literals;

TEST(IsEmail, TakesWhatPeopleHave) {
  for (const char* text :
       {"ann@example.com", "a@b.co", "ann.lee+shop@mail.example.com", "o'brien@example.ie",
        "x_1-2@ex-ample.com", "J\xC3\xBCrgen@m\xC3\xBCller.example", "a..b@example.com",
        "1@1.example"}) {
    EXPECT_TRUE(is_email(text)) << text;
  }
  EXPECT_TRUE(is_email(std::string(64, 'a') + "@example.com"));
  EXPECT_TRUE(is_email("a@" + std::string(248, 'b') + ".com"));
}

TEST(IsEmail, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "@",
                           "ann",
                           "ann@",
                           "@example.com",
                           "ann@example",
                           "ann@@example.com",
                           "a@b@example.com",
                           "ann lee@example.com",
                           "ann@exam ple.com",
                           ".ann@example.com",
                           "ann.@example.com",
                           "ann@.example.com",
                           "ann@example..com",
                           "ann@example.com.",
                           "ann@-example.com",
                           "ann@example-.com",
                           "ann@example.com-",
                           "<ann@example.com>",
                           "ann@example.com,bob@example.com",
                           "ann@example.com\n",
                           "ann@exam_ple.com",
                           "\"ann\"@example.com"}) {
    EXPECT_FALSE(is_email(text)) << text;
  }
  EXPECT_FALSE(is_email("ann\0@example.com"s));
  EXPECT_FALSE(is_email("ann\x7F@example.com"));
  EXPECT_FALSE(is_email(std::string(65, 'a') + "@example.com"));
  EXPECT_FALSE(is_email("a@" + std::string(249, 'b') + ".com"));
}

TEST(IsIp, TakesBothFamilies) {
  for (const char* text : {"192.0.2.7", "0.0.0.0", "2001:db8::7", "::", "::ffff:192.0.2.7",
                           "2001:0db8:0000:0000:0000:0000:0000:0007"}) {
    EXPECT_TRUE(is_ip(text)) << text;
  }
}

TEST(IsIp, RefusesWhatIsNone) {
  for (const char* text :
       {"", "-", "192.0.2", "192.0.2.256", "192.0.2.7:80", "192.0.2.07", "[2001:db8::7]",
        "fe80::1%eth0", "2001:db8:::7", "example.com", "192.0.2.7 ", "1",
        "2001:0db8:0000:0000:0000:0000:0000:0000000000000000007"}) {
    EXPECT_FALSE(is_ip(text)) << text;
  }
  EXPECT_FALSE(is_ip("192.0.2.7\0"s));
}

TEST(VisitorIp, IsTheFirstOfTwoThatIsOne) {
  EXPECT_EQ(visitor_ip("192.0.2.7 - 198.51.100.4"), "192.0.2.7");
  EXPECT_EQ(visitor_ip("2001:db8::1 - 198.51.100.4"), "2001:db8::1");
  EXPECT_EQ(visitor_ip(". - 198.51.100.4"), "198.51.100.4");
  EXPECT_EQ(visitor_ip("- 198.51.100.4"), "198.51.100.4");
  for (const char* text : {"", "-", " - ", "192.0.2.7", "2001:db8::7", "a - b", "unknown"}) {
    EXPECT_EQ(visitor_ip(text), text);
  }
}

TEST(VisitorIp, IsTheFirstOfAListAndHasNoPort) {
  for (const char* text :
       {"203.0.113.9, 10.0.0.1", "203.0.113.9,10.0.0.1:80", "unknown, 203.0.113.9",
        "203.0.113.9:4444", "203.0.113.9:4444, [2001:db8::1]:443"}) {
    EXPECT_EQ(visitor_ip(text), "203.0.113.9") << text;
  }
  for (const char* text :
       {"[2001:db8::1]:443", "[2001:db8::1]", "_x, [2001:db8::1]:443, 10.0.0.1"}) {
    EXPECT_EQ(visitor_ip(text), "2001:db8::1") << text;
  }
  for (const char* text :
       {"2001:db8::1:443", "unknown, _x", "[2001:db8::1", "[", ":", ",", "a:1"}) {
    EXPECT_EQ(visitor_ip(text), text);
  }
}

TEST(IsVisitorToken, IsThirtyTwoLowerCaseHexadecimalDigits) {
  EXPECT_TRUE(is_visitor_token("60c2ccdfe4892f0fa0593940b12c11aa"));
  EXPECT_FALSE(is_visitor_token("60C2CCDFE4892F0FA0593940B12C11AA"));
  EXPECT_FALSE(is_visitor_token("60c2ccdfe4892f0fa0593940b12c11a"));
  EXPECT_FALSE(is_visitor_token("60c2ccdfe4892f0fa0593940b12c11aaa"));
  EXPECT_FALSE(is_visitor_token("60c2ccdfe4892f0fa0593940b12c11ag"));
  EXPECT_FALSE(is_visitor_token(""));
}

constexpr const char* kToken = "60c2ccdfe4892f0fa0593940b12c11aa";
constexpr const char* kHstc =
    "230861184.60c2ccdfe4892f0fa0593940b12c11aa.1526298447715.1526298447715.1526298447715.1";

TEST(VisitorToken, IsFoundWhereALogOrAFormKeepsIt) {
  const std::string token = kToken;
  const std::string hstc = kHstc;
  for (const std::string& text : {
           token,
           hstc,
           "hubspotutk=" + token,
           "a=b; hubspotutk=" + token + "; c=d",
           "a=b;+hubspotutk=" + token + ";+c=d",    // IIS
           "a=b;%20hubspotutk=" + token + ";%20c",  // CloudFront
           "a=b;%2520hubspotutk=" + token,
           "{shop.example.com|a=b; hubspotutk=" + token + "|curl/8.1} {}",  // HAProxy
           "{99c2ccdfe4892f0fa0593940b12c11aa|hubspotutk=short|https://a.example/?__hstc=" + hstc +
               "}",
           "__hstc=" + hstc + "; a=b",
           "hubspotutk=short; __hstc=" + hstc,
           "__hstc=1.99c2ccdfe4892f0fa0593940b12c11aa.1.2.3.4; hubspotutk=" + token,
           "https://shop.example.com/?a=b&__hstc=" + hstc + "&c=d#top",
           "/?__hstc=" + hstc,
       }) {
    EXPECT_EQ(visitor_token(text), token) << text;
  }
}

TEST(VisitorToken, IsNoneWhereAnotherNameOrPlaceHasIt) {
  const std::string token = kToken;
  const std::string hstc = kHstc;
  for (const std::string& text : {
           std::string(), "xhubspotutk=" + token, "a=hubspotutk=" + token,
           "a=b hubspotutk=" + token, "HUBSPOTUTK=" + token, "__hstc=" + token, "1." + token,
           "https://shop.example.com/?hubspotutk=" + token,  // anyone may write that into a link
           "https://shop.example.com/?x__hstc=" + hstc, "https://shop.example.com/#?__hstc=" + hstc,
           "/__hstc=" + hstc,
           "{" + token + "|" + hstc + "|a=" + token + "|a.b.c.d.e.f} {hubspotutk=short}",
           "{https://shop.example.com/?#7Chubspotutk=" + token + "}",  // a | within a link
       }) {
    EXPECT_EQ(visitor_token(text), "") << text;
  }
  EXPECT_EQ(visitor_token("short"), "short") << "it wants to be one";
  EXPECT_EQ(visitor_token("a=b; hubspotutk=short"), "short");
}

}  // namespace
}  // namespace ordertail
