// The README's table of systems is what the built-in patterns say.
#include "app/systems.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <vector>

#include "event/catalogue.h"

namespace ordertail {
namespace {

constexpr std::string_view kBegin = "<!-- systems: begin -->\n";
constexpr std::string_view kEnd = "<!-- systems: end -->\n";

TEST(SystemsTest, TheReadmeListsTheBuiltInPatterns) {
  std::vector<Pattern> patterns;
  for (const BuiltinPattern& builtin : builtin_patterns()) {
    patterns.push_back(parse_pattern(std::string(builtin.text), std::string(builtin.file)));
  }
  std::ifstream file(README_FILE, std::ios::binary);
  const std::string readme{std::istreambuf_iterator<char>(file), {}};
  const std::size_t begin = readme.find(kBegin);
  const std::size_t end = readme.find(kEnd);
  ASSERT_TRUE(begin != readme.npos && end != readme.npos && begin < end) << README_FILE;
  const std::size_t table = begin + kBegin.size();
  EXPECT_TRUE(readme.substr(table, end - table) == systems_table(patterns))
      << "README.md should have, between its two comments on systems:\n"
      << systems_table(patterns);
}

Pattern cart() {
  return parse_pattern(R"(
name = "corner|shop"
describes = "Corner | Shop"
verified = "no"
[csv]
[[companion]]
name = "lines"
key = "id"
match = "id"
recognise = ["id", "sku"]
[purchase]
order_number = "id"
email = ["lines:email", "mail"]
skus = "lines:sku"
occurred_at = { column = "day", format = "%F" }
[[sample]]
input = "id"
)",
                       "corner-shop.toml");
}

TEST(SystemsTest, SayWhereAFieldComesFrom) {
  const Pattern pattern = cart();
  EXPECT_EQ(availability(pattern, "email"), "yes");
  EXPECT_EQ(availability(pattern, "skus"), "companion");
  EXPECT_EQ(availability(pattern, "ip"), "–");
  Pattern grid = pattern;
  grid.if_added = {"email"};
  EXPECT_EQ(availability(grid, "email"), "if added");
  EXPECT_EQ(availability(grid, "skus"), "companion");
  Pattern log = pattern;
  log.line.emplace().cut = LineExpression{"(?P<request>.*)"};
  log.line->request = "request";
  EXPECT_EQ(availability(log, "ip"), "query");
}

TEST(SystemsTest, SayOfWhatCannotBeUsedWhyNot) {
  Pattern pattern = cart();
  pattern.unusable = "it has no dates";
  EXPECT_NE(systems_table(std::vector{pattern}).find("| cannot be used: it has no dates; no |"),
            std::string::npos);
}

TEST(SystemsTest, EscapeWhatWouldEndACell) {
  EXPECT_NE(systems_table(std::vector{cart()}).find("| Corner \\| Shop | `corner|shop` | yes |"),
            std::string::npos);
}

}  // namespace
}  // namespace ordertail
