// The README and the manual page name the options that --help does.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

#include "app/options.h"

namespace ordertail {
namespace {

using Names = std::set<std::string>;

std::string contents(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What follows `mark` in each line, up to the first character that no option's name has.
void add_names(const std::string& text, const std::string& mark, Names& names) {
  for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + 1)) {
    const std::size_t from = at + mark.size();
    names.insert(
        text.substr(from, text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", from) - from));
  }
}

/// The commands, by `ordertail --help`.
Names commands() {
  std::istringstream help(help_text(""));
  Names names;
  bool listed = false;
  for (std::string line; std::getline(help, line);) {
    if (listed && line.empty()) break;
    if (listed) names.insert(line.substr(2, line.find(' ', 2) - 2));
    listed = listed || line == "Commands:";
  }
  return names;
}

Names options_by_help(const std::string& command) {
  std::istringstream help(help_text(command));
  Names names;
  for (std::string line; std::getline(help, line);) {
    if (line.starts_with("  --")) add_names(line.substr(0, 30), "  --", names);
  }
  return names;
}

/// Of the row of the README's table of commands that begins with the command.
Names options_by_readme(const std::string& command) {
  std::istringstream readme(contents(README_FILE));
  Names names;
  for (std::string line; std::getline(readme, line);) {
    const std::size_t end = line.find(" | ", 2);
    const std::string heads = line.substr(0, end);
    const bool is_row = line.starts_with("| `") && (heads.find("`" + command + " ") != heads.npos ||
                                                    heads.find("`" + command + "`") != heads.npos);
    if (is_row) add_names(line.substr(end), "`--", names);
  }
  return names;
}

Names options_by_manual(const std::string& command) {
  const std::string page = contents(MANUAL_FILE);
  const std::string synopsis = page.substr(0, page.find("\n.Sh DESCRIPTION"));
  const std::string head = "\n.Cm " + command + "\n";
  Names names;
  std::size_t begin = synopsis.find(head);
  if (begin == synopsis.npos) return {"no synopsis"};
  for (; begin != synopsis.npos; begin = synopsis.find(head, begin + 1)) {
    add_names(synopsis.substr(begin, synopsis.find("\n.Nm", begin) - begin), "Fl -", names);
  }
  return names;
}

TEST(ManualTest, TheReadmeNamesEveryOption) {
  ASSERT_EQ(commands().size(), 12U);
  Names shared;
  for (const char* command : {"stage", "submit"}) shared.merge(options_by_help(command));
  for (const std::string& command : commands()) {
    const bool is_half = command == "stage" || command == "submit";
    EXPECT_EQ(options_by_readme(command), is_half ? shared : options_by_help(command)) << command;
  }
}

TEST(ManualTest, TheManualPageNamesEveryOption) {
  const std::string page = contents(MANUAL_FILE);
  for (const std::string& command : commands()) {
    const Names options = options_by_help(command);
    EXPECT_EQ(options_by_manual(command), options) << command;
    for (const std::string& option : options) {
      EXPECT_NE(page.find("Fl -" + option, page.find("\n.Sh DESCRIPTION")), page.npos) << option;
    }
  }
}

}  // namespace
}  // namespace ordertail
