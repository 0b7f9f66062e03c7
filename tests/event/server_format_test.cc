#include "event/server_format.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>

#include "event/selection.h"
#include "expect_error.h"

namespace ordertail {
namespace {

using testing::ElementsAre;

Pattern read(const std::string& toml) {
  TomlTable table = TomlTable::parse(toml, "job.toml");
  Pattern pattern;
  EXPECT_TRUE(read_server_format(table, pattern));
  return pattern;
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
  EXPECT_EQ(error("log_format = '%h %s'"),
            "job.toml:1:14: log_format: column 1: this looks like Apache's; give it to the key "
            "LogFormat");
  EXPECT_EQ(error("log_format = '$a'\nLogFormat = '%h'"),
            "job.toml:2:13: a log has either nginx's log_format or Apache's LogFormat");
}

TEST(ServerFormat, FindsTheTokenWhereverItCanBe) {
  const Pattern pattern =
      read(R"(log_format = '$remote_addr "$request" "$http_referer" "$http_cookie"')");
  EXPECT_THAT(pattern.mapping(Kind::purchase).text[text_field("utk")],
              ElementsAre("$http_cookie", "query:__hstc", "$http_referer"));
  EXPECT_THAT(read(R"(log_format = '"$request" $cookie___hstc $cookie_hubspotutk')")
                  .visitor.text[text_field("utk")],
              ElementsAre("$cookie_hubspotutk", "$cookie___hstc", "query:__hstc"));
  EXPECT_THAT(read(R"(LogFormat = '"%r" %{__hstc}C')").visitor.text[text_field("utk")],
              ElementsAre("%{__hstc}C", "query:__hstc"));
}

TEST(ServerFormat, KnowsNamesInAnyCaseWhereTheServerDoes) {
  const Pattern apache = read(
      R"(LogFormat = '%h %t "%r" %>s "%{referer}i" "%{User-agent}i" "%{COOKIE}i" %{HubSpotUtk}C %{x-moz}i')");
  EXPECT_THAT(apache.line->user_agent, ElementsAre("%{User-agent}i"));
  EXPECT_THAT(apache.line->purpose, ElementsAre("%{x-moz}i"));
  EXPECT_THAT(apache.visitor.text[text_field("utk")],
              ElementsAre("%{HubSpotUtk}C", "%{COOKIE}i", "query:__hstc", "%{referer}i"));
  const Pattern nginx = read(
      R"(log_format = '$Remote_Addr $Time_Local "$Request" $STATUS "$HTTP_User_Agent" $Cookie_hubspotutk')");
  EXPECT_EQ(nginx.line->request, "$Request");
  EXPECT_EQ(nginx.line->status, "$STATUS");
  EXPECT_THAT(nginx.line->user_agent, ElementsAre("$HTTP_User_Agent"));
  EXPECT_THAT(nginx.visitor.text[text_field("ip")], ElementsAre("$Remote_Addr"));
  EXPECT_THAT(nginx.visitor.occurred_at.at(0).columns, ElementsAre("$Time_Local"));
  Selection selection({"%{X-Forwarded-For}i", "%{X-Order}o", "$ARG_order"});
  EXPECT_EQ(selection.bind("%{x-forwarded-for}i").size(), 1U);
  EXPECT_EQ(selection.bind("%{x-order}o").size(), 1U);
  EXPECT_TRUE(selection.bind("$Arg_Order").at(0).encoded);
}

TEST(ServerFormat, JudgesByTheFinalStatus) {
  for (const char* format : {"%s %>s", "%>s %s"}) {
    const Pattern pattern = read(fmt::format("LogFormat = '\"%r\" {}'", format));
    EXPECT_EQ(pattern.line->status, "%s") << "which is the final one, as the record room says";
  }
}

TEST(ServerFormat, TakesNoSlipForAVariableOfOnesOwn) {
  const auto error = [](const std::string& key, const std::string& format) {
    return error_of(ExitCode::usage,
                    [&] { static_cast<void>(read(fmt::format("{} = '{}'", key, format))); });
  };
  EXPECT_EQ(error("log_format", R"($remote_addr [$time_local] "$request" $statuss)"),
            "job.toml:1:14: log_format: column 39: nothing is known of $statuss; write $status if "
            "that is meant, or else a name less like it, such as $my_statuss: names are free here");
  EXPECT_EQ(error("LogFormat", R"("%r" %>s "%{User-Agents}i")"),
            "job.toml:1:13: LogFormat: column 11: nothing is known of %{User-Agents}i; write "
            "%{User-Agent}i if that is meant, or else a name less like it, such as "
            "%{My-User-Agents}i: names are free here");
  for (const char* slip :
       {"$sttaus", "$Satus", "$statu5", "$remote_add", "$http_user_agnet", "$time_locale"}) {
    EXPECT_THAT(error("log_format", fmt::format("\"$request\" {}", slip)),
                testing::HasSubstr("names are free here"))
        << slip;
  }
  for (const char* own :
       {"$my_status", "$status $statuss", "$request_url", "$http_user_agent_id", "$url $arg",
        "$http_cookie2", "$http_x_mob", "$connection $pipe $upstream_status"}) {
    EXPECT_NO_THROW(static_cast<void>(read(fmt::format("log_format = '\"$request\" {}'", own))))
        << own;
  }
  EXPECT_NO_THROW(static_cast<void>(read("LogFormat = '\"%r\" %{cookie}n %{msec}t %{c}L'")));
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
