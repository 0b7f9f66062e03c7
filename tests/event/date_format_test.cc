#include "event/date_format.h"

#include <date/date.h>
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "expect_error.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;

/// "2025-12-06 23:37:30 -28800", or "no".
std::string parsed(std::string_view format, std::string_view text,
                   std::optional<DateOrder> order = std::nullopt) {
  const auto time = DateFormat(format, order).parse(text);
  if (!time) return "no";
  std::ostringstream out;
  out << date::format("%F %T", date::local_seconds(time->local.time_since_epoch()));
  if (time->offset) out << ' ' << time->offset->count();
  return out.str();
}

TEST(DateFormat, ReadsTheFormatsOfCartsAndLogs) {
  EXPECT_EQ(parsed("%F %T %z", "2025-12-06 23:37:30 -0800"), "2025-12-06 23:37:30 -28800");
  EXPECT_EQ(parsed("%FT%T%z", "2025-12-06T23:37:30Z"), "2025-12-06 23:37:30 0");
  EXPECT_EQ(parsed("%FT%T%z", "2025-12-06T23:37:30+05:30"), "2025-12-06 23:37:30 19800");
  EXPECT_EQ(parsed("%d/%b/%Y:%T %z", "18/Sep/2025:23:18:28 -0400"), "2025-09-18 23:18:28 -14400");
  EXPECT_EQ(parsed("%x %T", "12/31/2023 22:15:00", DateOrder::mdy), "2023-12-31 22:15:00");
  EXPECT_EQ(parsed("%a %B %d, %Y %I:%M %p", "Sunday march 9, 2025 12:05 am"),
            "2025-03-09 00:05:00");
  EXPECT_EQ(parsed("%b %d %Y %I:%M:%S %p", "May 5 2025 12:00:00 PM"), "2025-05-05 12:00:00");
  EXPECT_EQ(parsed("%m/%d/%y", "1/2/25"), "2025-01-02 00:00:00");
  EXPECT_EQ(parsed("%Y%m%d", "20251206"), "2025-12-06 00:00:00");
  EXPECT_EQ(parsed("%F", "2024-02-29"), "2024-02-29 00:00:00");
}

TEST(DateFormat, ASpaceIsOneBlankOrMore) {
  EXPECT_EQ(parsed("%F %T", "2025-12-06    23:37:30"), "2025-12-06 23:37:30");
  EXPECT_EQ(parsed("%F %T", "2025-12-0623:37:30"), "no");
}

TEST(DateFormat, ALeapSecondIsTheNextMinutesFirst) {
  EXPECT_EQ(parsed("%F %T", "2016-12-31 23:59:60"), "2017-01-01 00:00:00");
}

TEST(DateFormat, ReadsADateInTheSourcesOrderWithOneSeparator) {
  for (const char separator : {'/', '-', '.'}) {
    const auto join = [&](const char* a, const char* b, const char* c) {
      return std::string(a) + separator + b + separator + c;
    };
    EXPECT_EQ(parsed("%x", join("2", "1", "2025"), DateOrder::mdy), "2025-02-01 00:00:00");
    EXPECT_EQ(parsed("%x", join("2", "1", "2025"), DateOrder::dmy), "2025-01-02 00:00:00");
    EXPECT_EQ(parsed("%x", join("2025", "02", "01"), DateOrder::ymd), "2025-02-01 00:00:00");
    EXPECT_EQ(parsed("%x", join("13", "1", "2025"), DateOrder::mdy), "no");
  }
  EXPECT_EQ(parsed("%x", "1/2-2025", DateOrder::mdy), "no");
  EXPECT_EQ(parsed("%x", "1 2 2025", DateOrder::mdy), "no");
  EXPECT_EQ(parsed("%x", "112025", DateOrder::mdy), "no");
}

TEST(DateFormat, RefusesWhatIsNotWhollyOfTheFormat) {
  for (const char* text :
       {"", "2025", "2025-12-06", "2025-12-06 23:37:30x", "2025-12-06 23:37:30 ", " 2025-12-06",
        "25-12-06 23:37:30", "2025-12-06 23:37", "2025-12-06T23:37:30", "2025-12-006 23:37:30",
        "2025-1a-06 23:37:30", "-2025-12-06 23:37:30", "2025-+1-06 23:37:30"}) {
    EXPECT_EQ(parsed("%F %T", text), "no") << text;
  }
  EXPECT_EQ(parsed("%b %d %Y", "Foo 1 2025"), "no");
  EXPECT_EQ(parsed("%b %d %Y", "Marc 1 2025"), "no");
  EXPECT_EQ(parsed("%I:%M %p", "10:00 xm"), "no");
  EXPECT_EQ(parsed("%F %z", "2025-12-06 +1500"), "no");
  EXPECT_EQ(parsed("%F %z", "2025-12-06 +0260"), "no");
  EXPECT_EQ(parsed("%F %z", "2025-12-06 +02"), "no");
  EXPECT_EQ(parsed("%F %z", "2025-12-06 0200"), "no");
}

TEST(DateFormat, RefusesDaysAndTimesThatAreNone) {
  EXPECT_EQ(parsed("%m/%d/%Y", "02/30/2025"), "no");
  EXPECT_EQ(parsed("%F", "2025-02-29"), "no");
  EXPECT_EQ(parsed("%F", "1900-02-29"), "no");
  EXPECT_EQ(parsed("%F", "2025-13-01"), "no");
  EXPECT_EQ(parsed("%F", "2025-00-01"), "no");
  EXPECT_EQ(parsed("%F", "2025-01-00"), "no");
  EXPECT_EQ(parsed("%F %T", "2025-01-01 25:00:00"), "no");
  EXPECT_EQ(parsed("%F %T", "2025-01-01 24:00:00"), "no");
  EXPECT_EQ(parsed("%F %T", "2025-01-01 23:60:00"), "no");
  EXPECT_EQ(parsed("%F %T", "2025-01-01 23:59:61"), "no");
  EXPECT_EQ(parsed("%F %I:%M %p", "2025-01-01 13:00 pm"), "no");
  EXPECT_EQ(parsed("%F %I:%M %p", "2025-01-01 0:30 am"), "no");
}

// Whatever a format can say, the date library writes and DateFormat reads back.
TEST(DateFormat, ReadsWhatTheDateLibraryWrites) {
  struct Case {
    const char* format;  // as both understand it
    bool seconds;
  };
  constexpr Case kCases[] = {{"%F %T", true},
                             {"%FT%TZ", true},
                             {"%d/%b/%Y:%H:%M:%S", true},
                             {"%a %b %d %Y %I:%M:%S %p", true},
                             {"%A, %B %d, %Y %T", true},
                             {"%m/%d/%y %H:%M", false},
                             {"%d.%m.%Y %I:%M%p", false},
                             {"%Y%m%d%H%M%S", true}};
  std::mt19937 random(6);
  for (const Case& test : kCases) {
    const DateFormat format(test.format, std::nullopt);
    for (int round = 0; round < 3'000; ++round) {
      auto at = std::chrono::seconds(946'684'800 + random() % 2'000'000'000);
      if (!test.seconds) at -= at % 60;
      const std::string text = date::format(test.format, date::local_seconds(at));
      const auto time = format.parse(text);
      ASSERT_TRUE(time) << text;
      ASSERT_EQ(time->local.time_since_epoch(), at) << text;
    }
  }
}

TEST(DateFormat, ReadsEveryOffset) {
  const DateFormat format("%F %T %z", std::nullopt);
  for (int minutes = -14 * 60; minutes <= 14 * 60; minutes += 15) {
    for (const char* colon : {"", ":"}) {
      char text[40];
      std::snprintf(text, sizeof text, "2025-01-02 03:04:05 %c%02d%s%02d", minutes < 0 ? '-' : '+',
                    std::abs(minutes) / 60, colon, std::abs(minutes) % 60);
      const auto time = format.parse(text);
      ASSERT_TRUE(time) << text;
      EXPECT_EQ(time->offset, std::chrono::minutes(minutes)) << text;
    }
  }
}

TEST(DateFormat, RefusesADirectiveItDoesNotKnow) {
  const auto refusal = [](const char* format) {
    return error_of(ExitCode::usage, [&] { DateFormat(format, std::nullopt); });
  };
  EXPECT_EQ(refusal("%Q"), "the time format \"%Q\" has an unknown directive %Q");
  EXPECT_EQ(refusal("%F %"), "the time format \"%F %\" has an unknown directive %%");
  EXPECT_EQ(refusal("%x %T"), "the time format \"%x %T\" has an unknown directive %x");
}

TEST(DateOrderName, IsOneOfThree) {
  EXPECT_EQ(date_order("mdy"), DateOrder::mdy);
  EXPECT_EQ(date_order("dmy"), DateOrder::dmy);
  EXPECT_EQ(date_order("ymd"), DateOrder::ymd);
  EXPECT_EQ(date_order("MDY"), std::nullopt);
  EXPECT_EQ(date_order(""), std::nullopt);
}

}  // namespace
}  // namespace ordertail
