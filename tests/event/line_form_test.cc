#include "event/line_form.h"

#include <gmock/gmock.h>

#include <string>

#include "event/pattern.h"
#include "event/selection.h"
#include "expect_error.h"
#include "record/fragments.h"

namespace ordertail {
namespace {

using testing::ElementsAre;

Pattern read(const std::string& toml) {
  TomlTable table = TomlTable::parse(toml, "job.toml");
  Pattern pattern;
  EXPECT_TRUE(read_server_format(table, pattern));
  return pattern;
}

std::size_t field_index(std::string_view key) {
  std::size_t index = 0;
  while (kTextFields.at(index).key != key) ++index;
  return index;
}

TEST(ServerFormat, KnowsWhatNginxsVariablesMean) {
  const Pattern pattern =
      read(R"(log_format = '$remote_addr [$time_local] "$request" $status "$cookie_hubspotutk"')");
  EXPECT_EQ(pattern.line->request, "$request");
  EXPECT_EQ(pattern.line->status, "$status");
  const MappingSpec& purchase = pattern.mapping(Kind::purchase);
  EXPECT_THAT(purchase.occurred_at.at(0).columns, ElementsAre("$time_local"));
  EXPECT_THAT(purchase.occurred_at.at(0).formats, ElementsAre("%d/%b/%Y:%T %z"));
  EXPECT_FALSE(purchase.wanted) << "which requests are conversions is for the job to say";
}

TEST(ServerFormat, KnowsWhatApachesDirectivesMean) {
  const Pattern pattern =
      read(R"(LogFormat = '%a %T %{%F %T %z}t "%m %U%q" %>s "%{hubspotutk}C"')");
  EXPECT_EQ(pattern.line->request, "");
  EXPECT_EQ(pattern.line->target, "%U%q");
  EXPECT_EQ(pattern.line->method, "%m");
  EXPECT_EQ(pattern.line->status, "%s");
  const MappingSpec& purchase = pattern.mapping(Kind::purchase);
  EXPECT_THAT(purchase.occurred_at.at(0).formats, ElementsAre("%F %T %z"));
}

TEST(ServerFormat, TellsWhereAPastedLineIsWrong) {
  const auto error = [](const std::string& toml) {
    return error_of(ExitCode::usage, [&] { static_cast<void>(read(toml)); });
  };
  EXPECT_EQ(error("LogFormat = '%h %j'"),
            "job.toml:1:13: LogFormat: column 4: Apache has no directive %j");
  EXPECT_EQ(error("log_format = '$a'\nLogFormat = '%h'"),
            "job.toml:2:13: a log has either nginx's log_format or Apache's LogFormat");
}

TEST(ServerFormat, FindsTheTokenWhereverItCanBe) {
  const Pattern pattern =
      read(R"(log_format = '$remote_addr "$request" "$http_referer" "$http_cookie"')");
  EXPECT_THAT(pattern.mapping(Kind::purchase).text[field_index("utk")],
              ElementsAre("$http_cookie", "query:__hstc", "$http_referer"));
}

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

TEST(ServerFormat, TellsDirectivesApartThatDifferInCase) {
  Selection selection({"%T", "%t", "Email"});
  EXPECT_EQ(selection.bind("%t").at(0).place, 0U);
  EXPECT_EQ(selection.bind("%T").at(0).place, 1U);
  EXPECT_THAT(selection.chosen_names(), ElementsAre("%t", "%T"));
  EXPECT_EQ(selection.bind("EMAIL").size(), 1U) << "elsewhere case does not matter";
}

}  // namespace
}  // namespace ordertail
