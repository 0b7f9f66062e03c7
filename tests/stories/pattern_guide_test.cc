// The walk through a new cart in patterns/README.md, taken step by step.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

std::string guide() {
  std::ifstream file(PATTERNS_DIRECTORY "/README.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What stands between the first `before` and the next `after`.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const std::size_t begin = text.find(before) + before.size();
  return text.substr(begin, text.find(after, begin) - begin);
}

TEST(PatternGuide, LeadsFromAnExportToADryRunWithoutCode) {
  const std::string pattern = between(guide(), "```toml\n", "```");
  ASSERT_THAT(pattern, testing::StartsWith("name      = \"corner-shop\""));
  const std::string rows = between(pattern, "input = '''\n", "'''");

  const Shop shop(JobText{kNobody, 1, 1, "",
                          "[[source]]\nfiles = \"orders.csv\"\npattern = \"./corner-shop.toml\"\n"
                          "time_zone = \"Europe/Berlin\"\n"});
  shop.write("orders.csv", rows);
  EXPECT_THAT(shop.run({"explain", "orders.csv"}).out,
              testing::HasSubstr("no pattern recognises this file"));
  shop.write("corner-shop.toml", pattern);
  const Ended test = shop.run({"patterns", "test", "./corner-shop.toml"});
  EXPECT_EQ(test.exit_code, 0) << test.out << test.err;
  const Json event = Json::parse(shop.run({"extract", "job.toml"}).out);
  EXPECT_EQ(event["order_number"], "77");
  EXPECT_EQ(event["close_date"], "02/28/2025");
  EXPECT_EQ(event["total_revenue"], "1045.00");
  EXPECT_EQ(shop.run({"import", "job.toml", "--dry-run"}).exit_code, 0);
}

}  // namespace
}  // namespace ordertail::stories
