#include "base/controls.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

namespace ordertail {
namespace {

std::string utf8(unsigned code) {
  const auto byte = [](unsigned value) { return static_cast<char>(value); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | code >> 6U), byte(0x80 | (code & 0x3FU))};
  return {byte(0xE0 | code >> 12U), byte(0x80 | (code >> 6U & 0x3FU)), byte(0x80 | (code & 0x3FU))};
}

TEST(Controls, AreWhatUnicodeSaysTheyAre) {
  std::set<unsigned> expected{0x7F, 0x61C, 0x200E, 0x200F, 0x2028, 0x2029};
  for (unsigned code = 0; code < 0x20; ++code) expected.insert(code);
  for (unsigned code = 0x80; code < 0xA0; ++code) expected.insert(code);
  for (unsigned code = 0x202A; code <= 0x202E; ++code) expected.insert(code);
  for (unsigned code = 0x2066; code <= 0x2069; ++code) expected.insert(code);
  for (unsigned code = 0; code < 0x10000; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;  // no characters
    EXPECT_EQ(is_control(utf8(code)), expected.count(code) == 1) << code;
  }
  EXPECT_FALSE(is_control("\xF0\x9F\x98\x80"));
}

TEST(Controls, AreEscapedByTheirNumber) {
  for (unsigned code = 0; code < 0x10000; ++code) {
    if (!is_control(utf8(code))) continue;
    std::string out = "before ";
    append_json_escape(utf8(code), out);
    EXPECT_EQ(out, fmt::format("before \\u{:04x}", code));
  }
}

}  // namespace
}  // namespace ordertail
