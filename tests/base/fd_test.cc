#include "base/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

#include "expect_error.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) != -1;
}

TEST(Fd, ClosesWhatItOwnsOnce) {
  int raw = -1;
  {
    Fd first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    raw = first.get();
    ASSERT_TRUE(first);
    const Fd second(std::move(first));
    EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): that is the question
    EXPECT_TRUE(is_open(raw));
  }
  EXPECT_FALSE(is_open(raw));
}

TEST(ReadSmallFile, ReadsAllOfIt) {
  const TemporaryDirectory directory;
  const std::string text(100'000, 'x');
  EXPECT_EQ(read_small_file(directory.write("job.toml", text), ExitCode::usage), text);
  EXPECT_EQ(read_small_file(directory.write("empty.toml", ""), ExitCode::usage), "");
}

TEST(ReadSmallFile, TakesAFileOfTheLimitAndNoneLarger) {
  const TemporaryDirectory directory;
  const auto path = directory.write("token", "123456");
  EXPECT_EQ(read_small_file(path, ExitCode::credentials, 6), "123456");
  EXPECT_EQ(error_of(ExitCode::credentials,
                     [&] { (void)read_small_file(path, ExitCode::credentials, 5); }),
            path.string() + " is larger than 5 bytes; that cannot be the right file");
}

TEST(ReadSmallFile, SaysWhyItCannot) {
  const TemporaryDirectory directory;
  const auto read = [&](const char* name) {
    return error_of(ExitCode::usage,
                    [&] { (void)read_small_file(directory.path() / name, ExitCode::usage); });
  };
  EXPECT_EQ(read("none.toml"), "cannot open " + (directory.path() / "none.toml").string() +
                                   ": No such file or directory");
  EXPECT_EQ(read("."), "cannot read " + (directory.path() / ".").string() + ": Is a directory");
}

TEST(WriteAll, ResumesAfterShortWrites) {
  // A stream socket with a small buffer, not waiting between the halves: every write is short.
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const Fd in(ends[0]);
  Fd out(ends[1]);
  const std::string text(3'000'000, 'y');
  std::string arrived;
  std::thread reader([&] {
    std::array<char, 5000> block{};
    for (ssize_t got = 0; (got = ::read(in.get(), block.data(), block.size())) > 0;) {
      arrived.append(block.data(), static_cast<std::size_t>(got));
    }
  });
  EXPECT_EQ(write_all(out.get(), text), 0);
  out = Fd();
  reader.join();
  EXPECT_EQ(arrived, text);
}

TEST(WriteAll, ReturnsTheErrorNumber) {
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  EXPECT_EQ(write_all(full.get(), "x"), ENOSPC);
  EXPECT_EQ(write_all(full.get(), ""), 0);
}

TEST(SystemError, IsASentence) {
  const Error error = system_error(ExitCode::store, "open", "main.db", EACCES);
  EXPECT_STREQ(error.what(), "cannot open main.db: Permission denied");
  EXPECT_EQ(error.code(), ExitCode::store);
}

}  // namespace
}  // namespace ordertail
