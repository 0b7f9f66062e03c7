#include "record/fragments.h"

#include <gmock/gmock.h>

#include <string>

#include "expect_error.h"
#include "record/line_pattern.h"

namespace ordertail {
namespace {

using testing::ElementsAre;

std::vector<std::string> match(const std::string& expression, std::string_view line) {
  const std::vector<std::string> names = group_names(expression);
  const LinePattern pattern(expression, names);
  std::vector<std::string_view> cells(names.size());
  if (!pattern.match(line, cells.data())) return {"no match"};
  return {cells.begin(), cells.end()};
}

TEST(Fragments, ReadALogAsGrokDoes) {
  EXPECT_THAT(
      match(R"(%{IPORHOST:client} %{USER} %{USER:user} \[%{HTTPDATE:time}\] )"
            R"("%{WORD:method} %{URIPATHPARAM:target} HTTP/%{NUMBER}" %{INT:status} %{NOTSPACE} )"
            R"(%{QS:referer} "%{DATA:agent}"%{GREEDYDATA:rest})",
            R"(2001:db8::7 - ann [18/Sep/2025:23:18:28 -0400] "GET /a?b=c HTTP/1.1" 200 - )"
            R"("x \" y" "Mozilla" and more)"),
      ElementsAre("2001:db8::7", "ann", "18/Sep/2025:23:18:28 -0400", "GET", "/a?b=c", "200",
                  R"("x \" y")", "Mozilla", " and more"));
  EXPECT_THAT(match("%{IP:ip} %{TIMESTAMP_ISO8601:at} %{HOSTNAME:host}%{SPACE}%{POSINT:n}",
                    "192.0.2.7 2025-01-01T00:00:00.123Z shop.example.com  42"),
              ElementsAre("192.0.2.7", "2025-01-01T00:00:00.123Z", "shop.example.com", "42"));
  EXPECT_THAT(match("%{POSINT:n}", "042"), ElementsAre("no match"));
}

TEST(Fragments, LeaveTheRestOfAnExpressionAlone) {
  EXPECT_EQ(with_fragments("100% (?P<a>x{2}) %%{IP}"), "100% (?P<a>x{2}) %{IP}");
  EXPECT_EQ(with_fragments("%{WORD}+"), "(?:[0-9A-Za-z_]+)+");
}

TEST(Fragments, TellWhatIsWrongAndWhere) {
  const auto error = [](const char* expression) {
    return error_of(ExitCode::usage, [&] { static_cast<void>(with_fragments(expression)); });
  };
  EXPECT_EQ(
      error("x %{IPV9:a}"),
      "The line pattern, column 3: there is no fragment \"IPV9\"; there are " + fragment_names());
  EXPECT_EQ(error("%{IP"), "The line pattern, column 1: this %{ is never closed");
  EXPECT_EQ(error("%{IP:a-b}"),
            "The line pattern, column 1: \"a-b\" is no name of a field: letters, digits and _");
}

TEST(LinePattern, TellsHowFarALineFits) {
  const LinePattern pattern(
      R"_((?P<ip>[^ ]+) [[](?P<time>[^]]*)] "(?P<r>[^"]*)" (?P<s>[0-9]{3})(?: x)?)_", {"ip"});
  const auto fault = [&](std::string_view line) {
    const LineFault found = pattern.fault(line);
    return std::to_string(found.reach) + ": " + found.why;
  };
  EXPECT_EQ(fault("192.0.2.7 t"), "10: `[[]` does not match there");
  EXPECT_EQ(fault(R"(192.0.2.7 [t] "GET /)"), "20: `\"` does not match there");
  EXPECT_EQ(fault(R"(192.0.2.7 [t] "GET /" 20)"), "22: `(?P<s>[0-9]{3})` does not match there");
  EXPECT_EQ(fault(R"(192.0.2.7 [t] "GET /" 200 y)"), "25: the expression is at its end there");
  EXPECT_EQ(LinePattern("a|b", {}).fault("c").why, "") << "a front of it is none of the whole";
}

}  // namespace
}  // namespace ordertail
