#include "input/byte_stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <random>
#include <utility>

#include "base/text.h"
#include "expect_error.h"
#include "input/gzip_stream.h"
#include "input/gzipped.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

using namespace std::string_literals;

/// All of the file, read `step` bytes at a time.
std::string read_all(const std::filesystem::path& path, std::size_t step = 4096) {
  const auto stream = open_stream(path, path.filename().string());
  std::string all;
  std::string block(step, '\0');
  while (const std::size_t got = stream->read(block)) all.append(block, 0, got);
  return all;
}

std::string refusal(const std::filesystem::path& path) {
  return error_of(ExitCode::source, [&] { (void)read_all(path); });
}

std::string random_text(std::size_t size) {
  std::mt19937 random(4);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>('a' + random() % 20);
  return text;
}

TEST(OpenStream, ReadsPlainAndGzipAlike) {
  const TemporaryDirectory directory;
  const std::string text = random_text(300'000);
  const auto plain = directory.write("log", text);
  const auto one = directory.write("log.1", gzipped(text));
  const auto several =
      directory.write("log.2", gzipped(text.substr(0, 7)) + gzipped("") + gzipped(text.substr(7)));
  for (const std::size_t step : {1U, 1000U, 1'000'000U}) {
    EXPECT_EQ(read_all(plain, step), text);
    EXPECT_EQ(read_all(one, step), text);
    EXPECT_EQ(read_all(several, step), text);
  }
}

TEST(OpenStream, SkipsAndSaysHowFar) {
  const TemporaryDirectory directory;
  const std::string text = random_text(100'000);
  for (const auto& path : {directory.write("log", text), directory.write("log.1", gzipped(text))}) {
    const auto stream = open_stream(path, "log");
    std::string block(10, '\0');
    EXPECT_EQ(stream->skip(50'000), 50'000U);
    ASSERT_EQ(stream->read(block), 10U);
    EXPECT_EQ(block, text.substr(50'000, 10));
    EXPECT_EQ(stream->skip(0), 0U);
    EXPECT_EQ(stream->skip(49'980), 49'980U);
    EXPECT_EQ(stream->skip(100), 10U);
    EXPECT_EQ(stream->read(block), 0U);
    EXPECT_EQ(stream->skip(1), 0U);
  }
}

TEST(OpenStream, ReadsSmallAndEmptyFiles) {
  const TemporaryDirectory directory;
  EXPECT_EQ(read_all(directory.write("empty", "")), "");
  EXPECT_EQ(read_all(directory.write("empty.gz", gzipped(""))), "");
  EXPECT_EQ(read_all(directory.write("one", "\x1f")), "\x1f");
}

TEST(OpenStream, RefusesACutGzipFileWhereverItIsCut) {
  const TemporaryDirectory directory;
  const std::string whole = gzipped("Name,Email\n1001,ann@example.com\n");
  for (std::size_t size = 2; size < whole.size(); ++size) {
    const std::string message = refusal(directory.write("o.gz", whole.substr(0, size)));
    EXPECT_EQ(message.rfind("o.gz: the gzip file is cut short (still being written?) after ", 0),
              0U)
        << size << ": " << message;
  }
  EXPECT_EQ(refusal(directory.write("o.gz", whole.substr(0, 10))),
            "o.gz: the gzip file is cut short (still being written?) after 0 decompressed bytes");
}

TEST(OpenStream, RefusesADamagedGzipFile) {
  const TemporaryDirectory directory;
  std::string damaged = gzipped("Name,Email\n");
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);  // its CRC
  EXPECT_EQ(refusal(directory.write("o.gz", damaged)),
            "o.gz: the gzip file is damaged after 11 decompressed bytes");
  EXPECT_EQ(refusal(directory.write("o.gz", gzipped("Name\n") + "rubbish")),
            "o.gz: the gzip file is damaged after 5 decompressed bytes");
}

TEST(OpenStream, GivesOutWhatCameBeforeTheDamage) {
  const TemporaryDirectory directory;
  const std::string text = random_text(200'000);
  const std::string whole = gzipped(text);
  const auto path = directory.write("o.gz", whole.substr(0, whole.size() / 2));
  const auto stream = open_stream(path, "o.gz");
  std::string got(text.size(), '\0');
  std::size_t size = 0;
  error_of(ExitCode::source, [&] {
    while (true) size += stream->read(std::span(got).subspan(size));
  });
  EXPECT_GT(size, text.size() / 3);
  EXPECT_EQ(got.substr(0, size), text.substr(0, size));
}

TEST(OpenStream, RefusesAGzipBomb) {
  const TemporaryDirectory directory;
  const std::string bomb = gzipped(std::string(GzipStream::kFreeOutput + (8U << 20U), '\0'));
  EXPECT_GT((GzipStream::kFreeOutput + (8U << 20U)) / bomb.size(), GzipStream::kMaxRatio);
  const auto path = directory.write("bomb.gz", bomb);
  const std::string message = error_of(ExitCode::source, [&] { (void)read_all(path, 1U << 20U); });
  EXPECT_EQ(message.rfind("bomb.gz: this gzip file unpacks to more than 200 times its size; "
                          "decompress it by hand if it is what you mean; stopped after 6",
                          0),
            0U)
      << message;
}

TEST(OpenStream, LeavesASmallFileThatPacksWellAlone) {
  const TemporaryDirectory directory;
  const std::string text(GzipStream::kFreeOutput, 'x');
  EXPECT_EQ(read_all(directory.write("o.gz", gzipped(text)), 1U << 20U).size(), text.size());
}

TEST(OpenStream, RefusesOtherFormatsAndSaysWhatToDo) {
  const TemporaryDirectory directory;
  const std::pair<std::string, std::string> cases[] = {
      {"PK\x03\x04", "o.csv is a zip archive (or an Excel workbook): unpack it, or export as CSV"},
      {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "o.csv is an old Excel workbook: export as CSV"},
      {"BZh91AY", "o.csv is compressed by bzip2: decompress it first (bunzip2)"},
      {"\xFD"
       "7zXZ\0"s,
       "o.csv is compressed by xz: decompress it first (unxz)"},
      {"\x28\xB5\x2F\xFD", "o.csv is compressed by zstd: decompress it first (unzstd)"},
      {"%PDF-1.7", "o.csv is a PDF document: export as CSV"}};
  for (const auto& [magic, message] : cases) {
    EXPECT_EQ(refusal(directory.write("o.csv", magic + "more")), message);
  }
}

TEST(OpenStream, RefusesWhatIsNoRegularFile) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "orders");
  EXPECT_EQ(refusal(directory.path() / "orders"), "orders is not a regular file");
  const auto fifo = directory.path() / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(refusal(fifo), "fifo is not a regular file");  // and does not wait for a writer
}

TEST(OpenStream, SaysWhyItCannotOpen) {
  const TemporaryDirectory directory;
  EXPECT_EQ(refusal(directory.path() / "gone.csv"),
            "cannot open gone.csv: No such file or directory");
  if (::geteuid() == 0) GTEST_SKIP() << "root may read every file";
  const auto path = directory.write("locked.csv", "x");
  ASSERT_EQ(::chmod(path.c_str(), 0), 0);
  EXPECT_EQ(refusal(path), "cannot open locked.csv: Permission denied");
}

TEST(OpenStream, SeesAFileThatShrinksWhileItIsRead) {
  const TemporaryDirectory directory;
  const auto path = directory.write("log", random_text(100'000));
  const auto stream = open_stream(path, "log");
  std::string block(1000, '\0');
  ASSERT_EQ(stream->read(block), 1000U);
  ASSERT_EQ(::truncate(path.c_str(), 500), 0);
  EXPECT_EQ(stream->read(block), 0U);
  EXPECT_EQ(stream->skip(10), 0U);
}

}  // namespace
}  // namespace ordertail
