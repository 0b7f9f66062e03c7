#include "input/identity.h"

#include <gtest/gtest.h>

#include "expect_error.h"
#include "input/gzipped.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

constexpr std::size_t kPrefix = FileIdentity::kPrefix;

/// What a run that read all of `text` remembers.
FileIdentity identity_of(std::string_view text) {
  const std::string_view prefix = text.substr(0, kPrefix);
  return {prefix.size(), content_hash(prefix), text.size(), content_hash(last_bytes("", text))};
}

class Identity : public testing::Test {
 protected:
  /// Is a file of this content taken for the one that held `known`?
  bool same(std::string_view known, std::string_view content) {
    const auto path = directory_.write("log", content);
    return matches(identity_of(known), read_prefix(path, "log"), path, "log");
  }

  static std::string lines(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "line " + std::to_string(i) + '\n';
    return text;
  }

  TemporaryDirectory directory_;
};

TEST_F(Identity, HoldsWhileTheFileOnlyGrows) {
  for (const int count : {1, 3, 5000}) {
    EXPECT_TRUE(same(lines(count), lines(count)));
    EXPECT_TRUE(same(lines(count), lines(count) + "one more\n"));
    EXPECT_TRUE(same(lines(count), lines(count + 5000)));
  }
}

TEST_F(Identity, HoldsForTheGzippedRotation) {
  for (const int count : {1, 5000}) {
    EXPECT_TRUE(same(lines(count), gzipped(lines(count))));
    EXPECT_TRUE(same(lines(count), gzipped(lines(count) + "the last before rotation\n")));
  }
}

TEST_F(Identity, HoldsForACopy) {
  const auto original = directory_.write("log", lines(5000));
  const auto copy = directory_.write("copy of log", lines(5000));
  EXPECT_TRUE(matches(identity_of(lines(5000)), read_prefix(copy, "copy"), copy, "copy"));
  EXPECT_TRUE(matches(identity_of(lines(5000)), read_prefix(original, "log"), original, "log"));
}

TEST_F(Identity, EndsWithARewrite) {
  for (const int count : {1, 5000}) {
    std::string first_changed = lines(count);
    first_changed[0] = 'L';
    EXPECT_FALSE(same(lines(count), first_changed));
    std::string last_changed = lines(count);
    last_changed[last_changed.size() - 2] = 'x';
    EXPECT_FALSE(same(lines(count), last_changed));
  }
}

TEST_F(Identity, EndsWithTruncation) {
  EXPECT_FALSE(same(lines(5000), lines(4999)));
  EXPECT_FALSE(same(lines(5000), lines(1)));  // shorter than its own prefix
  EXPECT_FALSE(same(lines(2), lines(1)));
  EXPECT_FALSE(same(lines(2), ""));
  EXPECT_FALSE(same(lines(5000), gzipped(lines(4999))));
}

TEST_F(Identity, OfAFileNeverReadIsNobodys) {
  const auto path = directory_.write("log", lines(10));
  EXPECT_FALSE(matches(FileIdentity(), read_prefix(path, "log"), path, "log"));
}

TEST_F(Identity, IsNotToldFromADamagedFile) {
  const std::string whole = gzipped(lines(5000));
  const auto path = directory_.write("log.gz", whole.substr(0, whole.size() - 9));
  const std::string message = error_of(ExitCode::source, [&] {
    (void)matches(identity_of(lines(5000) + lines(5)), lines(5000), path, "log.gz");
  });
  EXPECT_EQ(message.rfind("log.gz: the gzip file is cut short (still being written?) after ", 0),
            0U);
}

TEST_F(Identity, ReadsAPrefixOfTheContent) {
  const std::string text = lines(5000);
  EXPECT_EQ(read_prefix(directory_.write("log", text), "log"), text.substr(0, kPrefix));
  EXPECT_EQ(read_prefix(directory_.write("log", gzipped(text)), "log"), text.substr(0, kPrefix));
  EXPECT_EQ(read_prefix(directory_.write("log", "short"), "log"), "short");
}

TEST(LastBytes, AreTheEndOfWhatCameBeforeAndWhatCame) {
  const std::string text = std::string(50, 'a') + std::string(50, 'b') + std::string(50, 'c');
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string before = last_bytes("", text.substr(0, cut));
    EXPECT_EQ(last_bytes(before, text.substr(cut)), text.substr(text.size() - 64)) << cut;
  }
  EXPECT_EQ(last_bytes("ab", "c"), "abc");
}

}  // namespace
}  // namespace ordertail
