#include "event/request_line.h"

#include <gtest/gtest.h>

#include <random>

#include "base/text.h"

namespace ordertail {
namespace {

std::string parts(std::string_view logged) {
  const RequestLine line = parse_request_line(logged);
  return std::string(line.method) + '|' + std::string(line.path) + '|' + std::string(line.query);
}

TEST(RequestLine, ComesApart) {
  EXPECT_EQ(parts("GET /checkout/success?order=1001&x=1 HTTP/1.1"),
            "GET|/checkout/success|order=1001&x=1");
  EXPECT_EQ(parts("POST / HTTP/2.0"), "POST|/|");
  EXPECT_EQ(parts("GET /old"), "GET|/old|");
  EXPECT_EQ(parts("GET /a b?c d HTTP/1.0"), "GET|/a b|c d");
  EXPECT_EQ(parts("GET /? HTTP/1.1"), "GET|/|");
  EXPECT_EQ(parts("GET /a?b?c=d HTTP/1.1"), "GET|/a|b?c=d");
}

TEST(RequestLine, AnAbsoluteTargetGivesItsPath) {
  EXPECT_EQ(parts("GET http://shop.example.com/thanks?o=1 HTTP/1.1"), "GET|/thanks|o=1");
  EXPECT_EQ(parts("GET https://shop.example.com HTTP/1.1"), "GET|/|");
  EXPECT_EQ(parts("GET http://shop.example.com?o=1/2 HTTP/1.1"), "GET|/|o=1/2");
}

TEST(RequestLine, AnAddressInsideAPathIsNoAbsoluteTarget) {
  EXPECT_EQ(parts("GET /?u=x://host/thanks HTTP/1.1"), "GET|/|u=x://host/thanks");
  EXPECT_EQ(parts("GET /a://host/thanks HTTP/1.1"), "GET|/a://host/thanks|");
}

TEST(RequestLine, AnythingElseHasNoParts) {
  EXPECT_EQ(parts("-"), "||");
  EXPECT_EQ(parts(""), "||");
  EXPECT_EQ(parts("\\x16\\x03\\x01"), "||");
}

std::string parameter(std::string_view query, std::string_view name, Plus plus = Plus::blank) {
  std::string value = "left over";
  return query_parameter(query, name, {plus}, value) ? value : "none";
}

TEST(QueryParameter, FindsAndDecodes) {
  EXPECT_EQ(parameter("order=1001&email=ann%40example.com", "order"), "1001");
  EXPECT_EQ(parameter("order=1001&email=ann%40example.com", "email"), "ann@example.com");
  EXPECT_EQ(parameter("o=%23%31", "o"), "#1");
  EXPECT_EQ(parameter("a%5Bb%5D=1", "a[b]"), "1");
  EXPECT_EQ(parameter("o=%25%32%33", "o"), "%23");  // once, not twice
}

TEST(QueryParameter, IsDecodedTwiceWhereAServerHasEncodedItAgain) {
  const auto twice = [](std::string_view query, Plus plus) {
    std::string value;
    return query_parameter(query, "mail to", {plus, 2}, value) ? value : "none";
  };
  EXPECT_EQ(twice("mail%2520to=ann%252Bshop%2540example.com", Plus::plus), "ann+shop@example.com");
  EXPECT_EQ(twice("mail+to=a+b%2525", Plus::blank), "a b%");
  EXPECT_EQ(twice("a=b%2526mail+to=x&mail+to=y", Plus::blank), "y") << "divided before decoding";
}

TEST(QueryParameter, TheFirstOfItsNameWins) {
  EXPECT_EQ(parameter("o=1&o=2", "o"), "1");
  EXPECT_EQ(parameter("o=&o=2", "o"), "");
  EXPECT_EQ(parameter("o&o=2", "o"), "");
  EXPECT_EQ(parameter("a=b=c", "a"), "b=c");
}

TEST(QueryParameter, IsNoneWhenItIsNotThere) {
  EXPECT_EQ(parameter("", "o"), "none");
  EXPECT_EQ(parameter("xo=1&ox=2&O=3", "o"), "none");
  EXPECT_EQ(parameter("&&=&", "o"), "none");
}

TEST(QueryParameter, APlusIsABlankOrItself) {
  EXPECT_EQ(parameter("n=Ann+Lee", "n", Plus::blank), "Ann Lee");
  EXPECT_EQ(parameter("e=ann+shop@example.com", "e", Plus::plus), "ann+shop@example.com");
  EXPECT_EQ(parameter("e=ann%2Bshop%40example.com", "e", Plus::blank), "ann+shop@example.com");
  EXPECT_EQ(parameter("first+name=x", "first name", Plus::plus), "x");
}

TEST(QueryParameter, ABrokenEscapeIsText) {
  EXPECT_EQ(parameter("o=100%&p=1", "o"), "100%");
  EXPECT_EQ(parameter("o=%4&p=1", "o"), "%4");
  EXPECT_EQ(parameter("o=%zz%41", "o"), "%zzA");
  EXPECT_EQ(parameter("o=%", "o"), "%");
}

TEST(QueryParameter, EncodedBytesComeBack) {
  std::mt19937 random(7);
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes(random() % 20, '\0');
    std::string encoded;
    for (char& c : bytes) {
      c = static_cast<char>(random());
      encoded += '%' + to_hex(std::string_view(&c, 1));
    }
    EXPECT_EQ(parameter("a=1&v=" + encoded + "&b=2", "v"), bytes);
  }
}

}  // namespace
}  // namespace ordertail
