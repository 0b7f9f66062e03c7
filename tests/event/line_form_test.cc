#include "event/line_form.h"

#include <gmock/gmock.h>

#include <string>

#include "event/pattern.h"
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
  EXPECT_EQ(pattern.line->request_group, "$request");
  EXPECT_FALSE(pattern.line->is_target);
  EXPECT_EQ(pattern.line->status_group, "$status");
  const MappingSpec& purchase = pattern.mapping(Kind::purchase);
  EXPECT_THAT(purchase.occurred_at.at(0).columns, ElementsAre("$time_local"));
  EXPECT_THAT(purchase.occurred_at.at(0).formats, ElementsAre("%d/%b/%Y:%T %z"));
  EXPECT_FALSE(purchase.wanted) << "which requests are conversions is for the job to say";
}

TEST(ServerFormat, KnowsWhatApachesDirectivesMean) {
  const Pattern pattern =
      read(R"(LogFormat = '%a %T %{%F %T %z}t "%m %U%q" %>s "%{hubspotutk}C"')");
  EXPECT_EQ(pattern.line->request_group, "%U%q");
  EXPECT_TRUE(pattern.line->is_target);
  EXPECT_EQ(pattern.line->status_group, "%s");
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

TEST(ServerFormat, TellsDirectivesApartThatDifferInCase) {
  Selection selection({"%T", "%t", "Email"});
  EXPECT_EQ(selection.bind("%t").at(0).place, 0U);
  EXPECT_EQ(selection.bind("%T").at(0).place, 1U);
  EXPECT_THAT(selection.chosen_names(), ElementsAre("%t", "%T"));
  EXPECT_EQ(selection.bind("EMAIL").size(), 1U) << "elsewhere case does not matter";
}

}  // namespace
}  // namespace ordertail
