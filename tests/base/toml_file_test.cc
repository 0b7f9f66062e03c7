#include "base/toml_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "expect_error.h"

namespace ordertail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TomlTable parse(std::string_view text) {
  return TomlTable::parse(text, "job.toml");
}

template <typename Action>
std::string usage(Action&& action) {
  return error_of(ExitCode::usage, action);
}

TEST(TomlTable, GivesValuesByKey) {
  TomlTable root = parse(R"(
name = "main"
count = 100_000
on = true
one = "a"
many = ["a", "b"]
[hubspot.purchase]
sink = "leads"
[[source]]
files = "x"
[[source]]
files = "y"
)");
  EXPECT_EQ(root.text("name"), "main");
  EXPECT_EQ(root.integer("count"), 100'000);
  EXPECT_EQ(root.boolean("on"), true);
  EXPECT_THAT(root.texts("one"), ElementsAre("a"));
  EXPECT_THAT(root.texts("many"), ElementsAre("a", "b"));
  EXPECT_EQ(root.required_table("hubspot").required_table("purchase").text("sink"), "leads");
  auto sources = root.tables("source");
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[1].text("files"), "y");
  EXPECT_TRUE(root.has("name"));
  EXPECT_TRUE(root.is_table("hubspot"));
  EXPECT_FALSE(root.is_table("name"));
  root.finish();
}

TEST(TomlTable, HasNothingWhereThereIsNothing) {
  TomlTable root = parse("");
  EXPECT_EQ(root.text("a"), std::nullopt);
  EXPECT_EQ(root.integer("a"), std::nullopt);
  EXPECT_EQ(root.boolean("a"), std::nullopt);
  EXPECT_THAT(root.texts("a"), IsEmpty());
  EXPECT_THAT(root.tables("a"), IsEmpty());
  EXPECT_FALSE(root.table("a"));
  EXPECT_FALSE(root.has("a"));
  EXPECT_FALSE(root.is_table("a"));
  root.finish();
}

TEST(TomlTable, TakesAnEmptyListAsNoTables) {
  EXPECT_THAT(parse("events = []").tables("events"), IsEmpty());
}

TEST(TomlTable, ListsItsKeysInTheFilesOrder) {
  EXPECT_THAT(parse("zeta = 1\nalpha = 2\n\"Cancelled at\" = 3\nbeta = 4").keys(),
              ElementsAre("zeta", "alpha", "Cancelled at", "beta"));
  TomlTable root = parse("when = { z = 1, a = 2 }");
  EXPECT_THAT(root.required_table("when").keys(), ElementsAre("z", "a"));
}

TEST(TomlTable, PointsAtAValueOfTheWrongKind) {
  TomlTable root = parse("a = 1\n  b = \"x\"\nc = [\"x\", 1]\nd = -1\ne = [1]\n");
  EXPECT_EQ(usage([&] { (void)root.text("a"); }), "job.toml:1:5: \"a\" must be a string");
  EXPECT_EQ(usage([&] { (void)root.integer("b"); }),
            "job.toml:2:7: \"b\" must be a whole number, 0 or more");
  EXPECT_EQ(usage([&] { (void)root.integer("d"); }),
            "job.toml:4:5: \"d\" must be a whole number, 0 or more");
  EXPECT_EQ(usage([&] { (void)root.boolean("b"); }), "job.toml:2:7: \"b\" must be true or false");
  EXPECT_EQ(usage([&] { (void)root.texts("c"); }),
            "job.toml:3:5: \"c\" must be a string or a list of strings");
  EXPECT_EQ(usage([&] { (void)root.table("b"); }), "job.toml:2:7: \"b\" must be a table");
  EXPECT_EQ(usage([&] { (void)root.tables("e"); }),
            "job.toml:5:5: \"e\" must be written as [[e]] tables");
}

TEST(TomlTable, NamesWhatItLacks) {
  TomlTable root = parse("# a job\n[hubspot.purchase]\n");
  EXPECT_EQ(usage([&] { (void)root.required_text("name"); }),
            "job.toml:1:1: the file lacks the key \"name\"");
  EXPECT_EQ(usage([&] { (void)root.required_table("account"); }),
            "job.toml:1:1: the file lacks the table [account]");
  TomlTable purchase = root.required_table("hubspot").required_table("purchase");
  EXPECT_EQ(usage([&] { (void)purchase.required_text("url"); }),
            "job.toml:2:1: [hubspot.purchase] lacks the key \"url\"");
  EXPECT_EQ(usage([&] { (void)purchase.required_table("retry"); }),
            "job.toml:2:1: [hubspot.purchase] lacks the table [hubspot.purchase.retry]");
}

TEST(TomlTable, RefusesAnUnknownKeyAndNamesTheNearest) {
  TomlTable root = parse("[csv]\ndelimeter = \";\"\n");
  TomlTable csv = root.required_table("csv");
  EXPECT_FALSE(csv.has("delimiter"));
  EXPECT_FALSE(csv.has("recognise"));
  EXPECT_EQ(usage([&] { csv.finish(); }),
            "job.toml:2:1: unknown key \"delimeter\" in [csv]; did you mean \"delimiter\"?");
  EXPECT_EQ(usage([&] { parse("zz = 1").finish(); }), "job.toml:1:1: unknown key \"zz\"");
}

TEST(TomlTable, ComplainsAboutTheFirstUnknownKeyInTheFile) {
  EXPECT_EQ(usage([&] { parse("zz = 1\naa = 2\n").finish(); }), "job.toml:1:1: unknown key \"zz\"");
  TomlTable root = parse("zone = { zz = 1, aa = 2 }");
  EXPECT_EQ(usage([&] { root.required_table("zone").finish(); }),
            "job.toml:1:10: unknown key \"zz\" in [zone]");
}

TEST(TomlTable, ShowsAnUnknownKeySafely) {
  EXPECT_EQ(usage([&] { parse("\"\\u001b[2J\" = 1").finish(); }),
            "job.toml:1:1: unknown key \"\\x1b[2J\"");
}

TEST(TomlTable, SaysWhereTheTomlIsWrong) {
  EXPECT_EQ(usage([&] { (void)parse("a = 1\nb = \"x\n"); }).rfind("job.toml:2:7: ", 0), 0U);
  EXPECT_EQ(usage([&] { (void)parse("a = 1\na = 2\n"); }).rfind("job.toml:2:", 0), 0U);
}

TEST(TomlTable, PutsItsOwnersComplaintsWhereTheyBelong) {
  TomlTable root = parse("a = 1\n[zone]\nname = \"x\"");
  EXPECT_STREQ(root.required_table("zone").error("name", "no such zone").what(),
               "job.toml:3:8: no such zone");
  EXPECT_STREQ(root.required_table("zone").error("none", "no such zone").what(),
               "job.toml:2:1: no such zone");
}

}  // namespace
}  // namespace ordertail
