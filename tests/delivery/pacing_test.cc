// The pure values: throttle, full jitter, Retry-After, form encoding.
#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>

#include "delivery/form_encoding.h"
#include "delivery/retry.h"
#include "delivery/throttle.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// Asks at random times, leaves after random commits, and returns when each request left.
std::deque<SteadyTime> departures(unsigned limit, std::mt19937_64& random, seconds time) {
  const auto upto = [&random](nanoseconds most) {
    return nanoseconds(std::uniform_int_distribution<std::int64_t>(0, most.count())(random));
  };
  SteadyTime now{};
  const SteadyTime end = now + time;
  Throttle throttle(limit, now);
  std::deque<SteadyTime> left;
  while (now < end) {
    const bool pause = random() % 64 == 0;
    now += upto(pause ? nanoseconds(15s) : nanoseconds(300ms));
    if (random() % 2 == 0) now = std::max(now, throttle.next());  // exactly when a token is due
    const std::size_t count = throttle.due(random() % (limit + 12), now);
    now += upto(random() % 8 == 0 ? nanoseconds(2s) : nanoseconds(5ms));
    throttle.left(count, now);
    left.insert(left.end(), count, now);
  }
  return left;
}

TEST(Throttle, NoWindowOfTenSecondsSeesMoreThanTheLimit) {
  std::mt19937_64 random(20231231);
  for (const unsigned limit : {1U, 2U, 3U, 9U, 45U, 100U, 190U, 10'000U}) {
    for (int round = 0; round < 20; ++round) {
      const auto left = departures(limit, random, 400s);
      ASSERT_GT(left.size(), limit == 1 ? 10U : limit) << limit;
      for (std::size_t i = limit; i < left.size(); ++i) {
        ASSERT_GT(left[i] - left[i - limit], 10s) << "limit " << limit << ", departure " << i;
      }
    }
  }
}

TEST(Throttle, DeliversMoreThanNinetyNineHundredthsOfTheLimit) {
  for (const unsigned limit : {1U, 45U, 190U, 10'000U}) {
    SteadyTime now{};
    Throttle throttle(limit, now);
    std::size_t sent = 0;
    for (const SteadyTime end = now + 6000s; now < end;) {
      now = std::max(now + 1ms, throttle.next() + 7ms);  // always a little late
      const std::size_t count = throttle.due(1000, now);
      throttle.left(count, now);
      sent += count;
    }
    EXPECT_GT(static_cast<double>(sent), 0.99 * 600 * limit) << limit;
    EXPECT_LE(sent, 600U * limit) << limit;
  }
}

TEST(Throttle, WithoutALimitEverythingIsDue) {
  Throttle throttle(0, SteadyTime{});
  EXPECT_EQ(throttle.due(1'000'000, SteadyTime{}), 1'000'000U);
  throttle.left(1'000'000, SteadyTime{});
  EXPECT_EQ(throttle.due(5, SteadyTime{}), 5U);
}

TEST(Throttle, ANewRunDoesNotBeginWithABurst) {
  const Throttle throttle(45, SteadyTime{});
  EXPECT_EQ(throttle.due(45, SteadyTime{}), 0U);
  EXPECT_EQ(throttle.due(45, throttle.next()), 1U);
}

TEST(FullJitter, StaysBetweenZeroAndTheDoubledBaseAndReachesBothEnds) {
  for (unsigned failures = 0; failures < 70; ++failures) {
    const milliseconds most = failures < 6 ? milliseconds(1000) * (1 << failures) : 60'000ms;
    std::mt19937_64 random(failures);
    for (int i = 0; i < 200; ++i) {
      const milliseconds delay = full_jitter(failures, 1000ms, 60'000ms, random());
      ASSERT_GE(delay, 0ms);
      ASSERT_LE(delay, most) << failures;
    }
    EXPECT_EQ(full_jitter(failures, 1000ms, 60'000ms, 0), 0ms);
    EXPECT_EQ(full_jitter(failures, 1000ms, 60'000ms, static_cast<std::uint64_t>(most.count())),
              most);
  }
  EXPECT_EQ(full_jitter(3, 0ms, 60'000ms, 12345), 0ms);
  EXPECT_LE(full_jitter(0, 60'000ms, 10ms, 12345), 10ms);
}

TEST(RetryAfter, ReadsSecondsAndDatesAndNothingElse) {
  // 2023-12-31T23:59:00Z
  const WallTime now(seconds(1'704'067'140));
  const auto read = [now](std::string_view header) { return parse_retry_after(header, now); };
  EXPECT_EQ(read("10"), 10s);
  EXPECT_EQ(read(" 10 "), 10s);
  EXPECT_EQ(read("0"), 1s);
  EXPECT_EQ(read("86400"), 24h);
  EXPECT_EQ(read("86401"), 24h);
  EXPECT_EQ(read("99999999999999999999999999"), 24h);
  EXPECT_EQ(read("Mon, 01 Jan 2024 00:00:00 GMT"), 60s);
  EXPECT_EQ(read("Monday, 01-Jan-24 00:00:00 GMT"), 60s);
  EXPECT_EQ(read("Mon Jan  1 00:00:00 2024"), 60s);
  EXPECT_EQ(read("Sun, 06 Nov 1994 08:49:37 GMT"), 1s);
  EXPECT_EQ(read("Tue, 01 Jan 2999 00:00:00 GMT"), 24h);
  for (const char* garbage : {"", " ", "-5", "+5", "1.5", "10s", "soon", "0x10", "10, 20",
                              "Mon, 01 Jan 2024 00:00:00 GMT tomorrow", "2024-01-01T00:00:00Z"}) {
    EXPECT_EQ(read(garbage), std::nullopt) << garbage;
  }
}

TEST(DailyRemaining, IsAWholeNumberOrNothing) {
  EXPECT_EQ(parse_remaining("249999"), 249'999U);
  EXPECT_EQ(parse_remaining(" 0 "), 0U);
  for (const char* garbage : {"", "-1", "+1", "1e3", "1,000", "99999999999999999999999"}) {
    EXPECT_EQ(parse_remaining(garbage), std::nullopt) << garbage;
  }
}

TEST(FormEncoding, WritesWhatBrowsersWrite) {
  std::string body;
  append_form_field("FirstName", "Ann Lee", body);
  append_form_field("a&b", "50% = 1/2 + \"x\"\r\n", body);
  append_form_field("City", "K\xC3\xB6ln", body);
  append_form_field("rest", "*-._~", body);
  EXPECT_EQ(
      body,
      "FirstName=Ann+Lee&a%26b=50%25+%3D+1%2F2+%2B+%22x%22%0D%0A&City=K%C3%B6ln&rest=*-._%7E");
}

/// Decoding is the test's own; what was encoded comes back, whatever the bytes are.
std::string decoded(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      bytes += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      bytes += text[i] == '+' ? ' ' : text[i];
    }
  }
  return bytes;
}

TEST(FormEncoding, EveryByteComesBack) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  std::string body;
  append_form_field("k", all, body);
  EXPECT_EQ(decoded(body.substr(2)), all);
  EXPECT_EQ(body.find_first_of("& \r\n", 1), std::string::npos);
}

}  // namespace
}  // namespace ordertail
