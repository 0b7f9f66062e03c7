#include "event/date_format.h"

#include <date/date.h>
#include <fmt/format.h>
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

TEST(DateFormat, ReadsWhatParticularCartsWrite) {
  EXPECT_EQ(parsed("%A %d %B %Y %I:%M:%S %p", "Tuesday 10 July 2007 09:21:23 PM"),
            "2007-07-10 21:21:23");  // X-Cart 4
  EXPECT_EQ(parsed("%a, %d %b %Y %T %z", "Thu, 07 Aug 2014 17:42:15 -0300"),
            "2014-08-07 17:42:15 -10800");                             // X-Cart 5: RFC 2822
  EXPECT_EQ(parsed("%b-%d-%y", "Sep-18-26"), "2026-09-18 00:00:00");   // eBay
  EXPECT_EQ(parsed("%m-%d-%Y", "09-18-2026"), "2026-09-18 00:00:00");  // X-Cart 4
  EXPECT_EQ(parsed("%d.%m.%Y %T", "31.12.2025 9:05:00"), "2025-12-31 09:05:00");  // PayPal
  EXPECT_EQ(parsed("%b %e, %Y %I:%M:%S %p", "Aug 7, 2013 2:05:33 PM"), "2013-08-07 14:05:33");
  EXPECT_EQ(parsed("%a %b %d %T %Y %z", "Tue Jul 10 19:06:27 2007 GMT"),
            "2007-07-10 19:06:27 0");  // Yahoo
}

TEST(DateFormat, ReadsSecondsSince1970) {
  EXPECT_EQ(parsed("%s", "0"), "1970-01-01 00:00:00 0");
  EXPECT_EQ(parsed("%s", "1184094387"), "2007-07-10 19:06:27 0");
  EXPECT_EQ(parsed("%s", "1184094387.999"), "2007-07-10 19:06:27 0");
  EXPECT_EQ(parsed("[%s]", "[1184094387]"), "2007-07-10 19:06:27 0");
  for (const char* text : {"", "-1", "x", "1184094387.", "1184094387 ", "1184094387000", "1e9"}) {
    EXPECT_EQ(parsed("%s", text), "no") << text;
  }
}

TEST(DateFormat, PassesOverAFractionOfASecond) {
  EXPECT_EQ(parsed("%Y-%m-%dT%H:%M:%S%z", "2025-12-06T23:37:30.123456Z"), "2025-12-06 23:37:30 0");
  EXPECT_EQ(parsed("%FT%T%z", "2025-12-06T23:37:30.5+01:00"), "2025-12-06 23:37:30 3600");
  EXPECT_EQ(parsed("%F %T", "2025-12-06 23:37:30.000"), "2025-12-06 23:37:30");
  EXPECT_EQ(parsed("%T.%F", "23:37:30.2025-12-06"), "2025-12-06 23:37:30");
  EXPECT_EQ(parsed("%F %T", "2025-12-06 23:37:30."), "no");
  EXPECT_EQ(parsed("%F %T", "2025-12-06 23:37:30.x"), "no");
  EXPECT_EQ(parsed("%F %H:%M", "2025-12-06 23:37.5"), "no");
}

// Magento 2's "Aug 23, 2016 14:05:00 PM" and "02:05:00 PM": whichever clock wrote it.
TEST(DateFormat, ReadsAnHourOfEitherClockBesideAmOrPm) {
  constexpr const char* kFormat = "%b %d, %Y %H:%M:%S %p";
  for (int hour = 0; hour < 24; ++hour) {
    const char* half = hour < 12 ? "AM" : "PM";
    const std::string expected = fmt::format("2016-08-23 {:02}:05:00", hour);
    const int twelve = hour % 12 == 0 ? 12 : hour % 12;
    for (const int written : {hour, twelve}) {
      const std::string text = fmt::format("Aug 23, 2016 {:02}:05:00 {}", written, half);
      EXPECT_EQ(parsed(kFormat, text), expected) << text;
    }
  }
  for (const char* text : {"Aug 23, 2016 00:05:00 PM", "Aug 23, 2016 13:05:00 AM",
                           "Aug 23, 2016 24:05:00 PM", "Aug 23, 2016 14:05:00"}) {
    EXPECT_EQ(parsed(kFormat, text), "no") << text;
  }
}

TEST(DateFormat, ASpaceIsAlsoANoBreakSpace) {
  EXPECT_EQ(parsed("%F %I:%M %p", "2025-12-06 2:05\u202FPM"), "2025-12-06 14:05:00");
  EXPECT_EQ(parsed("%F %I:%M %p", "2025-12-06\u00A02:05 PM"), "2025-12-06 14:05:00");
  EXPECT_EQ(parsed("%F %I:%M %p", "2025-12-06 2:05\u200BPM"), "no");
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

TEST(DateFormat, ShowsItsForm) {
  EXPECT_EQ(DateFormat("%x %T", DateOrder::mdy).shape(), "MM/DD/YYYY HH:MM:SS");
  EXPECT_EQ(DateFormat("%a, %d %b %Y %I:%M %p %z", std::nullopt).shape(),
            "Day, DD Mon YYYY HH:MM AM +HHMM");
  EXPECT_EQ(DateFormat("%s", std::nullopt).shape(), "SECONDS-SINCE-1970");
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

TEST(DateOrderName, ComesBack) {
  for (const DateOrder order : kDateOrders) EXPECT_EQ(date_order(name_of(order)), order);
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
