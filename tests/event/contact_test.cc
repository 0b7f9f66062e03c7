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
  for (const char* text : {"", "-", " - ", "192.0.2.7", "198.51.100.4:80", "a - b"}) {
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

}  // namespace
}  // namespace ordertail
