// The layering rule of src/README.md, held by reading the includes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace {

namespace fs = std::filesystem;
using Rooms = std::set<std::string>;

const std::map<std::string, Rooms> kMayKnow{
    {"base", {}},
    {"input", {"base"}},
    {"record", {"base", "input"}},
    {"event", {"base", "input", "record"}},
    {"store", {"base", "input", "record", "event"}},
    {"delivery", {"base", "input", "record", "event", "store"}},
    {"report", {"base", "input", "record", "event", "store"}},
    {"sandbox", {"base"}},
    {"app", {"base", "input", "record", "event", "store", "delivery", "report", "sandbox"}},
};

/// The room in `#include "room/file.h"`; empty for any other line.
std::string_view included_room(std::string_view line) {
  constexpr std::string_view kInclude = "#include \"";
  if (!line.starts_with(kInclude)) return {};
  line.remove_prefix(kInclude.size());
  return line.substr(0, line.find('/'));
}

TEST(LayeringTest, ArrowsPointOneWay) {
  const fs::path root = SOURCE_DIRECTORY;
  std::size_t includes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const fs::path file = fs::relative(entry.path(), root);
    if (file.extension() != ".h" && file.extension() != ".cc") continue;
    if (!file.has_parent_path()) continue;  // main.cc knows everything
    const std::string room = *file.begin();
    ASSERT_TRUE(kMayKnow.contains(room)) << file << " is in a room that the rule does not know";
    std::ifstream text(entry.path());
    for (std::string line; std::getline(text, line);) {
      const std::string known(included_room(line));
      if (known.empty()) continue;
      ++includes;
      EXPECT_TRUE(known == room || kMayKnow.at(room).contains(known)) << file << ": " << line;
    }
  }
  EXPECT_GT(includes, 100U);
}

TEST(LayeringTest, OnlyOneFileKnowsCurl) {
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(SOURCE_DIRECTORY))) {
    if (!entry.is_regular_file() || entry.path().filename() == "curl_http.cc") continue;
    std::ifstream text(entry.path());
    const std::string content{std::istreambuf_iterator<char>(text), {}};
    EXPECT_EQ(content.find("#include <curl/"), std::string::npos) << entry.path();
  }
}

}  // namespace
