// Rows that cannot be used, as files of their own: mended there, and imported like any other.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kSources = R"(
[[source]]
files   = ["orders*", "mended/*.csv"]
pattern = "shopify-orders"
)";

class MendedRows : public testing::Test {
 protected:
  MendedRows() { fs::create_directory(shop.path("mended")); }

  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file(shop.path(name), std::ios::binary);
    EXPECT_TRUE(file) << name;
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] std::vector<Json> reasons(const std::string& name) const {
    std::vector<Json> reasons;
    std::istringstream lines(content(name));
    for (std::string line; std::getline(lines, line);) reasons.push_back(Json::parse(line));
    return reasons;
  }
  [[nodiscard]] Ended run(const std::string& command) const {
    return shop.run({command, "job.toml", "--reject-rows", "rejects"});
  }

  const sandbox::Server hubspot{sandbox::ServerOptions{}};
  const Shop shop{JobText{hubspot.url(), 1, 1, "", std::string(kSources)}};
};

/// An order of one to three rows, some cells with line ends in them.
struct Order {
  int number;
  bool bad;
  std::string line_end;
  unsigned rows;

  [[nodiscard]] std::string text(const std::string& date) const {
    std::string rows_text = fmt::format(
        "#{0},customer{0}@example.com,paid,,USD,{0}.50,{1},1,KE-1{2}", number, date, line_end);
    for (unsigned row = 1; row < rows; ++row) {
      rows_text += fmt::format("#{},,,,,,,{},\"TP{}{}\"{}", number, row, line_end, row, line_end);
    }
    return rows_text;
  }
  [[nodiscard]] std::string mended() const { return text("2025-12-06 10:00:00 -0500"); }
  [[nodiscard]] std::string written() const { return bad ? text("never") : mended(); }
};

std::vector<Order> some_orders(std::mt19937& random) {
  const std::string line_end = random() % 2 == 0 ? "\n" : "\r\n";
  std::vector<Order> orders;
  for (int number = 1; number <= 12; ++number) {
    orders.push_back({number, number == 5 || random() % 3 == 0, line_end,
                      static_cast<unsigned>(1 + random() % 3)});
  }
  return orders;
}

/// Whatever the rows, the copy is the header and theirs, byte for byte; as it is, it is rejected
/// again for the same reasons; once it is mended, exactly its orders are sent.
TEST_F(MendedRows, AreTheFilesOwnBytes) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const sandbox::Server its_hubspot{sandbox::ServerOptions{}};
    const Shop its_shop{JobText{its_hubspot.url(), 1, 1, "", std::string(kSources)}};
    fs::create_directory(its_shop.path("mended"));
    const auto content_of = [&](const std::string& name) {
      std::ifstream file(its_shop.path(name), std::ios::binary);
      return std::string(std::istreambuf_iterator<char>(file), {});
    };
    const auto import = [&] {
      return its_shop.run({"import", "job.toml", "--reject-rows", "rejects"});
    };
    const std::vector<Order> orders = some_orders(random);
    std::string header = orders_header();
    header.replace(header.size() - 1, 1, orders.front().line_end);
    std::string all = header;
    std::string copy = header;
    std::string mended = header;
    std::map<std::string, int> good;
    std::map<std::string, int> every;
    for (const Order& order : orders) {
      all += order.written();
      if (order.bad) copy += order.written();
      if (order.bad) mended += order.mended();
      if (!order.bad) good[std::to_string(order.number)] = 1;
      every[std::to_string(order.number)] = 1;
    }
    its_shop.write("orders.csv", all);

    EXPECT_EQ(import().exit_code, 3);
    EXPECT_EQ(content_of("rejects/rejects-1-0001.csv"), copy);
    EXPECT_EQ(seen_by(its_hubspot), good);

    its_shop.write("mended/not-mended.csv", copy);
    EXPECT_EQ(import().exit_code, 3);
    EXPECT_EQ(content_of("rejects/rejects-1-0002.csv"), copy);
    EXPECT_EQ(seen_by(its_hubspot), good);
    std::istringstream first(content_of("rejects/rejects-1-0001.jsonl"));
    std::istringstream second(content_of("rejects/rejects-1-0002.jsonl"));
    for (std::string line, again; std::getline(first, line) && std::getline(second, again);) {
      Json one = Json::parse(line);
      Json other = Json::parse(again);
      EXPECT_EQ(other["source"]["line"], one["copy"]["line"]);
      one.erase("source");
      other.erase("source");
      EXPECT_EQ(one, other);
    }
    EXPECT_TRUE(second.eof() || second.peek() == EOF);

    its_shop.write("mended/mended.csv", mended);
    EXPECT_EQ(import().exit_code, 0);
    EXPECT_EQ(seen_by(its_hubspot), every);
    EXPECT_FALSE(fs::exists(its_shop.path("rejects/rejects-1-0003.csv")));
  }
}

TEST_F(MendedRows, SayWhyAndWhere) {
  shop.write("orders.csv",
             orders_header() + order(1) + "#2,b@example.com,paid\n" +
                 "#3,c@example.com,paid,,USD,3.50,2025-12-06 10:00:00 -0500,1,KE-1\n" + order(4) +
                 "#5,e@example.com,paid,,USD,5.50,never,1,KE-1");
  EXPECT_EQ(run("stage").exit_code, 3);
  // The row that cannot be read may be one of the orders beside it.
  EXPECT_EQ(content("rejects/rejects-1-0001.csv"),
            orders_header() + order(1) + "#2,b@example.com,paid\n" +
                "#3,c@example.com,paid,,USD,3.50,2025-12-06 10:00:00 -0500,1,KE-1\n" +
                "#5,e@example.com,paid,,USD,5.50,never,1,KE-1");
  const std::vector<Json> why = reasons("rejects/rejects-1-0001.jsonl");
  ASSERT_EQ(why.size(), 3U);
  EXPECT_EQ(why[0]["reject"], "beside_bad_row");
  EXPECT_EQ(why[0]["copy"], (Json{{"line", 2}, {"rows", 1}}));
  EXPECT_EQ(why[1]["reject"], "ragged_row");
  EXPECT_EQ(why[1]["copy"], (Json{{"line", 3}, {"rows", 2}}));
  EXPECT_EQ(why[2]["reject"], "bad_date");
  EXPECT_EQ(why[2]["source"]["line"], 6);
  EXPECT_EQ(why[2]["copy"], (Json{{"line", 5}, {"rows", 1}}));
}

/// What stands elsewhere in the file of an order is not taken for all of it.
TEST_F(MendedRows, AreWholeOrdersOrNone) {
  const std::string bad = "#1,customer1@example.com,paid,,USD,9.50,never,1,TP-9\n";
  const auto copies = [this](const std::string& text, const std::string& number) {
    shop.write("orders-" + number + ".csv", orders_header() + text);
    EXPECT_EQ(run("stage").exit_code, 3);
    std::string found;
    for (const Json& why : reasons("rejects/rejects-1-" + number + ".jsonl")) {
      found += why["reject"].get<std::string>() + (why["copy"].is_null() ? " no " : " yes ");
    }
    return found + content("rejects/rejects-1-" + number + ".csv").substr(orders_header().size());
  };
  EXPECT_EQ(copies(order(1) + order(2) + bad, "0001"), "order_again no bad_date no ");
  EXPECT_EQ(copies(bad + order(2) + order(1), "0002"), "bad_date no order_again no ");
  // Many stretches lie between the two places.
  std::string others;
  for (int number = 100; number < 30'000; ++number)
    others += Order{number, false, "\n", 1}.mended();
  EXPECT_EQ(copies(order(1) + others + bad, "0003"), "bad_date no ");
  EXPECT_EQ(copies(bad + others + order(1), "0004"),
            "bad_date yes order_again yes " + bad + order(1));
}

TEST_F(MendedRows, AreLinesOfALog) {
  shop.write("job.toml", job_text({hubspot.url(), 1, 1, "", std::string(kLog)}));
  const std::string bad = "192.0.2.9 is no line of this log /account/created\n";
  shop.write("shop.log", registration(1) + bad + registration(2));
  EXPECT_EQ(run("stage").exit_code, 3);
  EXPECT_EQ(content("rejects/rejects-1-0001.log"), bad);
}

TEST_F(MendedRows, OverwriteNothing) {
  shop.write("rejects/rejects-1-0001.csv", "somebody's");
  shop.write("rejects/rejects-1-0002.jsonl", "somebody's");
  shop.write("orders.csv", orders_header() + "#5,e@example.com,paid,,USD,5.50,never,1,KE-1\n");
  EXPECT_EQ(run("stage").exit_code, 3);
  EXPECT_EQ(content("rejects/rejects-1-0001.csv"), "somebody's");
  EXPECT_FALSE(fs::exists(shop.path("rejects/rejects-1-0001.jsonl")));
  EXPECT_EQ(content("rejects/rejects-1-0002.jsonl"), "somebody's");
  EXPECT_FALSE(fs::exists(shop.path("rejects/rejects-1-0002.csv")));
  for (const char* name : {"rejects/rejects-1-0003.csv", "rejects/rejects-1-0003.jsonl"}) {
    struct stat found {};
    ASSERT_EQ(::stat(shop.path(name).c_str(), &found), 0) << name;
    EXPECT_EQ(found.st_mode & 07777U, 0600U);
  }
}

TEST_F(MendedRows, AreNotThoseOfOtherCharacterSets) {
  shop.write("job.toml", job_text({hubspot.url(), 1, 1, "",
                                   std::string(kSources) + "charset = \"windows-1252\"\n"}));
  shop.write("orders.csv", orders_header() + "#5,e@example.com,paid,,USD,5.50,never,1,KE-1\n");
  const Ended ended = run("stage");
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_THAT(ended.err, HasSubstr("orders.csv: its rejects are not copied, since it is not in "
                                   "UTF-8; correct them in the file itself\n"));
  EXPECT_TRUE(fs::is_empty(shop.path("rejects")));
}

TEST_F(MendedRows, AreThoseOfUtf8HoweverItIsCalled) {
  shop.write("job.toml",
             job_text({hubspot.url(), 1, 1, "", std::string(kSources) + "charset = \"UTF8\"\n"}));
  shop.write("orders.csv", orders_header() + "#5,e@example.com,paid,,USD,5.50,never,1,KE-1\n");
  EXPECT_EQ(run("stage").exit_code, 3);
  EXPECT_TRUE(fs::exists(shop.path("rejects/rejects-1-0001.csv")));
}

TEST_F(MendedRows, AreNotWrittenWhereTheirSourceReads) {
  shop.write("orders.csv", orders_header());
  const auto refusal = [&](const std::vector<std::string>& where) {
    std::vector<std::string> line{"stage", "job.toml"};
    line.insert(line.end(), where.begin(), where.end());
    const Ended ended = shop.run(line);
    EXPECT_EQ(ended.exit_code, 2);
    return ended.err;
  };
  shop.write("job.toml", job_text({hubspot.url(), 1, 1, "",
                                   "[[source]]\nfiles = [\"*.csv\", "
                                   "\"rejects/*\"]\n"}));
  EXPECT_THAT(refusal({"--reject-rows", "rejects"}),
              HasSubstr("the copies of --reject-rows are written where a source would read them as "
                        "an export: its files = \"rejects/*\" finds them; name a directory of "
                        "their own\n"));
  EXPECT_THAT(refusal({"--rejects", "why.csv"}), HasSubstr("the rejects of --rejects are written"));
  EXPECT_FALSE(fs::exists(shop.path("rejects")));
  EXPECT_THAT(refusal({"--reject-rows", ""}), HasSubstr("--reject-rows needs a name"));
}

TEST_F(MendedRows, NeedADirectory) {
  shop.write("rejects", "a file");
  shop.write("orders.csv", orders_header() + "#5,e@example.com,paid,,USD,5.50,never,1,KE-1\n");
  const Ended ended = run("stage");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr("rejects is no directory"));
}

}  // namespace
}  // namespace ordertail::stories
