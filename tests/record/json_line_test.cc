#include "record/json_line.h"

#include <gmock/gmock.h>

#include <deque>
#include <optional>
#include <string>

#include "expect_error.h"

namespace ordertail {
namespace {

using testing::ElementsAre;
using testing::Optional;

const JsonForm kForm{{"a", "b.c", "b.d", "status"}, {"status"}};

std::optional<std::vector<std::string>> read(std::string_view line) {
  const JsonLine json(kForm, {"b.c", "a", "status"});
  std::vector<std::string_view> cells(3);
  std::deque<std::string> texts;
  if (!json.match(line, cells.data(), texts)) return std::nullopt;
  return std::vector<std::string>(cells.begin(), cells.end());
}

std::string why(std::string_view line) {
  const LineFault fault = JsonLine(kForm, {"a"}).fault(line);
  return std::to_string(fault.reach) + ": " + fault.why;
}

TEST(JsonLine, PicksValuesByTheirPaths) {
  EXPECT_THAT(read(R"({"a":"x","b":{"c":"y","a":"no"},"status":200})"),
              Optional(ElementsAre("y", "x", "200")));
  EXPECT_THAT(read(R"({"status":200,"b":{"d":[{"c":"no"}],"c":["y","z"]},"c":"no"})"),
              Optional(ElementsAre("y; z", "", "200")));
  EXPECT_THAT(read(R"({"a":true,"b":{"c":null},"status":1646861401.5241})"),
              Optional(ElementsAre("", "true", "1646861401.5241")));
  EXPECT_THAT(
      read(R"({"a":"\u00e4\ud83d\ude00\" \u0026","b":{"c":"first"},"status":1,"b":{"c":"last"}})"),
      Optional(ElementsAre("last", "\xC3\xA4\xF0\x9F\x98\x80\" &", "1")));
}

TEST(JsonLine, TakesOnlyOneWholeObjectWithWhatIsNeeded) {
  for (const std::string_view line :
       {"", "7", "[]", R"(["status"])", R"({"status":200)", R"({"status":200} {})", R"({"a":"x"})",
        R"({"status":{}})", R"({"status":[]})", "{\"status\":\"\xFF\"}", R"({"status":"\ud800"})",
        R"({"status":NaN})", R"({"status":01})"}) {
    EXPECT_EQ(read(line), std::nullopt) << line;
  }
  EXPECT_EQ(read(std::string_view("{\"status\":200}\0", 15)), std::nullopt)
      << "a parser may take a NUL for the end";
}

TEST(JsonLine, IsNotOverwhelmedByDepth) {
  const std::string deep(500'000, '[');
  EXPECT_EQ(read(R"({"status":200,"a":)" + deep), std::nullopt);
  std::string closed = R"({"status":200,"a":)" + deep;
  closed.append(deep.size(), ']');
  EXPECT_THAT(read(closed + "}"), Optional(ElementsAre("", "", "200")));
}

TEST(JsonLine, TellsWhereAndWhyALineIsNone) {
  EXPECT_EQ(why("x"), "0: it is no JSON object from its column 1 on");
  EXPECT_EQ(why(R"({"status":200,"a":x})"), "18: it is no JSON object from there on");
  EXPECT_EQ(why(R"({"a":"x"})"), "0: it has no value \"status\"");
}

TEST(JsonLine, NamesTheValuesWhereOneIsWantedThatIsNone) {
  EXPECT_EQ(error_of(ExitCode::usage, [] { JsonLine(kForm, {"b"}); }),
            "The log has no value \"b\"; it may have a, b.c, b.d, status.");
}

}  // namespace
}  // namespace ordertail
