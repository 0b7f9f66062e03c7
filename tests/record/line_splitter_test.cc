#include "record/line_splitter.h"

#include <gmock/gmock.h>

#include <array>
#include <deque>
#include <optional>
#include <random>
#include <string>

#include "expect_error.h"
#include "record/line_pattern.h"
#include "record/texts.h"

namespace ordertail {
namespace {

using testing::ElementsAre;

using Cells = std::optional<std::vector<std::string>>;

Cells split(const LineFormat& format, const std::vector<std::string>& wanted,
            std::string_view line) {
  const LineSplitter splitter(format, wanted);
  std::vector<std::string_view> cells(wanted.size());
  std::deque<std::string> unescaped;
  if (!splitter.match(line, cells.data(), unescaped)) return std::nullopt;
  return std::vector<std::string>(cells.begin(), cells.end());
}

std::vector<std::string> all(const LineFormat& format, std::string_view line) {
  return split(format, format.names(), line).value_or(std::vector<std::string>{"no match"});
}

constexpr const char* kNginxCombined =
    R"_($remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent )_"
    R"_("$http_referer" "$http_user_agent")_";
constexpr const char* kApacheCombined =
    R"_(%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\")_";

TEST(LineFormat, ReadsNginxsOwnLine) {
  EXPECT_THAT(
      all(nginx_line_format(kNginxCombined),
          R"_(192.0.2.7 - ann [18/Sep/2025:23:18:28 -0400] "GET /a\x22b?c HTTP/1.1" 200 12 )_"
          R"_("-" "Agent \x5C \xE4")_"),
      ElementsAre("192.0.2.7", "ann", "18/Sep/2025:23:18:28 -0400", "GET /a\"b?c HTTP/1.1", "200",
                  "12", "-", "Agent \\ \xE4"));
}

TEST(LineFormat, ReadsApachesOwnLine) {
  EXPECT_THAT(all(apache_line_format(kApacheCombined),
                  R"_(192.0.2.7 - ann [18/Sep/2025:23:18:28 -0400] "GET /a\"b?c HTTP/1.1" 200 12 )_"
                  R"_("-" "tab\t and \\ and \xe4")_"),
              ElementsAre("192.0.2.7", "-", "ann", "18/Sep/2025:23:18:28 -0400",
                          "GET /a\"b?c HTTP/1.1", "200", "12", "-", "tab\t and \\ and \xE4"));
}

TEST(LineFormat, TakesWholeStatementsAsTheyStandInTheConfiguration) {
  const LineFormat nginx = nginx_line_format(
      "log_format shop escape=json '$remote_addr '\n"
      "                            '\"$request\" ${status}';");
  EXPECT_THAT(nginx.names(), ElementsAre("$remote_addr", "$request", "$status"));
  EXPECT_THAT(all(nginx, R"_(192.0.2.7 "GET /\u00e4\ud83d\ude00\/ \"x\"" 200)_"),
              ElementsAre("192.0.2.7", "GET /\xC3\xA4\xF0\x9F\x98\x80/ \"x\"", "200"));
  const LineFormat apache =
      apache_line_format(R"_(LogFormat "%v:%p %h %{hubspotutk}C %!200,304{Referer}i" shop)_");
  EXPECT_THAT(apache.names(), ElementsAre("%v", "%p", "%h", "%{hubspotutk}C", "%{Referer}i"));
}

TEST(LineFormat, KnowsWhatApacheDocumentsOnly) {
  const LineFormat format = apache_line_format("%{c}h %^FB %{Grpc-Status}^to %{x}^ti");
  EXPECT_THAT(format.names(), ElementsAre("%{c}h", "%^FB", "%{Grpc-Status}^to", "%{x}^ti"));
}

TEST(LineFormat, OfTwoRequestsNamesTheOneThatTellsMost) {
  for (const char* text : {"%s %>s", "%<s %>s"}) {
    EXPECT_THAT(apache_line_format(text).names(), ElementsAre("%<s", "%s")) << text;
  }
  EXPECT_THAT(apache_line_format("%>s %s").names(), ElementsAre("%s", "%<s"));
  EXPECT_THAT(apache_line_format("%>U %U%q %U").names(), ElementsAre("%>U", "%U%q", "%U"));
  EXPECT_THAT(apache_line_format("%<u %u").names(), ElementsAre("%<u", "%u"));
  EXPECT_THAT(apache_line_format("%s %>U %<u").names(), ElementsAre("%s", "%U", "%u"));
}

TEST(LineFormat, MayDivideItsFieldsByTabs) {
  const char* line =
      "time:18/Sep/2025:23:18:28 -0400\thost:192.0.2.7\tx:203.0.113.9, 10.0.0.1\treq:GET /a "
      "HTTP/1.1\tua:Agent (X11)";
  const LineFormat nginx = nginx_line_format(
      R"(log_format ltsv 'time:$time_local\thost:$remote_addr\tx:$http_x_forwarded_for\t')"
      R"('req:$request\tua:$http_user_agent';)");
  EXPECT_THAT(all(nginx, line),
              ElementsAre("18/Sep/2025:23:18:28 -0400", "192.0.2.7", "203.0.113.9, 10.0.0.1",
                          "GET /a HTTP/1.1", "Agent (X11)"));
  EXPECT_THAT(all(nginx, std::string(line) + "\tmore"), ElementsAre("no match"));
  EXPECT_THAT(all(apache_line_format(
                      R"(LogFormat "host:%h\tuser:%u\ttime:%t\treq:%r\\tua:%{User-Agent}i" x)"),
                  "host:192.0.2.7\tuser:ann roe\ttime:[now]\treq:GET /a HTTP/1.1\tua:Agent (X11)"),
              ElementsAre("192.0.2.7", "ann roe", "now", "GET /a HTTP/1.1", "Agent (X11)"));
}

TEST(LineFormat, HasListsWhereServersWriteThem) {
  const LineFormat nginx = nginx_line_format(
      "$http_x_forwarded_for [$time_local] $request_time $upstream_addr $pipe $Upstream_Status");
  const auto nginxs = [&](std::string_view line) { return all(nginx, line); };
  EXPECT_THAT(nginxs("- [t] 0.1 - . -"), ElementsAre("-", "t", "0.1", "-", ".", "-"));
  EXPECT_THAT(
      nginxs("203.0.113.9, unknown,  10.0.0.1 [t] 0.1 a:80, unix:/b : c:80 . 502, 502 : 200"),
      ElementsAre("203.0.113.9, unknown,  10.0.0.1", "t", "0.1", "a:80, unix:/b : c:80", ".",
                  "502, 502 : 200"));
  EXPECT_THAT(nginxs("- [t] 0.1 a:80 :  . 502 : "),
              ElementsAre("-", "t", "0.1", "a:80 : ", ".", "502 : "))
      << "the second group of servers was never reached";
  for (const char* line :
       {"203.0.113.9 10.0.0.1 [t] 0.1 a . 200", "203.0.113.9 : a [t] 0.1 a . 200",
        "203.0.113.9 [t] 0.1 a b . 200", "- [t] 0.1, 0.2 a . 200", "- [t] 0.1 a . 200 200"}) {
    EXPECT_THAT(nginxs(line), ElementsAre("no match")) << line;
  }
  const LineFormat apache = apache_line_format("%{x-forwarded-for}i %l %u %t");
  EXPECT_THAT(all(apache, "203.0.113.9, 10.0.0.1 - ann roe [t]"),
              ElementsAre("203.0.113.9, 10.0.0.1", "-", "ann roe", "t"));
  EXPECT_THAT(all(nginx_line_format("\"$http_x_forwarded_for\" ${upstream_addr}|$status"),
                  "\"a, b\" c|200"),
              ElementsAre("a, b", "c", "200"));
  const LineFormat commas = nginx_line_format("$http_x_forwarded_for,$upstream_addr,$status");
  EXPECT_THAT(all(commas, "a, b,c, d : e,200"), ElementsAre("a, b", "c, d : e", "200"));
  EXPECT_THAT(all(commas, "-,c,200"), ElementsAre("-", "c", "200"));
  EXPECT_THAT(all(commas, ",,200"), ElementsAre("", "", "200"));
  const LineFormat words = nginx_line_format("$upstream_addr, status $upstream_status|$status");
  EXPECT_THAT(all(words, "a:80, status 502|200"), ElementsAre("a:80", "502", "200"));
  EXPECT_THAT(all(words, "a:80, b:80, status 502, 200|200"), ElementsAre("no match"));
  EXPECT_THAT(all(named_line_format("$upstream_addr $x", LineEscapes::none, {}), "a, b"),
              ElementsAre("a,", "b"))
      << "a name of one's own means nothing";
}

TEST(LineSplitter, TakesOneValueWhereAListWouldHaveNoEnd) {
  EXPECT_THAT(all(nginx_line_format("$status $http_x_forwarded_for, $host"), "200 192.0.2.7, a"),
              ElementsAre("200", "192.0.2.7", "a"));
  EXPECT_THAT(all(nginx_line_format("$upstream_addr : $upstream_status"), "192.0.2.7 : 200"),
              ElementsAre("192.0.2.7", "200"));
  EXPECT_THAT(all(named_line_format("$remote_user [$time]", LineEscapes::none, {}), "a b [now]"),
              ElementsAre("a b", "now"));
}

TEST(LineFormat, NamesFieldsInAnyCaseWhereTheServerDoes) {
  for (const auto& [a, b] : {std::pair("$status", "$Status"), std::pair("%{Cookie}i", "%{cookie}i"),
                             std::pair("%{X-Id}o", "%{x-id}o"), std::pair("%{utk}C", "%{UTK}C")}) {
    EXPECT_TRUE(is_same_field(a, b)) << a;
  }
  for (const auto& [a, b] :
       {std::pair("%t", "%T"), std::pair("%{cookie}i", "%{cookie}C"),
        std::pair("%{Path}e", "%{PATH}e"), std::pair("%{%b}t", "%{%B}t"), std::pair("", "$a")}) {
    EXPECT_FALSE(is_same_field(a, b)) << a;
  }
}

TEST(LineFormat, KnowsPathsAndQueriesThatFollowWithoutABlank) {
  EXPECT_THAT(all(apache_line_format("%m %U%q %H"), "GET /a?b=c HTTP/1.1"),
              ElementsAre("GET", "/a?b=c", "HTTP/1.1"));
  EXPECT_THAT(all(nginx_line_format("$scheme://$host$request_uri $uri$is_args$args|$status"),
                  "https://shop.example.com/a?b /a?b|200"),
              ElementsAre("https", "shop.example.com", "/a?b", "/a?b", "200"));
}

TEST(LineFormat, KnowsThatATimeMayHaveBlanks) {
  EXPECT_THAT(all(apache_line_format(R"(%h %{%F %T %z}t \"%r\")"),
                  R"(192.0.2.7 2025-09-18 23:18:28 -0400 "GET / HTTP/1.1")"),
              ElementsAre("192.0.2.7", "2025-09-18 23:18:28 -0400", "GET / HTTP/1.1"));
  EXPECT_THAT(all(apache_line_format("%>s [%{%d %b}t] %{%F %T}t"), "200 [18 Sep] 2025-09-18 23:18"),
              ElementsAre("200", "18 Sep", "2025-09-18 23:18"));
  EXPECT_EQ(
      error_of(ExitCode::usage, [] { static_cast<void>(apache_line_format("%>s %{%F %T}t %h")); }),
      "column 5: %{%F %T}t holds what stands behind it, so nobody can tell where it ends; "
      "put it in brackets");
}

TEST(LineFormat, TellsWhatCannotBeCompiledAndWhere) {
  const auto nginx = [](const char* text) {
    return error_of(ExitCode::usage, [&] { static_cast<void>(nginx_line_format(text)); });
  };
  const auto apache = [](const char* text) {
    return error_of(ExitCode::usage, [&] { static_cast<void>(apache_line_format(text)); });
  };
  EXPECT_EQ(nginx("$status $"), "column 9: a variable of nginx is $ and a name, such as $status");
  EXPECT_EQ(nginx("${status"), "column 1: a variable of nginx is $ and a name, such as $status");
  EXPECT_EQ(nginx("$remote_addr$status"),
            "column 13: nothing stands between $remote_addr and $status, so nobody can tell where "
            "one ends; put a blank between them");
  EXPECT_EQ(nginx("plain"),
            "column 1: this names no field; paste the text between the quotes, or the whole "
            "log_format or LogFormat");
  EXPECT_EQ(nginx("log_format x escape=jsn '$status';"),
            "column 14: \"escape=jsn\" is unknown; nginx knows escape=default, escape=json and "
            "escape=none");
  EXPECT_EQ(nginx("log_format x '$status"),
            "column 14: this quote is never closed; paste the whole statement");
  EXPECT_EQ(apache("%h %j"), "column 4: Apache has no directive %j");
  EXPECT_EQ(apache(R"(LogFormat "%h \"%>Z\"" x)"), "column 17: Apache has no directive %>Z");
  EXPECT_EQ(apache("%h %{Referer"), "column 5: this { is never closed");
  EXPECT_EQ(apache("%{x}h"), "column 1: %{x}h takes no name in braces");
  EXPECT_EQ(apache("%{c}a %{d}h"), "column 7: %{d}h takes no name in braces");
  EXPECT_EQ(apache("%h %^"), "column 4: Apache has no directive %^");
  EXPECT_EQ(apache("%h %^ s"), "column 4: Apache has no directive %^");
  EXPECT_EQ(apache("%h %^FX"), "column 4: Apache has no directive %^FX");
  EXPECT_EQ(apache("%{x}^FB"), "column 1: %{x}^FB takes no name in braces");
}

TEST(LineFormat, IsWrittenForAnyServerWithNamesOfOnesOwn) {
  const LineFormat haproxy =
      named_line_format(R"_($log haproxy: $client ${queue}s $captured"$request")_",
                        LineEscapes::hash, {"log", "captured"});
  EXPECT_THAT(haproxy.names(), ElementsAre("log", "client", "queue", "captured", "request"));
  EXPECT_THAT(all(haproxy, R"_(Sep 19 lb haproxy: 192.0.2.7 1s {a b} "GET /#22x#22\ HTTP/1.1\")_"),
              ElementsAre("Sep 19 lb", "192.0.2.7", "1", "{a b} ", R"(GET /"x"\ HTTP/1.1\)"));
  EXPECT_EQ(
      error_of(ExitCode::usage,
               [] { static_cast<void>(named_line_format("$a $b", LineEscapes::none, {"rest"})); }),
      "column 1: there is no field $rest that could be loose; there are a, b");
}

TEST(LineSplitter, TakesNoQuoteWithinQuotesWhereNothingIsEscaped) {
  const LineFormat format = named_line_format(R"("$a" "$b" $c)", LineEscapes::none, {});
  EXPECT_THAT(all(format, R"("x\" "y" z)"), ElementsAre("x\\", "y", "z"));
  for (const char* line : {R"("x"y" "b" c)", R"("x" "y" "b" c)", R"("x" "y" z" w)"}) {
    EXPECT_THAT(all(format, line), ElementsAre("no match")) << line;
  }
}

TEST(LineSplitter, KeepsTheDividersOfCapturedHeadersApart) {
  const LineFormat format = named_line_format("$a $b", LineEscapes::hash, {});
  EXPECT_THAT(all(format, "{x#7Cy#22|#7B#7d} #7Cy"), ElementsAre("{x#7Cy\"|#7B}}", "|y"))
      << "HAProxy writes capital letters";
}

TEST(LineSplitter, TellsHowFarALineFits) {
  const LineSplitter splitter(apache_line_format(kApacheCombined), {});
  const auto fault = [](const LineSplitter& by, std::string_view line) {
    const LineFault found = by.fault(line);
    return std::to_string(found.reach) + ": " + found.why;
  };
  EXPECT_EQ(fault(splitter, R"(192.0.2.7 - - [18/Sep/2025:23:18:28 -0400] "GET / HTTP)"),
            "44: no `\" ` follows %r");
  EXPECT_EQ(fault(splitter, R"(h l u [t] "r" 200 1 "a" "b" more)"),
            "27: more follows behind %{User-Agent}i, the last field");
  const LineSplitter brackets(nginx_line_format("[$time_local] $status"), {});
  EXPECT_EQ(fault(brackets, "x"), "0: it does not begin with `[`");
  EXPECT_EQ(fault(brackets, "[t] 200 OK"), "4: a blank is in $status, the last field");
  const LineSplitter tabs(nginx_line_format("$host\\t$status"), {});
  EXPECT_EQ(fault(tabs, "x 200"), "0: no `\\t` follows $host");
  EXPECT_EQ(fault(tabs, "x\t200\t"), "2: a tab is in $status, the last field");
}

TEST(LineSplitter, NamesTheFieldsWhereOneIsWantedThatIsNone) {
  EXPECT_EQ(error_of(ExitCode::usage,
                     [] { LineSplitter(nginx_line_format("$status $host"), {"$stauts"}); }),
            "The log format has no field \"$stauts\"; it has $status, $host.");
}

/// As ngx_http_log_escape() and Apache's ap_escape_logitem() do, written from their documentation.
std::string as_server(std::string_view text, bool nginx) {
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool special = c == '"' || c == '\\';
    if (!nginx && special) {
      line += {'\\', c};
    } else if (!nginx && c == '\n') {
      line += "\\n";
    } else if (special || byte < 0x20 || byte > 0x7E) {
      constexpr std::string_view kDigits = "0123456789ABCDEF";
      line += {'\\', 'x', kDigits[byte >> 4U], kDigits[byte & 15U]};
    } else {
      line += c;
    }
  }
  return line;
}

TEST(LineSplitter, ReadsBackWhateverServersWrite) {
  std::mt19937 random(20);
  const LineFormat nginx = nginx_line_format(R"($a "$b" [$c] "$d" "$e")");
  const LineFormat apache = apache_line_format(R"(%h \"%r\" %t \"%{Referer}i\" \"%{Cookie}i\")");
  for (int i = 0; i < 20'000; ++i) {
    std::array<std::string, 3> hostile;
    for (std::string& text : hostile) {
      text =
          random_text(random, random() % 12, std::string_view("\"\\ []x\n\r\t\0\xFF\x80nt2", 15));
    }
    for (const bool by_nginx : {true, false}) {
      const auto written = [&](std::size_t at) { return as_server(hostile[at], by_nginx); };
      const std::string line =
          "192.0.2.7 \"" + written(0) + "\" [t] \"" + written(1) + "\" \"" + written(2) + "\"";
      ASSERT_THAT(all(by_nginx ? nginx : apache, line),
                  ElementsAre("192.0.2.7", hostile[0], "t", hostile[1], hostile[2]))
          << line;
    }
  }
}

TEST(LineSplitter, AgreesWithTheRegularExpressionOfTheSameFormat) {
  const std::string quoted = R"_("(?P<NAME>(?:[^"\\]|\\.)*)")_";
  const auto group = [&](std::string text, const char* name) {
    return text.replace(text.find("NAME"), 4, name);
  };
  const std::string expression = R"((?s)(?P<h>[^ ]*) (?P<l>.*?) (?P<u>.*?) \[(?P<t>[^\]]*)\] )" +
                                 group(quoted, "r") + R"( (?P<s>[^ ]*) (?P<b>[^ ]*) )" +
                                 group(quoted, "referer") + " " + group(quoted, "agent");
  const std::vector<std::string> wanted{"h", "l", "u", "t", "r", "s", "b", "referer", "agent"};
  const LinePattern pattern(expression, wanted);
  LineFormat format = apache_line_format(kApacheCombined);
  format.escapes = LineEscapes::backslash;
  const LineSplitter splitter(format, format.names());
  std::mt19937 random(5);
  const std::vector<std::string> pieces{"192.0.2.7", " - ", " ",    "\"",    "\\\"",
                                        "\\",        "[",   "] \"", " [t] ", "GET /x HTTP/1.1",
                                        "\" ",       "200", "\" \""};
  const std::string good = R"(h l u [t] "GET / HTTP/1.1" 200 1 "a" "b")";
  std::size_t matched = 0;
  for (int i = 0; i < 40'000; ++i) {
    std::string line = good;
    for (auto edits = random() % 4; edits > 0; --edits) {
      const std::size_t at = random() % (line.size() + 1);
      line.replace(at, random() % 3, pieces[random() % pieces.size()]);
    }
    std::vector<std::string_view> cells(9);
    std::vector<std::string_view> expected(9);
    std::deque<std::string> texts;
    const bool split = splitter.match(line, cells.data(), texts);
    const bool fits = pattern.match(line, expected.data());
    if (split) {
      ASSERT_TRUE(fits) << line;
      for (std::size_t cell = 0; cell < cells.size(); ++cell) {
        ASSERT_EQ(cells[cell], unescaped(expected[cell], LineEscapes::backslash)) << line;
      }
      ++matched;
    } else if (fits) {
      // The expression goes back to find another end of a loose field; the splitter never does.
      ASSERT_NE(line.find(" [", line.find(" [") + 1), line.npos) << line;
    }
  }
  EXPECT_GT(matched, 10'000U);
}

TEST(LineSplitter, AgreesWithTheRegularExpressionOfAFormatWithLists) {
  const std::vector<std::string> wanted{"x", "t", "n", "a", "p", "s"};
  // A part that a comma ends goes on; the last that is not empty ends with something else.
  const std::string part = "(?:[^ ]*, +)*[^ ]*[^ ,]";
  const std::string upstreams = "(?:(?:" + part + ")? : )*";
  const LinePattern pattern(
      R"((?P<x>(?:)" + part + R"()?) \[(?P<t>[^\]]*)\] (?P<n>[^ ]*) (?P<a>)" + upstreams + "(?:" +
          part + ")?) (?P<p>(?:[^ :][^ ]*|:[^ ]+)?) (?P<s>" + upstreams + "(?:[^ ]*, +)*[^ ]*)",
      wanted);
  const LineFormat format = nginx_line_format(
      "$proxy_add_x_forwarded_for [$time_local] $request_time $upstream_addr $pipe "
      "$upstream_response_time");
  const LineSplitter splitter(format, format.names());
  std::mt19937 random(29);
  const std::vector<std::string> pieces{"10.0.0.1", ", ", " : ",  ",  ", " ", "-",
                                        "[",        "] ", "a:80", ",",   ":", ""};
  std::size_t matched = 0;
  std::size_t lists = 0;
  for (int i = 0; i < 40'000; ++i) {
    std::string line = "203.0.113.9, 10.0.0.1 [t] 0.1 a:80, b:80 : c:80 . 0.1, - : 0.2";
    for (auto edits = random() % 4; edits > 0; --edits) {
      const std::size_t at = random() % (line.size() + 1);
      line.replace(at, random() % 3, pieces[random() % pieces.size()]);
    }
    std::vector<std::string_view> cells(wanted.size());
    std::vector<std::string_view> expected(wanted.size());
    std::deque<std::string> texts;
    const bool split = splitter.match(line, cells.data(), texts);
    ASSERT_EQ(split, pattern.match(line, expected.data())) << line;
    if (!split) continue;
    ASSERT_EQ(cells, expected) << line;
    ++matched;
    lists += cells[3].find(" : ") != std::string_view::npos ? 1 : 0;
  }
  EXPECT_GT(matched, 10'000U);
  EXPECT_GT(lists, 5'000U);
}

}  // namespace
}  // namespace ordertail
