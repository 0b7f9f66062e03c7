#include "record/line_pattern.h"

#include <gmock/gmock.h>
#include <re2/re2.h>

#include <optional>
#include <random>

#include "base/error.h"

namespace ordertail {
namespace {

using testing::ElementsAre;

using Cells = std::optional<std::vector<std::string>>;

Cells match(const std::string& expression, const std::vector<std::string>& wanted,
            std::string_view line) {
  const LinePattern pattern(expression, wanted);
  std::vector<std::string_view> cells(wanted.size());
  if (!pattern.match(line, cells.data())) return std::nullopt;
  return std::vector<std::string>(cells.begin(), cells.end());
}

/// By RE2 with all of the expression's groups capturing.
Cells match_unmodified(const std::string& expression, const std::vector<std::string>& wanted,
                       std::string_view line) {
  const RE2 re2(expression, RE2::Latin1);
  std::vector<re2::StringPiece> groups(1 + static_cast<std::size_t>(re2.NumberOfCapturingGroups()));
  const re2::StringPiece text(line.data(), line.size());
  if (!re2.Match(text, 0, text.size(), RE2::ANCHOR_BOTH, groups.data(),
                 static_cast<int>(groups.size()))) {
    return std::nullopt;
  }
  std::vector<std::string> cells;
  for (const std::string& name : wanted) {
    const int group = re2.NamedCapturingGroups().at(name);
    cells.emplace_back(groups[static_cast<std::size_t>(group)].as_string());
  }
  return cells;
}

constexpr const char* kAccessLog =
    R"_(^(?P<ip>\S+) (\S+) (?P<user>\S+) \[(?P<time>[^\]]+)\] "(?P<method>\S+) (?P<path>[^ ?]+))_"
    R"_((?:\?(?P<query>\S*))? (HTTP/(?P<version>[\d.]+))" (?P<status>\d{3}) (?P<size>\d+|-)(?P<rest>.*)$)_";

const std::vector<std::string> kAccessLogGroups = {"ip",    "user",    "time",   "method", "path",
                                                   "query", "version", "status", "size",   "rest"};

const std::vector<std::string> kLines = {
    R"_(192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] "GET /checkout/complete?order=1 HTTP/1.1" 200 23 "-" "x")_",
    R"_(192.0.2.2 - ann [10/Oct/2023:13:55:36 +0000] "POST / HTTP/2.0" 302 -)_",
    "198.51.100.7 - - [x] \"GET /caf\xC3\xA9?a=\xFF HTTP/1.0\" 404 0 \x80\x01",
    R"_(198.51.100.7 - - [x] "GET  HTTP/1.0" 404 0)_",
    "",
    "aabbab",
    "(a)[b](?P<x>c)",
    "]()]x",
};

TEST(LinePattern, CapturesWhatTheUnmodifiedExpressionCaptures) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> wanted = kAccessLogGroups;
    std::shuffle(wanted.begin(), wanted.end(), random);
    wanted.resize(random() % (wanted.size() + 1));
    for (const std::string& line : kLines) {
      ASSERT_EQ(match(kAccessLog, wanted, line), match_unmodified(kAccessLog, wanted, line))
          << line;
    }
  }
}

TEST(LinePattern, TellsGroupsFromWhatOnlyLooksLikeThem) {
  const std::vector<std::string> expressions = {
      R"_((a*)(?P<x>(?:b|(a))+)(?i:(B))?)_",
      R"_(\((a)\)\[b\]\(\?P<x>(?P<x>c)\))_",
      R"_(\Q(a)[b](?P<x>\E(?P<x>c)\))_",
      R"_([](]+\)\](?P<x>x))_",
      R"_([^](](?P<x>.*))_",
      R"_([[:^alpha:]()](?P<x>[\]()[]+)(x))_",
      R"_(\\?(?P<x>(?P<y>.)*))_",
      R"_((?s)(?P<x>.(?U)(.*))(b*))_",
      R"_((?P<x>a)|(b)|(.*)(?P<z>x?))_",
  };
  for (const std::string& expression : expressions) {
    for (const std::string& line : kLines) {
      EXPECT_EQ(match(expression, {"x"}, line), match_unmodified(expression, {"x"}, line))
          << expression << " on " << line;
    }
  }
}

TEST(LinePattern, MatchesWholeLinesOnly) {
  EXPECT_TRUE(match("ab", {}, "ab"));
  EXPECT_FALSE(match("ab", {}, "abc"));
  EXPECT_FALSE(match("ab", {}, "cab"));
}

TEST(LinePattern, TakesAGroupTwiceAndLeavesAnUnusedOneEmpty) {
  EXPECT_EQ(match("(?P<a>x)|(?P<b>y)", {"b", "a", "b"}, "y"), Cells({"y", "", "y"}));
}

TEST(LinePattern, NamesItsGroupsInOrder) {
  EXPECT_THAT(group_names("(?P<z>a)(b)(?P<a>(?P<m>c))"), ElementsAre("z", "a", "m"));
  EXPECT_THAT(group_names("(?P<z>a"), ElementsAre());
}

std::string refusal(const std::string& expression, const std::vector<std::string>& wanted) {
  try {
    const LinePattern pattern(expression, wanted);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error.what();
  }
  return "";
}

TEST(LinePattern, SaysWhyItIsRefused) {
  EXPECT_EQ(refusal("(?P<ip>a)**", {"ip"}),
            "The line pattern is no RE2 expression: bad repetition operator: ** (offset 9). Its "
            "syntax is described at https://github.com/google/re2/wiki/Syntax.");
  EXPECT_EQ(refusal("abc\\", {}),
            "The line pattern is no RE2 expression: trailing \\. Its syntax is described "
            "at https://github.com/google/re2/wiki/Syntax.");
  EXPECT_EQ(refusal("(?P<ip>a)(?P<time>b)", {"time", "path"}),
            "The line pattern has no group named \"path\"; its groups are: ip, time. Write "
            "(?P<path>...) around the part of the line that it means.");
  EXPECT_EQ(refusal("a", {"path"}),
            "The line pattern has no group named \"path\"; it names no groups. Write (?P<path>...) "
            "around the part of the line that it means.");
  EXPECT_EQ(refusal("(?P<n>a)(?P<n>b)", {}),
            "The line pattern names two groups \"n\". Rename one of them.");
  EXPECT_EQ(refusal(std::string(8193, 'a'), {}),
            "The line pattern is 8,193 bytes long; at most 8,192 are allowed.");
  EXPECT_EQ(refusal(std::string(8192, 'a'), {}), "");
  std::string large;
  for (int i = 0; i < 500; ++i) large += ".{999}";
  EXPECT_EQ(
      refusal(large, {}),
      "The line pattern is no RE2 expression: pattern too large - compile failed. Its syntax is "
      "described at https://github.com/google/re2/wiki/Syntax.");
}

}  // namespace
}  // namespace ordertail
