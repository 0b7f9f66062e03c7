// However a file is read, the same bytes give the same findings.
#include "event/extraction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "event/invented_files.h"
#include "event/reading.h"
#include "expect_error.h"
#include "input/gzipped.h"

namespace ordertail {
namespace {

Pattern shopify() {
  return builtin("shopify-orders");
}
Pattern paypal() {
  return builtin("paypal-activity", "date_order = \"mdy\"\ntime_zone = \"America/Los_Angeles\"");
}

/// Every way of reading `file` in parts gives what reading it in one go gives.
void expect_same_in_parts(const Reader& reader, const InventedFile& file,
                          std::initializer_list<std::uint64_t> steps) {
  const TemporaryDirectory directory;
  const auto path = directory.write("orders", file.text);
  const Reading whole = reader.read(path);
  EXPECT_GT(whole.events.size(), 0U);
  EXPECT_EQ(whole.bytes, file.text.size() - file.header);
  EXPECT_EQ(whole.checkpoint.seen, file.text.size());
  EXPECT_EQ(std::set<std::string>(whole.ids.begin(), whole.ids.end()).size(), whole.ids.size());
  for (const std::uint64_t most : steps) {
    SCOPED_TRACE(most);
    const Reading slices = reader.read(path, {}, most);
    EXPECT_EQ(slices.lines(), whole.lines());
    EXPECT_EQ(slices.bytes, whole.bytes);
    EXPECT_EQ(slices.rows, whole.rows);
    const Reading runs = reader.read_in_runs(path, most);
    EXPECT_EQ(runs.lines(), whole.lines());
    EXPECT_EQ(runs.bytes, whole.bytes);
    EXPECT_EQ(runs.rows, whole.rows);
    if (most != kAll) {
      EXPECT_GE(runs.calls, whole.events.size() / most);
    }
  }
}

TEST(Extraction, OfShopifyOrdersStopsAnywhere) {
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    for (const Faults faults : {Faults::none, Faults::rows, Faults::quotes}) {
      SCOPED_TRACE(seed);
      expect_same_in_parts(Reader(shopify()), invented_shopify(seed, 25, faults), {1, 2, 3, kAll});
    }
  }
}

TEST(Extraction, OfPaypalActivityStopsAnywhere) {
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    for (const Faults faults : {Faults::none, Faults::rows, Faults::quotes}) {
      SCOPED_TRACE(seed);
      expect_same_in_parts(Reader(paypal()), invented_paypal(seed, 40, faults), {1, 2, 3, kAll});
    }
  }
}

TEST(Extraction, OfALogStopsAnywhere) {
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    for (const Faults faults : {Faults::none, Faults::rows}) {
      SCOPED_TRACE(seed);
      expect_same_in_parts(Reader(log_pattern()), invented_log(seed, 80, faults), {1, 2, 3, kAll});
    }
  }
}

TEST(Extraction, OfFilesOfManyWindowsStopsAnywhere) {
  for (std::uint32_t seed = 0; seed < 3; ++seed) {
    SCOPED_TRACE(seed);
    expect_same_in_parts(Reader(shopify()), invented_shopify(seed, 6'000, Faults::quotes),
                         {97, kAll});
    expect_same_in_parts(Reader(paypal()), invented_paypal(seed, 5'000, Faults::quotes),
                         {97, kAll});
    expect_same_in_parts(Reader(log_pattern()), invented_log(seed, 6'000, Faults::rows),
                         {97, kAll});
  }
}

/// Threads begin where conversions become many; none of them takes the last line for a whole one.
TEST(Extraction, OfALogThatBecomesDenseAndEndsAmidALine) {
  const TemporaryDirectory directory;
  std::string text;
  while (text.size() < 600'000) text += "GET /style.css " + std::string(200, 'x') + "\n";
  text += invented_log(1, 6'000, Faults::rows).text;
  for (const std::string& end : {std::string(), std::string("\n"), text.substr(text.size() - 40)}) {
    const auto path = directory.write("log", text + end);
    const Reading whole = Reader(log_pattern()).read(path);
    const Reading one_by_one = Reader(log_pattern()).read(path, {}, 1);
    EXPECT_EQ(whole.lines(), one_by_one.lines());
    EXPECT_EQ(whole.rows, one_by_one.rows);
    EXPECT_EQ(whole.checkpoint.offset, one_by_one.checkpoint.offset);
    EXPECT_EQ(whole.checkpoint.line, one_by_one.checkpoint.line);
  }
}

TEST(Extraction, ReadsManyWindowsOfWhatItIsMadeOf) {
  const TemporaryDirectory directory;
  const InventedFile file = invented_shopify(1, 6'000, Faults::none);
  ASSERT_GT(file.text.size(), 1U << 20U);
  EXPECT_GT(Reader(shopify()).read(directory.write("orders.csv", file.text)).calls, 4U);
}

TEST(Extraction, StopsAtTheLimitThoughTheLastOrderIsStillOpen) {
  const TemporaryDirectory directory;
  const Reader reader(shopify());
  const std::string header = invented_shopify(0, 0, Faults::none).text;
  const std::string row = ",ann@example.com,paid,USD,1.00,2025-01-02 03:04:05 +0000,1,Mug,M,Ann,";
  for (const char* end : {"", "\n"}) {
    const auto path = directory.write("orders.csv", header + "1" + row + "\n2" + row + end);
    EXPECT_EQ(reader.read_in_runs(path, 1).ids, reader.read(path).ids);
    EXPECT_EQ(reader.read(path, {}, 1).ids.size(), 2U);
  }
}

TEST(Extraction, TellsOfADroppedTokenOnceAndWithItsOrder) {
  const TemporaryDirectory directory;
  const Reader reader(builtin("shopify-orders", "[purchase]\nutk = \"Token\""));
  std::string text = "Name,Email,Financial Status,Subtotal,Created at,Cancelled at,Token\n";
  for (int order = 0; order < 5; ++order) {
    text += std::to_string(order) + ",ann@example.com,paid,1.00,2025-01-02 03:04:05 +0000,,short\n";
  }
  const auto path = directory.write("orders.csv", text);
  const Reading whole = reader.read(path);
  EXPECT_EQ(whole.remarks.size(), 5U);
  for (const std::uint64_t most : {1U, 2U}) {
    EXPECT_EQ(reader.read(path, {}, most).remarks, whole.remarks);
    EXPECT_EQ(reader.read_in_runs(path, most).remarks, whole.remarks);
  }
}

/// Stretches that are given up and reach over the end of a window.
TEST(Extraction, StopsAnywhereAroundLongStretchesThatAreGivenUp) {
  const std::string good =
      R"(192.0.2.7 - - [18/Sep/2025:23:18:28 -0400] "GET /checkout/success?order=%&email=a@example.com)"
      R"( HTTP/1.1" 200 512 "-" "Agent" "-")"
      "\n";
  InventedFile file;
  for (int line = 0; line < 4; ++line) {
    std::string numbered = good;
    file.text += numbered.replace(numbered.find('%'), 1, std::to_string(line));
    file.text += std::string((3U << 20U) + 17, 'x') + "\n";
  }
  expect_same_in_parts(Reader(log_pattern()), file, {1, kAll});

  InventedFile csv = invented_shopify(0, 0, Faults::none);
  const std::string row = ",ann@example.com,paid,USD,1.00,2025-01-02 03:04:05 +0000,1,Mug,M,Ann,";
  for (int order = 0; order < 40; ++order) {
    for (const char* each : {"a", "b", "c"}) csv.text += std::to_string(order) + each + row + "\n";
    csv.text += "x,\"closed\" and more\n" + std::string(200'000, 'y') + "\n";
  }
  expect_same_in_parts(Reader(shopify()), csv, {1, 3, kAll});
}

}  // namespace
}  // namespace ordertail
