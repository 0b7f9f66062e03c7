#include "sandbox/strict_json.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ordertail::sandbox {
namespace {

using testing::StartsWith;

TEST(StrictJson, ReadsOneValue) {
  const ParsedJson parsed = parse_strictly(R"( {"a":[1,"\u00fc",{"a":null}],"b":{"a":2}} )");
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.value.at("b").at("a"), 2);
}

TEST(StrictJson, SaysWhereItGoesWrong) {
  EXPECT_THAT(parse_strictly("{\"a\":\n tru}").error, StartsWith("line 2, column 5: "));
  EXPECT_THAT(parse_strictly("").error, StartsWith("line 1, column 1: "));
  for (const char* bad :
       {"{}{}", "{} x", "{\"a\":1,}", "{'a':1}", "{\"a\":01}", "[1,]", "NaN", "{\"a\":1e999}",
        "\"\xff\"", "\"\xc3\"", "\"\n\"", "// c\n1", "\"\\ud800\""}) {
    EXPECT_NE(parse_strictly(bad).error, "") << bad;
  }
}

TEST(StrictJson, AKeyOccursOnceInAnObject) {
  EXPECT_EQ(parse_strictly(R"({"a":1,"b":2,"a":1})").error,
            "the key 'a' occurs twice in an object");
  EXPECT_EQ(parse_strictly(R"([{"a":1},{"x":{"b":1,"\u0062":2}}])").error,
            "the key 'b' occurs twice in an object");
}

TEST(StrictJson, DepthIsNoDanger) {
  const std::string deep(1U << 17U, '[');
  EXPECT_NE(parse_strictly(deep).error, "");
  EXPECT_EQ(parse_strictly(std::string(50'000, '[') + std::string(50'000, ']')).error, "");
}

}  // namespace
}  // namespace ordertail::sandbox
