#include "event/money.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace ordertail {
namespace {

constexpr std::array kStyles{NumberStyle::plain, NumberStyle::comma_point, NumberStyle::point_comma,
                             NumberStyle::space_comma, NumberStyle::plain_comma};

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
                           "$5",
                           "5 USD",
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
    for (const NumberStyle style : kStyles) {
      for (const bool grouped : {false, true}) {
        const std::string text = styled(to_string(money), style, grouped);
        ASSERT_EQ(parse_money(text, style), money) << text;
      }
    }
  }
}

TEST(NumberStyle, IsNamedByAnExampleOfItself) {
  for (const NumberStyle style : kStyles) {
    EXPECT_EQ(number_style(example(style)), style);
    EXPECT_EQ(amount(example(style), style), 12'345'600);
  }
  EXPECT_EQ(number_style("1.234"), std::nullopt);
  EXPECT_EQ(number_style(""), std::nullopt);
}

}  // namespace
}  // namespace ordertail
