#include "app/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "expect_error.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void add(const std::filesystem::path& path, std::string_view text) {
  Output out(path.string(), "{\"a\"");
  out.write(text);
  out.flush();
}

TEST(OutputTest, AddsToWhatItHasWritten) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "r.jsonl";
  add(path, "{\"a\":1}\n");
  add(path, "{\"a\":2}\n");
  EXPECT_EQ(content(path), "{\"a\":1}\n{\"a\":2}\n");
}

TEST(OutputTest, LeavesOtherFilesAsTheyAre) {
  const TemporaryDirectory directory;
  const auto path = directory.write("orders.csv", "Order,Email\n");
  EXPECT_EQ(error_of(ExitCode::usage, [&] { add(path, "{\"a\":1}\n"); }),
            path.string() +
                " is a file of another kind; nothing was written to it. Name a new file, or "
                "one that this option has written");
  EXPECT_EQ(content(path), "Order,Email\n");
}

TEST(OutputTest, TellsOfAFullDisk) {
  Output out(Fd(::open("/dev/full", O_WRONLY | O_CLOEXEC)), "rejects.jsonl");
  out.write("{}\n");
  EXPECT_EQ(error_of(ExitCode::store, [&] { out.flush(); }),
            "cannot write to rejects.jsonl: No space left on device");
}

}  // namespace
}  // namespace ordertail
