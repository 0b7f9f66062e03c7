#include "event/event_json.h"

#include <date/date.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "base/text.h"
#include "expect_error.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace std::string_view_literals;

std::string json_of(const Event& event) {
  std::string json;
  append_json(event, json);
  return json;
}

Event invented_event() {
  Event event;
  event.kind = Kind::purchase;
  event.id.bytes = {0x9f, 1, 2};
  event.shop = "main";
  event.order_number = "1001";
  event.email = "ann@example.com";
  event.utk = "60c2ccdfe4892f0fa0593940b12c11aa";
  event.occurred_at = date::sys_days(date::year(2024) / 1 / 1) + 2h + 3min + 4s;
  event.close_date = Day{2023, 12, 31};
  event.total_revenue = Money{1'423'100};
  event.currency = "USD";
  event.skus = {"A-1", "B-2"};
  event.extra = {{"z", "1"}, {"a", "2"}};
  event.origin = {"orders.csv", 2, 40};
  return event;
}

void expect_equal(const Event& a, const Event& b) {
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.shop, b.shop);
  for (const auto& [key, member] : kTextFields) EXPECT_EQ(a.*member, b.*member) << key;
  EXPECT_EQ(a.occurred_at, b.occurred_at);
  EXPECT_EQ(a.close_date, b.close_date);
  EXPECT_EQ(a.total_revenue, b.total_revenue);
  EXPECT_EQ(a.skus, b.skus);
  EXPECT_EQ(a.extra, b.extra);
  EXPECT_EQ(a.origin.file, b.origin.file);
  EXPECT_EQ(a.origin.line, b.origin.line);
  EXPECT_EQ(a.origin.byte, b.origin.byte);
}

TEST(EventJson, IsOneLineInAFixedOrder) {
  EXPECT_EQ(json_of(invented_event()),
            R"({"kind":"purchase","id":"9f010200000000000000000000000000","shop":"main",)"
            R"("order_number":"1001","email":"ann@example.com","currency":"USD",)"
            R"("utk":"60c2ccdfe4892f0fa0593940b12c11aa",)"
            R"("occurred_at":"2024-01-01T02:03:04Z","close_date":"12/31/2023",)"
            R"("total_revenue":"142.31","skus":["A-1","B-2"],"extra":{"z":"1","a":"2"},)"
            R"("source":{"file":"orders.csv","line":2,"byte":40}})");
}

TEST(EventJson, LeavesOutWhatIsAbsent) {
  EXPECT_EQ(json_of(Event()), R"({"kind":"registration","id":"00000000000000000000000000000000",)"
                              R"("source":{"file":"","line":0,"byte":0}})");
}

TEST(EventJson, EscapesWhatJsonDemands) {
  std::string out = "before ";
  append_json_string("a\"b\\c\n\r\t\x01\x1F\x7F\0 \xC3\xA9"s, out);
  EXPECT_EQ(out, "before \"a\\\"b\\\\c\\n\\u000d\\u0009\\u0001\\u001f\\u007f\\u0000 \xC3\xA9\"");
}

TEST(EventJson, ReplacesBytesThatAreNotUtf8) {
  std::string out;
  append_json_string("J\xFCrgen \xC3(\xED\xA0\x80", out);
  EXPECT_EQ(out, "\"J\xEF\xBF\xBDrgen \xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

/// Well-formed UTF-8 of any kind.
std::string random_text(std::mt19937& random) {
  constexpr std::string_view kPieces[] = {
      "a", "\"",   "\\", "\n",       "\0",           "\x1B",
      "/", "\x7F", "<",  "\xC3\xA9", "\xE2\x80\xAE", "\xF0\x9F\x98\x80",
      ","};
  std::string text;
  for (auto count = random() % 6; count > 0; --count) text += kPieces[random() % 13];
  return text;
}

Event random_event(std::mt19937& random) {
  Event event;
  event.kind = random() % 2 == 0 ? Kind::purchase : Kind::registration;
  for (unsigned char& byte : event.id.bytes) byte = static_cast<unsigned char>(random());
  event.shop = random_text(random);
  for (const auto& [key, member] : kTextFields) event.*member = random_text(random);
  if (random() % 2 == 0) {
    event.occurred_at = Instant(std::chrono::seconds(random()) - 1'000'000'000s);
    event.close_date =
        Day{static_cast<int>(1000 + random() % 9000), static_cast<unsigned>(1 + random() % 12),
            static_cast<unsigned>(1 + random() % 28)};
  }
  if (random() % 2 == 0) event.total_revenue = Money{static_cast<std::int64_t>(random()) - 1'000};
  for (auto count = random() % 3; count > 0; --count) event.skus.push_back(random_text(random));
  for (auto count = random() % 3; count > 0; --count) {
    event.extra.emplace_back(std::to_string(count) + random_text(random), random_text(random));
  }
  event.origin = {random_text(random), random(), random()};
  return event;
}

TEST(EventJson, BringsEveryEventBack) {
  std::mt19937 random(8);
  for (int round = 0; round < 3'000; ++round) {
    const Event event = random_event(random);
    const std::string json = json_of(event);
    EXPECT_EQ(json.find('\n'), json.npos);
    ASSERT_NO_FATAL_FAILURE(expect_equal(parse_event_json(json), event)) << json;
  }
}

TEST(EventJson, OfAnyBytesIsValid) {
  std::mt19937 random(9);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 10, '\0');
    constexpr std::string_view kBytes = "\xC2\xE2\x80\x81\xED\xA0\xBF\xF4\x90\xFF\"\\a\n";
    for (char& c : bytes) c = kBytes[random() % kBytes.size()];
    std::string json;
    append_json_string(bytes, json);
    const auto value = nlohmann::json::parse(json, nullptr, false);
    ASSERT_TRUE(value.is_string()) << to_hex(bytes);
    if (json.find("\xEF\xBF\xBD") == json.npos) {
      ASSERT_EQ(value.get<std::string>(), bytes);
    }
  }
}

TEST(EventJson, HasEachTextAsItIsWrittenByItself) {
  constexpr std::string_view kOdd = "\0\x1F\"\\\x7F\x80\xC2\xFF !#[]~a"sv;
  for (const char odd : kOdd) {
    for (std::size_t length = 1; length <= 26; ++length) {
      for (std::size_t at = 0; at < length; ++at) {
        Event event = invented_event();
        event.city = std::string(length, 'x');
        event.city[at] = odd;
        event.skus = {event.city, event.city};
        std::string text;
        append_json_string(event.city, text);
        std::string json = "before";
        append_json(event, json);
        EXPECT_EQ(json.substr(0, 15), "before{\"kind\":\"");
        ASSERT_NE(json.find(",\"city\":" + text + ",\"currency\""), json.npos) << json;
        ASSERT_NE(json.find(",\"skus\":[" + text + "," + text + "],"), json.npos) << json;
        ASSERT_TRUE(json.ends_with("\"line\":2,\"byte\":40}}")) << json;
      }
    }
  }
}

TEST(ParseEventJson, RefusesWhatAppendJsonDidNotWrite) {
  const std::string good = json_of(invented_event());
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string json = good;
    return json.replace(json.find(from), from.size(), to);
  };
  for (const std::string& json : {""s,
                                  "{}"s,
                                  "[]"s,
                                  "null"s,
                                  good.substr(0, good.size() - 1),
                                  good + "x",
                                  changed("\"purchase\"", "\"refund\""),
                                  changed("9f01", "9f"),
                                  changed("9f01", "zz01"),
                                  changed("\"142.31\"", "\"1,42\""),
                                  changed("\"142.31\"", "142.31"),
                                  changed("2024-01-01T", "2024-13-01T"),
                                  changed("02:03:04Z", "02:03"),
                                  changed("02:03:04Z", "02:03:04Zx"),
                                  changed("12/31/2023", "02/31/2023"),
                                  changed("12/31/2023", "2023"),
                                  changed("[\"A-1\",\"B-2\"]", "\"A-1\""),
                                  changed("\"main\"", "1"),
                                  changed("\"line\":2", "\"line\":\"2\""),
                                  changed("\"source\"", "\"sauce\"")}) {
    const std::string message = error_of(ExitCode::store, [&] { (void)parse_event_json(json); });
    EXPECT_EQ(message.rfind("an event in the store cannot be read (", 0), 0U) << json;
    EXPECT_NE(message.find("); the store is damaged"), message.npos) << json;
  }
}

}  // namespace
}  // namespace ordertail
