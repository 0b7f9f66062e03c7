// Files that change between two runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

#include "event/invented_files.h"
#include "event/reading.h"
#include "event/server_format.h"
#include "expect_error.h"
#include "input/gzipped.h"

namespace ordertail {
namespace {

constexpr std::string_view kShopifyHeader =
    "Name,Email,Financial Status,Currency,Subtotal,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem sku,Billing Name,Cancelled at\n";

std::string order(int number, std::string_view name = "Mug") {
  const std::string start = "#" + std::to_string(number) + ",ann@example.com,";
  const std::string time = ",2025-01-02 03:04:05 +0000,1,";
  return start + "paid,USD,1.00" + time + std::string(name) + ",M-1,Ann Lee,\n" + start + ",," +
         time + "\"Jug, \"\"big\"\"\",J-1,,\n";
}

std::string log_line(int number, std::string_view path = "/checkout/success") {
  return R"(192.0.2.7 - - [18/Sep/2025:23:18:28 -0400] "GET )" + std::string(path) +
         "?order=" + std::to_string(number) +
         R"(&email=ann@example.com HTTP/1.1" 200 512 "-" "Agent" "-")" + "\n";
}

std::string with_crlf(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return result;
}

Pattern paypal() {
  return builtin("paypal-activity", "date_order = \"mdy\"\ntime_zone = \"America/Los_Angeles\"");
}

class Resume : public testing::Test {
 protected:
  /// Reads `text` cut after `size` bytes, then all of it; what was last said of each event is what
  /// reading it in one go says. A header that is not whole may be refused.
  void expect_nothing_lost(const Reader& reader, const std::string& text, std::size_t header,
                           std::size_t size) {
    const auto path = directory_.write("orders", text);
    const Reading whole = reader.read(path);
    directory_.write("orders", std::string_view(text).substr(0, size));
    std::vector<Checkpoint> known;
    std::map<std::string, std::string> said;
    const auto hear = [&](const Reading& reading) {
      for (std::size_t i = 0; i < reading.ids.size(); ++i) {
        const std::string& event = reading.events[i];
        said[reading.ids[i]] = event.substr(0, event.find(",\"source\""));
      }
    };
    try {
      const Reading first = reader.read(path);
      known.push_back(first.checkpoint);
      hear(first);
      const Reading again = reader.read(path, known);
      EXPECT_EQ(again.lines(), std::vector<std::string>()) << size;
      EXPECT_EQ(again.rows + again.bytes, 0U) << size;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::source);
      EXPECT_LT(size, header) << error.what();
    }
    directory_.append("orders", std::string_view(text).substr(size));
    const Reading second = reader.read(path, known);
    hear(second);
    const auto found = std::exchange(said, {});
    hear(whole);
    EXPECT_EQ(found, said) << size;
    if (size > header) {
      EXPECT_TRUE(second.resumed) << size;
    }
  }

  /// The same, cut everywhere.
  void expect_nothing_lost(const Reader& reader, const std::string& text, std::size_t header) {
    for (std::size_t size = 0; size <= text.size(); ++size) {
      expect_nothing_lost(reader, text, header, size);
    }
  }

  TemporaryDirectory directory_;
};

TEST_F(Resume, ShopifyOrdersCutAnywhereLoseNothing) {
  // No sale before the bad row: one that ended the file would have been taken by then.
  const std::string text = std::string(kShopifyHeader) + order(1) +
                           order(2, "\"Tall\nmug\r\n\r\n\"\"x\"\"\"") + order(3) +
                           "#9,ann@example.com,pending,,,,,,,,\nbad,row\n" + order(4) + order(5);
  const Reader reader(builtin("shopify-orders"));
  expect_nothing_lost(reader, text, kShopifyHeader.size());
  expect_nothing_lost(reader, with_crlf(text), kShopifyHeader.size() + 1);
  expect_nothing_lost(reader, text.substr(0, text.size() - 1), kShopifyHeader.size());
}

TEST_F(Resume, PaypalActivityCutAnywhereLosesNothing) {
  const InventedFile file = invented_paypal(1, 7, Faults::rows);
  expect_nothing_lost(Reader(paypal()), file.text, file.header);
}

TEST_F(Resume, ALogCutAnywhereLosesNothing) {
  const std::string text = log_line(1) + log_line(2, "/style.css") + log_line(3) + "\n" +
                           log_line(4, "/x") + log_line(5);
  const Reader reader(log_pattern());
  expect_nothing_lost(reader, text, 0);
  expect_nothing_lost(reader, with_crlf(text), 0);
}

/// The last order may go on in what is new.
TEST_F(Resume, OnlyTheLastOrderAndWhatIsNewIsRead) {
  const Reader reader(builtin("shopify-orders"));
  const auto path = directory_.write("orders.csv", std::string(kShopifyHeader) + order(1));
  const Reading first = reader.read(path);
  EXPECT_EQ(first.ids.size(), 1U);
  EXPECT_FALSE(first.resumed);
  const std::string more = order(2) + order(3);
  directory_.append("orders.csv", more);
  const Reading second = reader.read(path, {first.checkpoint});
  EXPECT_TRUE(second.resumed);
  EXPECT_EQ(second.bytes, order(1).size() + more.size());
  EXPECT_EQ(second.rows, 6U);
  // The positions are the file's, not the run's.
  const Reading whole = reader.read(path);
  EXPECT_EQ(second.events, whole.events);
  EXPECT_EQ(second.checkpoint.offset, whole.checkpoint.offset);
  EXPECT_EQ(second.checkpoint.line, whole.checkpoint.line);
}

/// Of a format that nothing closes, whose every front is a line, with another order's number.
class OpenEnd : public Resume {
 protected:
  static Pattern pattern() {
    TomlTable table = TomlTable::parse(R"(
log_format = '$remote_addr [$time_local] $status $request_method $request_uri'
[purchase]
path         = "/done"
order_number = "query:o"
email        = "query:e"
)",
                                       "job.toml");
    Pattern pattern;
    EXPECT_TRUE(read_server_format(table, pattern));
    apply_source_settings(table, pattern);
    table.finish();
    return pattern;
  }
  static std::string line(int order) {
    return "192.0.2.7 [18/Sep/2025:23:18:28 -0400] 200 GET /done?e=ann%40example.com&o=" +
           std::to_string(order) + "\n";
  }
  const Reader while_it_is_written_{pattern(), "America/New_York", LastLine::unwritten};
  const Reader when_it_rests_{pattern()};
};

/// Nothing is made of half a line but what is left for later.
TEST_F(OpenEnd, AnyFrontOfALogIsReadUpToItsLastLineEnd) {
  const std::string text = line(12'345) + line(678) + line(91'011);
  const auto all = while_it_is_written_.read(directory_.write("all", text));
  ASSERT_EQ(all.ids.size(), 3U);
  for (std::size_t size = 1; size < text.size(); ++size) {
    const std::string front = text.substr(0, size);
    const auto lines = static_cast<std::size_t>(std::count(front.begin(), front.end(), '\n'));
    const auto path = directory_.write("log", front);
    const Reading before = while_it_is_written_.read(path);
    EXPECT_EQ(before.rejects, std::vector<std::string>()) << size;
    EXPECT_EQ(before.checkpoint.seen, front.rfind('\n') + 1) << size;
    directory_.append("log", text.substr(size));
    const Reading after = while_it_is_written_.read(path, {before.checkpoint});
    std::vector<std::string> ids = before.ids;
    ids.insert(ids.end(), after.ids.begin(), after.ids.end());
    EXPECT_EQ(before.ids.size(), lines) << size;
    EXPECT_EQ(ids, all.ids) << size;
  }
}

TEST_F(OpenEnd, WhatWasLeftIsReadOnceTheLogHasComeToRest) {
  std::string text = line(1) + line(2);
  text.pop_back();
  const auto path = directory_.write("log", text);
  const Reading first = while_it_is_written_.read(path);
  EXPECT_EQ(first.skipped.at("unfinished_line"), 1U);
  EXPECT_EQ(first.rows, 2U);
  const Reading second = when_it_rests_.read(path, {first.checkpoint});
  EXPECT_TRUE(second.resumed);
  EXPECT_EQ(second.ids.size(), 1U);
  EXPECT_EQ(when_it_rests_.read(path, {second.checkpoint}).rows, 0U);
}

/// Its server died amid a line that may have been a sale.
TEST_F(Resume, HalfALineAtTheEndOfALogThatRestsIsRejected) {
  const std::string text = log_line(1) + log_line(2);
  const auto path = directory_.write("log", text.substr(0, text.size() - 8));
  const Reading reading = Reader(log_pattern()).read(path);
  EXPECT_EQ(reading.ids.size(), 1U);
  ASSERT_EQ(reading.rejects.size(), 1U);
  EXPECT_THAT(reading.rejects[0], testing::StartsWith("no_match"));
}

TEST_F(Resume, ALongUnterminatedOrderIsReadOnceUntilItGrows) {
  const Reader reader(builtin("shopify-orders"));
  std::string text(kShopifyHeader);
  for (int row = 0; row < 6'000; ++row) text += order(1);
  text.pop_back();
  ASSERT_GT(text.size(), 2 * (256U << 10U));
  const auto path = directory_.write("orders.csv", text);
  const Reading first = reader.read(path);
  EXPECT_EQ(first.ids.size(), 1U);
  EXPECT_EQ(reader.read(path, {first.checkpoint}).lines(), std::vector<std::string>());
  directory_.append("orders.csv", "\n" + order(2));
  EXPECT_EQ(reader.read(path, {first.checkpoint}).ids, reader.read(path).ids);
}

TEST_F(Resume, AFileThatIsAnotherIsReadFromItsStart) {
  const Reader reader(builtin("shopify-orders"));
  const std::string text = std::string(kShopifyHeader) + order(1) + order(2);
  const Reading first = reader.read(directory_.write("orders.csv", text));
  std::string rewritten = text;
  rewritten.replace(rewritten.find("USD"), 3, "CAD");
  const std::string truncated = std::string(kShopifyHeader) + order(1);
  const std::string replaced = std::string(kShopifyHeader) + order(7) + order(8) + order(9);
  for (const std::string& now : {rewritten, truncated, replaced, truncated + order(3)}) {
    const auto path = directory_.write("orders.csv", now);
    const Reading second = reader.read(path, {first.checkpoint});
    EXPECT_FALSE(second.resumed);
    EXPECT_EQ(second.lines(), reader.read(path).lines());
  }
}

/// An export downloaded again, in which one order's state differs and no byte has moved.
TEST_F(Resume, AnExportInWhichARowChangedInPlaceIsReadAgain) {
  const Reader reader(builtin("shopify-orders"));
  for (const char* end : {"\n", ""}) {
    for (const int changing : {1, 200, 399}) {
      SCOPED_TRACE(changing);
      std::string before(kShopifyHeader);
      for (int number = 0; number < 400; ++number) before += order(number);
      before.pop_back();
      before += end;
      std::string after = before;
      const std::size_t name = before.find("\n#" + std::to_string(changing) + ",");
      before.replace(before.find("paid", name), 4, "open");
      const Reading first = reader.read(directory_.write("orders.csv", before));
      EXPECT_EQ(first.ids.size(), 399U);
      const auto path = directory_.write("orders.csv", after);
      const Reading second = reader.read(path, {first.checkpoint});
      EXPECT_FALSE(second.resumed);
      EXPECT_EQ(second.ids.size(), 400U);
      EXPECT_FALSE(
          reader.read(directory_.write("orders.csv.gz", gzipped(after)), {first.checkpoint})
              .resumed);
    }
  }
}

TEST_F(Resume, AnExportThatIsTheSameOrLongerGoesOnAtItsEnd) {
  const Reader reader(builtin("shopify-orders"));
  const InventedFile file = invented_shopify(1, 6'000, Faults::quotes);
  ASSERT_GT(file.text.size(), 1U << 20U);
  const Reading first = reader.read(directory_.write("orders.csv", file.text));
  for (const auto& content : {file.text, gzipped(file.text)}) {
    const Reading same = reader.read(directory_.write("again.csv", content), {first.checkpoint});
    EXPECT_TRUE(same.resumed);
    EXPECT_EQ(same.rows + same.bytes, 0U);
  }
  const std::string longer = file.text + order(777'777);
  for (const auto& content : {longer, gzipped(longer)}) {
    const auto path = directory_.write("again.csv", content);
    const Reading more = reader.read(path, {first.checkpoint});
    EXPECT_TRUE(more.resumed);
    EXPECT_EQ(more.bytes, longer.size() - first.checkpoint.offset);
    EXPECT_LT(more.bytes, 4096U);
    // What the second run remembers is what one run over all of it would have.
    EXPECT_EQ(more.checkpoint.identity.marker, reader.read(path).checkpoint.identity.marker);
  }
}

/// To read all of a large log for more would cost what resuming saves.
TEST_F(Resume, ALogIsKnownByItsEnds) {
  const Reader reader(log_pattern());
  std::string text = invented_log(1, 3'000, Faults::none).text;
  const Reading first = reader.read(directory_.write("log", text));
  text[text.size() / 2] = '~';
  EXPECT_TRUE(reader.read(directory_.write("log", text), {first.checkpoint}).resumed);
}

/// What a line before the checkpoint says of those behind it is not forgotten.
TEST_F(Resume, ATableIsReadOnByTheNamesBeforeIt) {
  const Reader reader(builtin("iis-w3c", R"([purchase]
path         = "/done"
order_number = "query:order"
email        = "query:email"
)"));
  const std::string first =
      "#Fields: date time cs-uri-stem cs-uri-query sc-status c-ip\n"
      "2025-01-01 00:00:00 / - 200 192.0.2.7\n"
      "#Fields: c-ip sc-status date time cs-uri-query cs-uri-stem\n"
      "192.0.2.7 200 2025-01-01 00:00:01 order=1&email=ann@example.com /done\n";
  const auto path = directory_.write("u_ex.log", first);
  const Reading before = reader.read(path);
  EXPECT_EQ(before.events.size(), 1U);
  directory_.append("u_ex.log",
                    "192.0.2.8 200 2025-01-01 00:00:02 order=2&email=bob@example.com /done\n");
  const Reading after = reader.read(path, {before.checkpoint});
  EXPECT_TRUE(after.resumed);
  ASSERT_EQ(after.events.size(), 1U);
  EXPECT_THAT(after.events.front(), testing::HasSubstr("\"ip\":\"192.0.2.8\""));
  EXPECT_EQ(after.rows, 1U);
}

TEST_F(Resume, TheGzippedRotationGoesOnAtItsEnd) {
  const Reader reader(log_pattern());
  const std::string text = invented_log(1, 3'000, Faults::none).text;
  const Reading first = reader.read(directory_.write("log", text));
  const Reading rotated =
      reader.read(directory_.write("log.1.gz", gzipped(text)), {first.checkpoint});
  EXPECT_TRUE(rotated.resumed);
  EXPECT_EQ(rotated.rows + rotated.bytes, 0U);
  const auto later = directory_.write("log.1.gz", gzipped(text) + gzipped(log_line(77'777)));
  const Reading last = reader.read(later, {first.checkpoint});
  EXPECT_EQ(last.ids.size(), 1U);
  EXPECT_EQ(last.bytes, log_line(77'777).size());
}

TEST_F(Resume, OfSeveralCheckpointsTheFurthestThatFitsIsTaken) {
  const Reader reader(log_pattern());
  std::vector<Checkpoint> known;
  std::string text;
  for (int i = 0; i < 4; ++i) {
    text += log_line(i);
    known.push_back(reader.read(directory_.write("log", text)).checkpoint);
  }
  known.push_back(reader.read(directory_.write("other", log_line(9) + text + text)).checkpoint);
  std::swap(known[1], known[3]);
  const Reading reading = reader.read(directory_.write("log", text + log_line(5)), known);
  EXPECT_EQ(reading.ids.size(), 1U);
}

TEST_F(Resume, AnEmptyFileHoldsNothing) {
  const Reader reader(builtin("shopify-orders"));
  const auto path = directory_.write("orders.csv", "");
  const Reading first = reader.read(path);
  EXPECT_EQ(first.rows + first.bytes, 0U);
  directory_.write("orders.csv", std::string(kShopifyHeader) + order(1));
  EXPECT_EQ(reader.read(path, {first.checkpoint}).ids.size(), 1U);
}

TEST_F(Resume, AFileOfAHeaderHoldsNoRows) {
  const Reading reading =
      Reader(builtin("shopify-orders")).read(directory_.write("orders.csv", kShopifyHeader));
  EXPECT_EQ(reading.rows + reading.bytes, 0U);
}

}  // namespace
}  // namespace ordertail
