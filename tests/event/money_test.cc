#include "event/money.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "every_text.h"

namespace ordertail {
namespace {

std::optional<std::int64_t> amount(std::string_view text, NumberStyle style) {
  const auto money = parse_money(text, style);
  return money ? std::optional(money->ten_thousandths) : std::nullopt;
}

TEST(ParseMoney, ReadsEachStyle) {
  EXPECT_EQ(amount("1234.56", NumberStyle::plain), 12'345'600);
  EXPECT_EQ(amount("1,234.56", NumberStyle::comma_point), 12'345'600);
  EXPECT_EQ(amount("1.234,56", NumberStyle::point_comma), 12'345'600);
  EXPECT_EQ(amount("1 234,56", NumberStyle::space_comma), 12'345'600);
  EXPECT_EQ(amount("1\xC2\xA0"
                   "234,56",
                   NumberStyle::space_comma),
            12'345'600);
  EXPECT_EQ(amount("1\xE2\x80\xAF"
                   "234,56",
                   NumberStyle::space_comma),
            12'345'600);
  EXPECT_EQ(amount("1234,56", NumberStyle::plain_comma), 12'345'600);
}

TEST(ParseMoney, TakesSignsWholeAmountsAndUpToFourDecimals) {
  EXPECT_EQ(amount("0", NumberStyle::plain), 0);
  EXPECT_EQ(amount("-0.5", NumberStyle::plain), -5'000);
  EXPECT_EQ(amount("+7", NumberStyle::plain), 70'000);
  EXPECT_EQ(amount("0.0001", NumberStyle::plain), 1);
  EXPECT_EQ(amount("-12,345,678.9", NumberStyle::comma_point), -123'456'789'000);
  EXPECT_EQ(amount("12345678.9", NumberStyle::comma_point), 123'456'789'000);
  EXPECT_EQ(amount("007", NumberStyle::plain), 70'000);
  EXPECT_EQ(amount("100000000000000", NumberStyle::plain), 1'000'000'000'000'000'000);
}

TEST(ParseMoney, RefusesWhatIsNotWhollyAnAmountInItsStyle) {
  for (const char* text : {"",
                           "-",
                           "+",
                           ".",
                           ",",
                           "1,23",
                           "1.2.3",
                           "1e5",
                           "12,345.67890",
                           "1234,567",
                           "12,34,567",
                           ",123",
                           "1,,234",
                           "1,234,",
                           "1,234,5",
                           "1.",
                           ".5",
                           "0,123",
                           "(5.00)",
                           "--5",
                           "-+5",
                           " 5",
                           "5 ",
                           "1 234",
                           "0x10",
                           "NaN",
                           "1.23456",
                           "100000000000001",
                           "99999999999999999999999"}) {
    EXPECT_EQ(amount(text, NumberStyle::comma_point), std::nullopt) << text;
  }
  EXPECT_EQ(amount("1,234.56", NumberStyle::plain), std::nullopt);
  EXPECT_EQ(amount("1,23", NumberStyle::plain), std::nullopt);
  EXPECT_EQ(amount("1.234", NumberStyle::plain_comma), std::nullopt);
  EXPECT_EQ(amount("1.23", NumberStyle::point_comma), std::nullopt);
  EXPECT_EQ(amount("1 2345", NumberStyle::space_comma), std::nullopt);
  EXPECT_EQ(amount("100000000000000,01", NumberStyle::plain_comma), std::nullopt);
}

/// "1234.56 USD", "1234.56" when no currency is proven, or "no".
std::string price(std::string_view text, NumberStyle style) {
  const auto found = parse_price(text, style);
  if (!found) return "no";
  std::string written = to_string(found->money);
  if (!found->currency.empty()) written.append(" ").append(found->currency);
  return written;
}

TEST(ParsePrice, ReadsACurrencyAtOneEnd) {
  EXPECT_EQ(price("1234.50", NumberStyle::plain), "1234.50");
  EXPECT_EQ(price("$1,234.56", NumberStyle::comma_point), "1234.56");
  EXPECT_EQ(price("-$5.00", NumberStyle::plain), "-5.00");
  EXPECT_EQ(price("$-5.00", NumberStyle::plain), "-5.00");
  EXPECT_EQ(price("AU $3,000.00", NumberStyle::comma_point), "3000.00 AUD");
  EXPECT_EQ(price("C $3,000.00", NumberStyle::comma_point), "3000.00 CAD");
  EXPECT_EQ(price("CA$1.00", NumberStyle::plain), "1.00 CAD");
  EXPECT_EQ(price("US $1.00", NumberStyle::plain), "1.00 USD");
  EXPECT_EQ(price("EUR 90,00", NumberStyle::plain_comma), "90.00 EUR");
  EXPECT_EQ(price("90,00 EUR", NumberStyle::plain_comma), "90.00 EUR");
  EXPECT_EQ(price("£0.99", NumberStyle::plain), "0.99 GBP");
  EXPECT_EQ(price("1 234,50 €", NumberStyle::space_comma), "1234.50 EUR");
  EXPECT_EQ(price("1\u202F234,50\u00A0€", NumberStyle::space_comma), "1234.50 EUR");
  EXPECT_EQ(price("-1.234,50 kr", NumberStyle::point_comma), "-1234.50");
  EXPECT_EQ(price("¥1234", NumberStyle::plain), "1234.00");
}

TEST(ParsePrice, RefusesWhatIsMoreThanANumberAndACurrency) {
  for (const char* text : {"$",      "USD",  "$ ",   "€€5",     "$5 USD", "5  EUR", "EUR5EUR",
                           "-$-5",   "+$-5", "$+-5", "--$5",    "($5)",   "5 eur",  "EURO 5",
                           "5 EURO", "5$-",  "$.50", "5 stars", "A 5",    "- 5",    "$1,23"}) {
    EXPECT_EQ(price(text, NumberStyle::comma_point), "no") << text;
  }
  EXPECT_EQ(price("$1,234", NumberStyle::plain), "no");
  EXPECT_EQ(price("1 234,50 €", NumberStyle::plain_comma), "no");
}

TEST(Money, IsWrittenWithAtLeastTwoDecimals) {
  EXPECT_EQ(to_string(Money{1'423'100}), "142.31");
  EXPECT_EQ(to_string(Money{-5'000}), "-0.50");
  EXPECT_EQ(to_string(Money{100'025}), "10.0025");
  EXPECT_EQ(to_string(Money{100'020}), "10.002");
  EXPECT_EQ(to_string(Money{0}), "0.00");
  EXPECT_EQ(to_string(Money{-1}), "-0.0001");
}

/// `plain`, as to_string() writes it, in another style.
std::string styled(const std::string& plain, NumberStyle style, bool grouped) {
  const bool negative = plain.front() == '-';
  std::string whole = plain.substr(negative ? 1 : 0, plain.find('.') - (negative ? 1 : 0));
  const std::string decimals = plain.substr(plain.find('.') + 1);
  std::string separator;
  if (style == NumberStyle::comma_point) separator = ",";
  if (style == NumberStyle::point_comma) separator = ".";
  if (style == NumberStyle::space_comma) separator = "\xC2\xA0";
  for (std::size_t i = whole.size(); grouped && i > 3; i -= 3) whole.insert(i - 3, separator);
  const bool point = style == NumberStyle::plain || style == NumberStyle::comma_point;
  return (negative ? "-" : "") + whole + (point ? "." : ",") + decimals;
}

TEST(Money, ComesBackFromEveryStyle) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 20'000; ++round) {
    const auto size = static_cast<std::int64_t>(random() >> (1 + random() % 63));
    const Money money{size % 1'000'000'000'000'000'000 * (random() % 2 == 0 ? 1 : -1)};
    for (const NumberStyle style : kNumberStyles) {
      for (const bool grouped : {false, true}) {
        const std::string text = styled(to_string(money), style, grouped);
        ASSERT_EQ(parse_money(text, style), money) << text;
      }
    }
  }
}

TEST(Money, ComesBackWithItsCurrencyFromEveryStyle) {
  struct Sign {
    std::string written, proves;
  };
  const Sign kSigns[] = {{"$", ""},       {"€", "EUR"},    {"£", "GBP"},   {"kr", ""},
                         {"AU $", "AUD"}, {"US $", "USD"}, {"C $", "CAD"}, {"CHF", "CHF"},
                         {"CA $", "CAD"}, {"¥", ""}};
  const std::string kBlanks[] = {"", " ", "\u00A0", "\u202F"};
  std::mt19937_64 random(8);
  for (int round = 0; round < 5'000; ++round) {
    const Money money{static_cast<std::int64_t>(random() >> (5 + random() % 59))};
    const Sign& sign = kSigns[random() % std::size(kSigns)];
    const std::string& blank = kBlanks[random() % std::size(kBlanks)];
    for (const NumberStyle style : kNumberStyles) {
      const std::string number = styled(to_string(money), style, random() % 2 == 0);
      const Price expected{money, sign.proves};
      const Price negative{Money{-money.ten_thousandths}, sign.proves};
      const std::string before = sign.written + blank + number;
      const std::string after = number + blank + sign.written;
      ASSERT_EQ(parse_price(before, style), expected) << before;
      ASSERT_EQ(parse_price(after, style), expected) << after;
      ASSERT_EQ(parse_price("-" + before, style), negative) << before;
      ASSERT_EQ(parse_price("-" + after, style), negative) << after;
    }
  }
}

/// 1 to 3 digits that begin with no zero, one of `separators`, 3 digits.
bool is_one_group_or_three_decimals(std::string_view text) {
  const std::size_t at = text.find_first_of(",.");
  return at != text.npos && at >= 1 && at <= 3 && text.front() != '0' && text.size() == at + 4 &&
         text.find_first_not_of("0123456789") == at &&
         text.find_first_not_of("0123456789", at + 1) == text.npos;
}

// What two styles read differently is of a form that both write: one separator before three digits.
TEST(NumberStyle, MisreadsNoOtherStylesText) {
  std::size_t ambiguous = 0;
  for_every_text("01,. ", 7, [&](const std::string& text) {
    std::set<std::int64_t> readings;
    for (const NumberStyle style : kNumberStyles) {
      if (const auto read = amount(text, style)) readings.insert(*read);
    }
    const bool differ = readings.size() > 1;
    ASSERT_EQ(differ, is_one_group_or_three_decimals(text)) << text;
    ambiguous += differ ? 1 : 0;
  });
  EXPECT_EQ(ambiguous, (1 + 2 + 4) * 2 * 8);
}

TEST(NumberStyle, IsNamedByAnExampleOfItself) {
  for (const NumberStyle style : kNumberStyles) {
    EXPECT_EQ(number_style(example(style)), style);
    EXPECT_EQ(amount(example(style), style), 12'345'600);
  }
  EXPECT_EQ(number_style("1.234"), std::nullopt);
  EXPECT_EQ(number_style(""), std::nullopt);
}

}  // namespace
}  // namespace ordertail
