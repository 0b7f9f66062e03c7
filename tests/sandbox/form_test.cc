#include "sandbox/form.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

namespace ordertail::sandbox {
namespace {

std::string percent_encoded(const std::string& text) {
  std::string encoded;
  for (const char c : text) encoded += fmt::format("%{:02x}", static_cast<unsigned char>(c));
  return encoded;
}

TEST(Form, KeepsOrderRepetitionAndEmptyValues) {
  const Form expected = {{"b", "1"}, {"a", ""}, {"b", "2=3"}, {"c", ""}, {"", "x"}};
  EXPECT_EQ(parse_form("b=1&a=&&b=2=3&c&=x&"), expected);
  EXPECT_EQ(parse_form(""), Form());
}

TEST(Form, DecodesPlusAndEscapesOfEitherCase) {
  const Form expected = {{"First Name", "J\xC3\xBCrgen+&="}};
  EXPECT_EQ(parse_form("First+Name=J%c3%BCrgen%2b%26%3D"), expected);
}

TEST(Form, WhateverIsEscapedComesBack) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    Form form(random() % 5);
    std::string text;
    for (FormField& field : form) {
      field.name = std::string(1 + random() % 4, static_cast<char>(random()));
      field.value = std::string(random() % 40, static_cast<char>(random()));
      text += "&" + percent_encoded(field.name) + "=" + percent_encoded(field.value);
    }
    ASSERT_EQ(parse_form(text), form) << text;
  }
}

TEST(Form, RefusesAnEscapeWithoutItsDigits) {
  for (const char* text : {"%", "a=%4", "a=%4&b=1", "a=%zz", "%g1=1", "a=100%", "a=%+1"}) {
    EXPECT_EQ(parse_form(text), std::nullopt) << text;
  }
}

TEST(Form, FindsTheLastOfANameWithoutRegardToCase) {
  const Form form = {{"Email", "first"}, {"EMAIL", "last"}, {"eMail2", "other"}};
  EXPECT_EQ(value_of(form, "email"), "last");
  EXPECT_EQ(value_of(form, "Phone"), "");
  EXPECT_EQ(find_field(form, "Phone"), nullptr);
}

}  // namespace
}  // namespace ordertail::sandbox
