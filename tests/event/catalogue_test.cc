#include "event/catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "expect_error.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

class Catalogue : public testing::Test {
 protected:
  Catalogue() {
    ::setenv("XDG_CONFIG_HOME", (directory_.path() / "config").c_str(), 1);
    ::setenv("HOME", (directory_.path() / "home").c_str(), 1);
  }

  TemporaryDirectory directory_;
};

TEST_F(Catalogue, FindsABuiltInPatternByName) {
  const PatternFile found = find_pattern("shopify-orders", directory_.path());
  EXPECT_EQ(found.name, "shopify-orders");
  EXPECT_EQ(found.file, "patterns/carts/shopify-orders.toml");
  EXPECT_EQ(parse_pattern(found.text, found.file).name, "shopify-orders");
}

TEST_F(Catalogue, TheUsersPatternWins) {
  const auto file = directory_.write("config/ordertail/patterns/shopify-orders.toml", "mine");
  const PatternFile found = find_pattern("shopify-orders", directory_.path());
  EXPECT_EQ(found.text, "mine");
  EXPECT_EQ(found.file, file.string());
}

TEST_F(Catalogue, WithoutXdgConfigHomeItIsInDotConfig) {
  directory_.write("home/.config/ordertail/patterns/own.toml", "at home");
  directory_.write("config/ordertail/patterns/readme.md", "no pattern");
  EXPECT_EQ(error_of(ExitCode::usage, [] { (void)find_pattern("own", ""); })
                .rfind("there is no pattern \"own\"", 0),
            0U);
  ::unsetenv("XDG_CONFIG_HOME");
  EXPECT_EQ(find_pattern("own", "").text, "at home");
}

TEST_F(Catalogue, FindsAPatternByItsPath) {
  const auto file = directory_.write("here/own.toml", "by path");
  EXPECT_EQ(find_pattern("here/own.toml", directory_.path()).text, "by path");
  EXPECT_EQ(find_pattern("own.toml", directory_.path() / "here").name, "own");
  EXPECT_EQ(find_pattern(file.string(), "/nowhere").text, "by path");
  EXPECT_EQ(error_of(ExitCode::usage, [&] { (void)find_pattern("./no", directory_.path()); }),
            "cannot open " + (directory_.path() / "./no").string() + ": No such file or directory");
}

TEST_F(Catalogue, NamesTheNearestOfAnUnknownName) {
  EXPECT_EQ(error_of(ExitCode::usage, [] { (void)find_pattern("shopify-order", ""); }),
            "there is no pattern \"shopify-order\"; did you mean \"shopify-orders\"?; `ordertail "
            "patterns` lists them");
  EXPECT_EQ(error_of(ExitCode::usage, [] { (void)find_pattern("zz\x1B", ""); }),
            "there is no pattern \"zz\\x1b\"; `ordertail patterns` lists them");
}

TEST_F(Catalogue, ListsEveryNameOnceAndSorted) {
  directory_.write("config/ordertail/patterns/aaa.toml", "a");
  directory_.write("config/ordertail/patterns/paypal-activity.toml", "mine");
  const auto patterns = all_patterns();
  EXPECT_EQ(patterns.size(), builtin_patterns().size() + 1);
  EXPECT_EQ(patterns.front().name, "aaa");
  EXPECT_TRUE(std::is_sorted(patterns.begin(), patterns.end(),
                             [](const auto& a, const auto& b) { return a.name < b.name; }));
  for (const PatternFile& pattern : patterns) {
    EXPECT_EQ(pattern.text, find_pattern(pattern.name, "").text);
    EXPECT_FALSE(pattern.text.empty());
  }
}

}  // namespace
}  // namespace ordertail
