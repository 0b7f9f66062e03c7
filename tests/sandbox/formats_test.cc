#include "sandbox/formats.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace ordertail::sandbox {
namespace {

TEST(Formats, ATokenIs32LowerCaseHexadecimalDigits) {
  const std::string token = "60c2ccdfe4892f0fa0593940b12c11aa";
  EXPECT_TRUE(is_hutk(token));
  for (std::size_t at = 0; at < token.size(); ++at) {
    for (const char bad : {'g', 'A', '-', ' ', '\0'}) {
      std::string other = token;
      other[at] = bad;
      EXPECT_FALSE(is_hutk(other)) << other;
    }
    EXPECT_FALSE(is_hutk(token.substr(at + 1)));
  }
  EXPECT_FALSE(is_hutk(token + "0"));
  EXPECT_FALSE(is_hutk("37184"));
}

TEST(Formats, AnIpAddressIsOneOfEitherKindAndNothingElse) {
  for (const char* good : {"192.0.2.7", "2001:db8::1", "::ffff:192.0.2.7", "0.0.0.0"}) {
    EXPECT_TRUE(is_ip_address(good)) << good;
  }
  for (const char* bad : {"", "192.0.2", "192.0.2.256", "192.0.2.7 ", "192.0.2.7:80", "2001:db8",
                          "[2001:db8::1]", "fe80::1%eth0", "example.com", "192.0.2.07", "-"}) {
    EXPECT_FALSE(is_ip_address(bad)) << bad;
  }
  EXPECT_FALSE(is_ip_address(std::string_view("192.0.2.7\0", 10)));
}

TEST(Formats, APageUriHoldsOnlyWhatAUriMayHold) {
  for (const char* good : {"www.example.com/page", "https://example.com/a%20b?c=d&e=%C3%BC#f",
                           "/checkout/success", "http://[2001:db8::1]/"}) {
    EXPECT_TRUE(is_page_uri(good)) << good;
  }
  for (const char* bad : {"", "https://example.com/a b", "https://example.com/ü", "/a%2", "/a%zz",
                          "/a%", "/<x>", "/\"", "/a\\b", "/a|b", "/{a}", "/a\n"}) {
    EXPECT_FALSE(is_page_uri(bad)) << bad;
  }
}

TEST(Formats, ADateIsADayOfTheCalendarOrAMidnight) {
  // The calendar, counted by hand rather than by the library that the rule uses.
  const auto days_in = [](int month, int year) {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 ? (leap ? 29 : 28)
                      : (month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31);
  };
  for (const int year : {1900, 2000, 2023, 2024}) {
    for (int month = 0; month <= 13; ++month) {
      for (int day = 0; day <= 32; ++day) {
        const bool exists = month >= 1 && month <= 12 && day >= 1 && day <= days_in(month, year);
        const std::string text = fmt::format("{}-{:02}-{:02}", year, month, day);
        ASSERT_EQ(is_date(text), exists) << text;
      }
    }
  }
  EXPECT_TRUE(is_date("1652659200000"));
  EXPECT_TRUE(is_date("0"));
  EXPECT_TRUE(is_date("-86400000"));
  for (const char* bad :
       {"", "12/31/2023", "2023-12-31T00:00:00Z", "1652659200001", "1579179660000", "2023-1-2",
        " 2023-12-31", "1652659200000 ", "+0", "1.0", "99999999999999999999"}) {
    EXPECT_FALSE(is_date(bad)) << bad;
  }
}

TEST(Formats, ADatetimeHasAnOffsetOrCountsMilliseconds) {
  for (const char* good :
       {"2023-12-31T23:59:59Z", "2023-12-31T23:59:59.123Z", "2023-12-31T00:00+01:00",
        "2024-02-29T12:30:00-05:30", "1579179660000"}) {
    EXPECT_TRUE(is_datetime(good)) << good;
  }
  for (const char* bad :
       {"", "2023-12-31", "2023-12-31T23:59:59", "2023-12-31 23:59:59Z", "2023-12-31T24:00:00Z",
        "2023-12-31T23:60:00Z", "2023-12-31T23:59:60Z", "2023-02-29T00:00:00Z",
        "2023-12-31T23:59:59.Z", "2023-12-31T23:59:59+1:00", "2023-12-31T23:59:59+15:00",
        "2023-12-31T23:59:59+01:60", "2023-12-31T23:59:59ZZ", "12/31/2023", "2023-12-31T23:59:"}) {
    EXPECT_FALSE(is_datetime(bad)) << bad;
  }
}

TEST(Formats, ANumberHasDigitsOnBothSidesOfItsPoint) {
  for (const char* good : {"0", "142", "142.31", "-5.00", "007"}) EXPECT_TRUE(is_number(good));
  for (const char* bad :
       {"", "-", ".", "1.", ".5", "1,5", "1.2.3", "1e3", "+1", " 1", "1 ", "EUR"}) {
    EXPECT_FALSE(is_number(bad)) << bad;
  }
}

TEST(Formats, ACurrencyCodeIsThreeCapitals) {
  EXPECT_TRUE(is_currency_code("EUR"));
  for (const char* bad : {"", "EU", "EURO", "eur", "E R", "€"}) {
    EXPECT_FALSE(is_currency_code(bad)) << bad;
  }
}

}  // namespace
}  // namespace ordertail::sandbox
