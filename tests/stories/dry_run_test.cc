// A dry run tells what would happen and leaves no trace: watched from outside, by strace.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

namespace fs = std::filesystem;

/// Everything that a directory holds: names, kinds, times, contents.
std::map<std::string, std::string> snapshot(const fs::path& directory) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    std::string& what = found[entry.path().string()];
    what = fmt::format("{} ", entry.last_write_time().time_since_epoch().count());
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    what.append(std::istreambuf_iterator<char>(file), {});
  }
  return found;
}

constexpr const char* kCalls =
    "open,openat,openat2,creat,connect,sendto,sendmsg,sendmmsg,write,pwrite64,writev,pwritev,"
    "pwritev2,sendfile,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,mknod,mknodat,"
    "link,linkat,symlink,symlinkat,truncate,ftruncate,fallocate,chmod,fchmod,fchmodat,chown,fchown,"
    "fchownat,utime,utimes,utimensat,setxattr,fsetxattr";

/// Does a line of strace's, such as `1234  write(3</tmp/x>, "abc", 3) = 3`, leave a trace? What is
/// printed does not, nor what a program tells itself through a pipe (as sanitizers do).
bool leaves_a_trace(const std::string& line) {
  const std::string call =
      line.substr(std::min(line.find_first_not_of("0123456789 "), line.size()));
  if (call.starts_with("+++") || call.starts_with("---") || call.starts_with("<...")) return false;
  if (call.starts_with("write(1<") || call.starts_with("write(2<")) return false;
  if (call.starts_with("write(")) return call.find("<pipe:[") != call.find('<');
  if (!call.starts_with("open")) return true;
  constexpr std::array<const char*, 5> kWriting{"O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC",
                                                "O_APPEND"};
  return std::any_of(kWriting.begin(), kWriting.end(),
                     [&](const char* flag) { return call.find(flag) != std::string::npos; });
}

/// The lines of a recording that leave a trace.
std::string traces(const std::string& recording) {
  std::istringstream lines(recording);
  std::string line, found;
  while (std::getline(lines, line)) {
    if (leaves_a_trace(line)) found += line + '\n';
  }
  return found;
}

class DryRun : public testing::Test {
 protected:
  DryRun() {
    shop.write("orders.csv", orders(1, 10) + order(3) +
                                 "#11,nobody,paid,,USD,1.00,2025-12-06 10:00:00 -0500,1,KE-1\n"
                                 "#12,late@example.com,pending,,USD,1.00,2025-12-06 10:00:00 -0500,"
                                 "1,KE-1\n"
                                 "#13,odd@example.com,paid,,USD,1.00,yesterday,1,KE-1\n");
    shop.write("shop.log", registration(1) + registration(2) + registration(1));
  }

  /// What `import job.toml --json` and `more` does that leaves a trace.
  [[nodiscard]] std::string traces_of(const std::string& more) const {
    const fs::path recording = outside.path() / "recording";
    // LeakSanitizer cannot work below ptrace.
    const Ended ended = shop.shell(
        fmt::format("ASAN_OPTIONS=detect_leaks=0 exec {} strace -f -qq -y -e trace={} -o {} "
                    "$ordertail import job.toml "
                    "--json {}",
                    fmt::join(as_root(), " "), kCalls, recording.string(), more));
    EXPECT_EQ(ended.exit_code, 3) << ended.err;
    std::ifstream file(recording);
    return traces({std::istreambuf_iterator<char>(file), {}});
  }

  /// The staged part of a report.
  [[nodiscard]] Json dry_counts() const {
    const Ended ended = shop.run({"import", "job.toml", "--dry-run", "--json"});
    EXPECT_EQ(ended.exit_code, 3) << ended.err;
    const Json report = Json::parse(ended.out);
    expect_balanced(report);
    EXPECT_FALSE(report.contains("delivered"));
    return report["staged"];
  }

  const sandbox::Server hubspot{sandbox::ServerOptions{}};
  const Shop shop{JobText{hubspot.url(), 1, 1, "", std::string(kOrders) + std::string(kLog)}};
  const TemporaryDirectory outside;
};

TEST_F(DryRun, OfAFreshJobLeavesNoTrace) {
  if (shop.shell(fmt::format("{} strace -qq -o /dev/null true", fmt::join(as_root(), " ")))
          .exit_code != 0) {
    GTEST_SKIP() << "strace is not here, or may not trace";
  }
  const auto before = snapshot(shop.path(""));
  EXPECT_EQ(traces_of("--dry-run"), "");
  EXPECT_EQ(snapshot(shop.path("")), before);
  EXPECT_NE(traces_of("").find("connect("), std::string::npos) << "strace would have seen it";
  EXPECT_NE(snapshot(shop.path("")), before) << "so would the snapshot";
}

TEST_F(DryRun, BesideACheckpointFileLeavesNoTrace) {
  if (shop.shell(fmt::format("{} strace -qq -o /dev/null true", fmt::join(as_root(), " ")))
          .exit_code != 0) {
    GTEST_SKIP() << "strace is not here, or may not trace";
  }
  shop.report(3);
  shop.append("orders.csv", order(20) + "#21,x,paid,,USD,1.00,2025-12-06 10:00:00 -0500,1,KE-1\n");
  const auto before = snapshot(shop.path(""));
  EXPECT_EQ(traces_of("--dry-run"), "");
  EXPECT_EQ(snapshot(shop.path("")), before);
}

TEST_F(DryRun, CountsWhatTheRealRunCounts) {
  const Json dry = dry_counts();
  EXPECT_EQ(dry["events"], 12);
  EXPECT_EQ(seen_by(hubspot).size(), 0U);
  EXPECT_EQ(shop.report(3)["staged"], dry);
  EXPECT_EQ(seen_by(hubspot).size(), 12U);
}

TEST_F(DryRun, BesideACheckpointFileCountsWhatTheRealRunCounts) {
  shop.report(3);
  shop.append("orders.csv", order(20) + order(2) + "#21,x,paid,,USD,1.00,never,1,KE-1\n");
  shop.write("orders_2.csv", orders(8, 30));
  const Json dry = dry_counts();
  EXPECT_EQ(dry["events"], 20);
  EXPECT_EQ(shop.report(3)["staged"], dry);
}

}  // namespace
}  // namespace ordertail::stories
