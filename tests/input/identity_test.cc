#include "input/identity.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "expect_error.h"
#include "input/gzipped.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

constexpr std::size_t kPrefix = FileIdentity::kPrefix;

Marker marker_of(std::string_view text, MarkerSpan span) {
  Marker marker(span);
  marker.add(text);
  return marker;
}

/// What a run that read all of `text` remembers.
FileIdentity identity_of(std::string_view text, MarkerSpan span) {
  const std::string_view prefix = text.substr(0, kPrefix);
  const Marker marker = marker_of(text, span);
  return {prefix.size(), content_hash(prefix), marker.end(), marker.hash()};
}

class Identity : public testing::TestWithParam<MarkerSpan> {
 protected:
  /// Is a file of this content taken for the one that held `known`?
  bool same(std::string_view known, std::string_view content) {
    const auto path = directory_.write("log", content);
    return match_of(known_of(known), path) != Match::no;
  }

  static Match match_of(const FileIdentity& identity, const std::filesystem::path& path) {
    const std::string prefix = read_prefix(*open_stream(path, "log"));
    return match(identity, GetParam(), prefix, *open_stream(path, "log"));
  }

  static FileIdentity known_of(std::string_view text) { return identity_of(text, GetParam()); }

  static std::string lines(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "line " + std::to_string(i) + '\n';
    return text;
  }

  TemporaryDirectory directory_;
};

TEST_P(Identity, HoldsWhileTheFileOnlyGrows) {
  for (const int count : {1, 3, 5000}) {
    EXPECT_TRUE(same(lines(count), lines(count)));
    EXPECT_TRUE(same(lines(count), lines(count) + "one more\n"));
    EXPECT_TRUE(same(lines(count), lines(count + 5000)));
  }
}

TEST_P(Identity, HoldsForTheGzippedRotation) {
  for (const int count : {1, 5000}) {
    EXPECT_TRUE(same(lines(count), gzipped(lines(count))));
    EXPECT_TRUE(same(lines(count), gzipped(lines(count) + "the last before rotation\n")));
  }
}

TEST_P(Identity, HoldsForACopy) {
  const auto original = directory_.write("log", lines(5000));
  const auto copy = directory_.write("copy of log", lines(5000));
  EXPECT_EQ(match_of(known_of(lines(5000)), copy), Match::whole);
  EXPECT_EQ(match_of(known_of(lines(5000)), original), Match::whole);
  EXPECT_EQ(match_of(known_of(lines(4999)), original), Match::longer);
}

TEST_P(Identity, EndsWithARewrite) {
  for (const int count : {1, 5000}) {
    std::string first_changed = lines(count);
    first_changed[0] = 'L';
    EXPECT_FALSE(same(lines(count), first_changed));
    std::string last_changed = lines(count);
    last_changed[last_changed.size() - 2] = 'x';
    EXPECT_FALSE(same(lines(count), last_changed));
  }
}

/// The bytes before and after the change stay where they were.
TEST_P(Identity, OfAnExportEndsWithAChangeAnywhereOfALogOnlyAtItsEnds) {
  const std::string known = lines(1000);
  for (std::size_t at = 0; at < known.size(); at += 61) {
    std::string changed = known;
    changed[at] = '~';
    const bool in_the_middle = at >= kPrefix && at < known.size() - Marker::kTail;
    EXPECT_EQ(same(known, changed), GetParam() == MarkerSpan::tail && in_the_middle) << at;
  }
}

TEST_P(Identity, EndsWithTruncation) {
  EXPECT_FALSE(same(lines(5000), lines(4999)));
  EXPECT_FALSE(same(lines(5000), lines(1)));  // shorter than its own prefix
  EXPECT_FALSE(same(lines(2), lines(1)));
  EXPECT_FALSE(same(lines(2), ""));
  EXPECT_FALSE(same(lines(5000), gzipped(lines(4999))));
}

TEST_P(Identity, OfAFileNeverReadIsNobodys) {
  const auto path = directory_.write("log", lines(10));
  EXPECT_EQ(match_of(FileIdentity(), path), Match::no);
}

TEST_P(Identity, IsNotToldFromADamagedFile) {
  const std::string whole = gzipped(lines(5000));
  const auto path = directory_.write("log.gz", whole.substr(0, whole.size() - 9));
  const std::string message = error_of(ExitCode::source, [&] {
    (void)match(known_of(lines(5000) + lines(5)), GetParam(), lines(5000),
                *open_stream(path, "log.gz"));
  });
  EXPECT_EQ(message.rfind("log.gz: the gzip file is cut short (still being written?) after ", 0),
            0U);
}

TEST_P(Identity, ReadsAPrefixOfTheContent) {
  const auto prefix_of = [&](std::string_view content) {
    return read_prefix(*open_stream(directory_.write("log", content), "log"));
  };
  const std::string text = lines(5000);
  EXPECT_EQ(prefix_of(text), text.substr(0, kPrefix));
  EXPECT_EQ(prefix_of(gzipped(text)), text.substr(0, kPrefix));
  EXPECT_EQ(prefix_of("short"), "short");
}

TEST_P(Identity, IsTheSameHoweverTheContentIsCut) {
  const std::string text = lines(100);
  const Hash128 whole = marker_of(text, GetParam()).hash();
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Marker marker = marker_of(text.substr(0, cut), GetParam());
    EXPECT_EQ(marker.end(), cut);
    EXPECT_EQ(marker.hash() == whole, cut == text.size());  // asking does not end it
    marker.add(text.substr(cut));
    EXPECT_EQ(marker.hash(), whole) << cut;
  }
}

/// A cursor outlives the program that stored it: its hashes must not change.
TEST(Marker, IsABlakeOfTheTailOrAnXxh3OfTheWhole) {
  const std::string text = std::string(100, 'a') + std::string(64, 'b');
  EXPECT_EQ(marker_of(text, MarkerSpan::tail).hash(), content_hash(std::string(64, 'b')));
  EXPECT_EQ(to_hex(marker_of("", MarkerSpan::whole).hash().view()),
            "99aa06d3014798d86001c324468d497f");  // as `xxhsum -H2` says of nothing
}

TEST_P(Identity, LeavesTheStreamWhereTheMarkerEnds) {
  const std::string text = lines(100'000);
  const auto path = directory_.write("log", text);
  for (const std::size_t offset : {std::size_t{0}, std::size_t{7}, text.size() - 1, text.size()}) {
    const auto stream = open_stream(path, "log");
    const auto marker = Marker::of(*stream, offset, GetParam());
    ASSERT_TRUE(marker) << offset;
    EXPECT_EQ(marker->hash(), marker_of(text.substr(0, offset), GetParam()).hash());
    char next = '\0';
    EXPECT_EQ(stream->read({&next, 1}), offset < text.size() ? 1U : 0U);
    EXPECT_EQ(next, offset < text.size() ? text[offset] : '\0');
  }
  EXPECT_FALSE(Marker::of(*open_stream(path, "log"), text.size() + 1, GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Spans, Identity, testing::Values(MarkerSpan::tail, MarkerSpan::whole),
                         [](const auto& test) {
                           return test.param == MarkerSpan::tail ? "Tail" : "Whole";
                         });

}  // namespace
}  // namespace ordertail
