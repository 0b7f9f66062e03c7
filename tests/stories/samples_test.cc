// Every folder of samples/ with a job: what the commands print for it is what its `expected` says.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "stories/program.h"

namespace ordertail::stories {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> sample_folders() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(SAMPLES_DIRECTORY)) {
    if (fs::exists(entry.path() / "job.toml")) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

Ended run(const std::vector<std::string>& arguments, const fs::path& folder) {
  std::vector<std::string> command{ORDERTAIL_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return Program(command, folder).wait();
}

TEST(SamplesTest, AreReadAsTheySay) {
  const std::vector<fs::path> folders = sample_folders();
  ASSERT_FALSE(folders.empty());
  for (const fs::path& folder : folders) {
    SCOPED_TRACE(folder.filename());
    const fs::path expected = folder / "expected";
    const Ended extract = run({"extract", "job.toml"}, folder);
    EXPECT_EQ(extract.out, content(expected / "extract.jsonl"));
    EXPECT_EQ(extract.err, content(expected / "rejects.jsonl"));
    const Ended dry = run({"import", "job.toml", "--dry-run"}, folder);
    EXPECT_EQ(dry.out, content(expected / "dry-run.txt"));
    EXPECT_EQ(dry.err, content(expected / "notices.txt"));
    EXPECT_EQ(run({"import", "job.toml", "--rehearse"}, folder).out,
              content(expected / "rehearsal.txt"));
  }
}

}  // namespace
}  // namespace ordertail::stories
