// Does what is said to have gone wrong really go wrong, where it is said to?
#include "faults/supervisor.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "faults/watched_run.h"
#include "temporary_directory.h"

namespace ordertail::faults {
namespace {

namespace fs = std::filesystem;

class Supervisor : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = cannot_supervise()) GTEST_SKIP() << *why;
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return (fs::canonical(directory.path()) / name).string();
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// Copies `from` to `to`, 4 bytes at a time, each by one read and one write.
  [[nodiscard]] std::vector<std::string> copy() const {
    return {"dd", "bs=4", "count=3", "status=none", "if=" + path("from"), "of=" + path("to")};
  }
  [[nodiscard]] Watched watch(const Fault& fault) const {
    return supervise(copy(), fs::canonical(directory.path()).string(), fault);
  }
  /// The fault at the `nth` of the calls `call`.
  static Fault at(Fault::Kind kind, const char* call, std::uint64_t nth, int error = 0) {
    return Fault{kind, nth, call, error, false};
  }

  TemporaryDirectory directory;
};

TEST_F(Supervisor, CountsTheCallsOnFilesOfTheDirectory) {
  directory.write("from", "abcdefghijkl");
  const Watched watched = watch({});
  EXPECT_EQ(WEXITSTATUS(watched.status), 0);
  EXPECT_EQ(watched.calls.at("openat"), 2U);
  EXPECT_EQ(watched.calls.at("read"), 3U);
  EXPECT_EQ(watched.calls.at("write"), 3U);
  EXPECT_GE(watched.stops, 16U);
  EXPECT_FALSE(watched.hit);
  EXPECT_NE(watched.arguments.find("status=none"), std::string::npos);
  EXPECT_NE(watched.environment.find("PATH="), std::string::npos);
}

TEST_F(Supervisor, KillsBeforeACallAndAfterIt) {
  directory.write("from", "abcdefghijkl");
  const std::uint64_t stops = watch({}).stops;
  std::uint64_t hits = 0;
  std::set<std::string> left;
  for (std::uint64_t stop = 1; stop <= stops; ++stop) {
    fs::remove(path("to"));
    const Watched watched = watch({Fault::Kind::kill, stop});
    ASSERT_TRUE(watched.hit);
    EXPECT_TRUE(WIFSIGNALED(watched.status));
    EXPECT_EQ(WTERMSIG(watched.status), SIGKILL);
    EXPECT_EQ(watched.stops, stop);
    if (watched.hit->call != "write") continue;
    // A kill at the entry of the nth write leaves what n - 1 have written, at its exit that of n.
    const std::uint64_t before = hits / 2 * 4;
    EXPECT_EQ(watched.hit->entry, hits % 2 == 0);
    EXPECT_EQ(watched.hit->path, path("to"));
    EXPECT_EQ(content("to").size(), watched.hit->entry ? before : before + 4);
    ++hits;
  }
  EXPECT_EQ(hits, 6U);
}

TEST_F(Supervisor, LetsOneCallFail) {
  directory.write("from", "abcdefghijkl");
  const Watched watched = watch(at(Fault::Kind::fail, "write", 2, ENOSPC));
  ASSERT_TRUE(watched.hit);
  EXPECT_EQ(watched.hit->call, "write");
  EXPECT_EQ(watched.hit->path, path("to"));
  EXPECT_EQ(WEXITSTATUS(watched.status), 1);
  EXPECT_EQ(content("to"), "abcd");
}

TEST_F(Supervisor, LetsAllLaterCallsFail) {
  Fault fault = at(Fault::Kind::fail, "unlink", 1, EACCES);
  fault.lasting = true;
  for (const char* name : {"a", "b"}) directory.write(name, "");
  const auto watch_rm = [&] {
    return supervise({"perl", "-e", fmt::format("unlink '{}'; unlink '{}'", path("a"), path("b"))},
                     fs::canonical(directory.path()).string(), fault);
  };
  EXPECT_TRUE(watch_rm().hit);
  EXPECT_TRUE(fs::exists(path("a")) && fs::exists(path("b")));
  fault.lasting = false;
  EXPECT_TRUE(watch_rm().hit);
  EXPECT_TRUE(fs::exists(path("a")) && !fs::exists(path("b")));
}

TEST_F(Supervisor, LetsACallDoLess) {
  directory.write("from", "abcdefghijkl");
  // dd writes on after a short write, and does not read on after a short read.
  EXPECT_TRUE(watch(at(Fault::Kind::shorten, "write", 1)).hit);
  EXPECT_EQ(content("to"), "abcdefghijkl");
  EXPECT_TRUE(watch(at(Fault::Kind::shorten, "read", 1)).hit);
  EXPECT_EQ(content("to"), "abcdefghij");
}

TEST_F(Supervisor, SaysSoWhenNothingWasHit) {
  directory.write("from", "abcdefghijkl");
  EXPECT_FALSE(watch(at(Fault::Kind::fail, "write", 4, ENOSPC)).hit);
  EXPECT_FALSE(watch(at(Fault::Kind::fail, "fsync", 1, EIO)).hit);
  EXPECT_FALSE(watch({Fault::Kind::kill, 100'000}).hit);
}

}  // namespace
}  // namespace ordertail::faults
