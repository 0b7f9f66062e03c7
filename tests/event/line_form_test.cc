#include "event/line_form.h"

#include <gmock/gmock.h>

#include <string>

#include "event/pattern.h"
#include "expect_error.h"
#include "record/fragments.h"

namespace ordertail {
namespace {

using testing::ElementsAre;

Pattern pattern_of(const std::string& line) {
  return parse_pattern(R"(
name = "p"
describes = "d"
verified = "v"
[line]
)" + line + "\n[[sample]]\ninput = ''\n",
                       "p.toml");
}

TEST(LineForm, IsCutAsItSays) {
  const Pattern format = pattern_of("format = '$client \"$r\"'\nrequest = 'r'\nescapes = 'hash'");
  EXPECT_THAT(format.line->columns(), ElementsAre("client", "r"));
  EXPECT_THAT(format.line->needed(), ElementsAre("r"));
  const Pattern table = pattern_of(
      "path = 'p'\nquery = 'q'\nstatus = 's'\nencoded_twice = true\n"
      "table = { naming = '#F:', columns = ['p', 'q', 's'] }");
  EXPECT_THAT(table.line->needed(), ElementsAre("p", "s"));
  EXPECT_TRUE(table.line->encoded_twice);
  const Pattern json = pattern_of("target = 'a.b'\njson = { columns = ['a.b', 'c'] }");
  EXPECT_THAT(json.line->columns(), ElementsAre("a.b", "c"));
  EXPECT_TRUE(json.line->has_request());
  EXPECT_FALSE(json.line->tells_method());
  const Pattern fragments = pattern_of("regex = '%{IP:ip} (?P<r>.*)'\nrequest = 'r'");
  EXPECT_THAT(fragments.line->columns(), ElementsAre("ip", "r"));
}

TEST(LineForm, TellsWhatIsWrong) {
  const auto error = [](const std::string& line) {
    return error_of(ExitCode::usage, [&] { static_cast<void>(pattern_of(line)); });
  };
  EXPECT_EQ(error("format = '$a'\nregex = 'b'"),
            "p.toml:7:9: a line is cut in one way: this has format already");
  EXPECT_EQ(error("log_format = '$request'\njson = { columns = ['a'] }"),
            "p.toml:7:8: a line is cut in one way: this has log_format already");
  EXPECT_EQ(error("format = '$a$b'"),
            "p.toml:6:10: column 3: nothing stands between $a and $b, so nobody can tell where one "
            "ends; put a blank between them");
  EXPECT_EQ(error("format = '$a'\nescapes = 'xml'"),
            "p.toml:7:11: \"escapes\" must be one of \"backslash\", \"hash\", \"json\" and "
            "\"none\"");
  EXPECT_EQ(error("format = '$a'\nrequest = 'b'"), "p.toml:7:11: the log has no field \"b\"");
  EXPECT_EQ(error("regex = '(?P<a>x)'\nuser_agent = 'b'"),
            "p.toml:7:14: the expression has no group \"b\"");
  EXPECT_EQ(error("regex = '%{IPV9:a}'"),
            "p.toml:6:9: The line pattern, column 1: there is no fragment \"IPV9\"; there are " +
                fragment_names());
}

}  // namespace
}  // namespace ordertail
