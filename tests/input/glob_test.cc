#include "input/glob.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "expect_error.h"
#include "input/rotation.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> names(const std::vector<SourceFile>& files) {
  std::vector<std::string> result;
  for (const SourceFile& file : files) result.push_back(file.name);
  return result;
}

TEST(ExpandGlobs, SortsByNameAndListsEachFileOnce) {
  const TemporaryDirectory directory;
  for (const char* name : {"b.csv", "a.csv", "c.csv", "a.txt", "sub/d.csv"}) {
    directory.write(name, "");
  }
  const auto files = expand_globs({"*.csv", "[ab].csv", "b.csv", "*/d.csv"}, directory.path());
  EXPECT_THAT(names(files), ElementsAre("a.csv", "b.csv", "c.csv", "sub/d.csv"));
  EXPECT_EQ(files[3].path, directory.path() / "sub/d.csv");
}

TEST(ExpandGlobs, AWildcardMayMatchNothing) {
  const TemporaryDirectory directory;
  EXPECT_THAT(expand_globs({"*.csv", "log.?", "[x]"}, directory.path()), IsEmpty());
}

TEST(ExpandGlobs, AFileNamedOutrightStaysThoughItIsMissing) {
  const TemporaryDirectory directory;
  EXPECT_THAT(names(expand_globs({"gone/orders.csv"}, directory.path())),
              ElementsAre("gone/orders.csv"));
}

TEST(ExpandGlobs, AWildcardDoesNotMatchHiddenFiles) {
  const TemporaryDirectory directory;
  directory.write(".hidden.csv", "");
  EXPECT_THAT(expand_globs({"*.csv"}, directory.path()), IsEmpty());
}

TEST(ExpandGlobs, TheBasesOwnNameIsNoPattern) {
  const TemporaryDirectory directory;
  directory.write("shop [1]*?/a.csv", "");
  directory.write("shop 1/b.csv", "");
  directory.write("back\\slash/c.csv", "");
  const auto files = expand_globs({"*.csv", "a.csv"}, directory.path() / "shop [1]*?");
  EXPECT_THAT(names(files), ElementsAre("a.csv"));
  EXPECT_THAT(names(expand_globs({"*.csv"}, directory.path() / "back\\slash")),
              ElementsAre("c.csv"));
}

TEST(ExpandGlobs, KeepsOddNamesWhole) {
  const TemporaryDirectory directory;
  directory.write("a b;$(x)\n.csv", "");
  directory.write("back\\slash.csv", "");
  EXPECT_THAT(names(expand_globs({"*.csv", "back\\slash.csv"}, directory.path())),
              ElementsAre("a b;$(x)\n.csv", "back\\slash.csv"));
}

TEST(ExpandGlobs, TakesAbsoluteGlobsAndRelativeBases) {
  const TemporaryDirectory directory;
  const TemporaryDirectory other;
  other.write("x.csv", "");
  EXPECT_THAT(names(expand_globs({(other.path() / "*.csv").string()}, directory.path())),
              ElementsAre((other.path() / "x.csv").string()));
  EXPECT_THAT(names(expand_globs({"no/file.csv"}, "")), ElementsAre("no/file.csv"));
}

TEST(ExpandGlobs, SaysWhichDirectoryItCannotLookInto) {
  const TemporaryDirectory directory;
  EXPECT_EQ(
      error_of(ExitCode::source, [&] { (void)expand_globs({"gone/*.csv"}, directory.path()); }),
      "cannot look for files matching " + (directory.path() / "gone/*.csv").string() +
          ": No such file or directory");
  if (::geteuid() == 0) GTEST_SKIP() << "root may look into every directory";
  directory.write("locked/a.csv", "");
  ASSERT_EQ(::chmod((directory.path() / "locked").c_str(), 0), 0);
  EXPECT_EQ(
      error_of(ExitCode::source, [&] { (void)expand_globs({"locked/*.csv"}, directory.path()); }),
      "cannot look for files matching " + (directory.path() / "locked/*.csv").string() +
          ": Permission denied");
}

TEST(SortByAge, RotationsComeFromTheOldestToTheLogItself) {
  std::vector<SourceFile> files;
  for (const char* name :
       {"b.log", "a.log", "a.log.1", "a.log.10.gz", "a.log.2.gz", "b.log-20261127",
        "b.log-20261126.gz", "shop42", "a.log.1.gz", "b.log-2026112803", "2026"}) {
    files.push_back({name, name});
  }
  sort_by_age(files);
  EXPECT_THAT(names(files), ElementsAre("2026", "a.log.10.gz", "a.log.2.gz", "a.log.1",
                                        "a.log.1.gz", "a.log", "b.log-20261126.gz",
                                        "b.log-20261127", "b.log-2026112803", "b.log", "shop42"));
}

}  // namespace
}  // namespace ordertail
