#include "app/options.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/error.h"

namespace ordertail {
namespace {

Options parse(std::vector<const char*> words) {
  words.insert(words.begin(), "ordertail");
  return parse_options(static_cast<int>(words.size()), words.data());
}

std::string complaint(std::vector<const char*> words) {
  try {
    parse(std::move(words));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error.what();
  }
  return "none";
}

TEST(OptionsTest, ReadsACommandWithItsOptionsInAnyOrder) {
  const Options options = parse({"import", "--limit", "5", "job.toml", "--dry-run", "--json"});
  EXPECT_EQ(options.command, "import");
  EXPECT_EQ(options.operands, std::vector<std::string>{"job.toml"});
  EXPECT_EQ(options.limit, 5U);
  EXPECT_TRUE(options.dry_run && options.json && !options.rehearse);
}

// Everybody on the machine can read a command line.
TEST(OptionsTest, NoOptionTakesASecret) {
  for (const char* command : {"init", "explain", "check", "import", "stage", "submit", "extract",
                              "status", "resolve", "retry", "forget", "patterns"}) {
    const std::string help = help_text(command);
    for (const char* word : {"token", "secret", "password", "credential", "hapikey", "api"})
      EXPECT_EQ(help.find(std::string("--") + word), std::string::npos) << command;
  }
}

TEST(OptionsTest, SaysWhatIsWrongAndWhereHelpIs) {
  EXPECT_EQ(complaint({}), "a command is missing; see `ordertail --help`");
  EXPECT_EQ(complaint({"improt", "j"}),
            "there is no command \"improt\"; did you mean \"import\"?; see `ordertail --help`");
  EXPECT_EQ(complaint({"import"}), "the job file is missing; see `ordertail import --help`");
  EXPECT_EQ(complaint({"import", "a", "b"}),
            "one job file at a time, please: \"b\" is too many; see `ordertail import --help`");
  EXPECT_EQ(complaint({"import", "a", "--dryrun"}),
            "unrecognised option '--dryrun'; see `ordertail import --help`");
  EXPECT_EQ(complaint({"import", "a", "--until", "6am"}),
            "--until must be a time of day, such as 06:00; see `ordertail import --help`");
  EXPECT_EQ(complaint({"import", "a", "--limit", "0"}),
            "--limit must be 1 or more; see `ordertail import --help`");
  EXPECT_EQ(complaint({"import", "a", "--limit=-1"}),
            "--limit must be 1 or more; see `ordertail import --help`");
  EXPECT_EQ(complaint({"import", "a", "--limit", "many"}),
            "the argument ('many') for option '--limit' is invalid; see `ordertail import --help`");
  EXPECT_EQ(complaint({"import", "a", "--dry-run", "--rehearse"}),
            "--dry-run and --rehearse exclude each other; see `ordertail import --help`");
  EXPECT_EQ(complaint({"import", "a", "--follow", "--rehearse"}),
            "--follow goes with neither --dry-run nor --rehearse: it is the real thing; see "
            "`ordertail import --help`");
  EXPECT_EQ(complaint({"check", "a", "--offline", "--probe"}),
            "--offline and --probe exclude each other; see `ordertail check --help`");
  EXPECT_EQ(complaint({"explain"}), "the files are missing; see `ordertail explain --help`");
  EXPECT_EQ(complaint({"status", "a", "--dry-run"}),
            "unrecognised option '--dry-run'; see `ordertail status --help`");
}

TEST(OptionsTest, EveryCommandHasHelp) {
  const std::string help = help_text("");
  for (const char* command : {"init", "explain", "check", "import", "stage", "submit", "extract",
                              "status", "resolve", "retry", "forget", "patterns"}) {
    EXPECT_NE(help.find(command), std::string::npos);
    EXPECT_TRUE(parse({command, "--help"}).help);
    EXPECT_TRUE(help_text(command).starts_with("Usage: ordertail " + std::string(command)));
  }
}

}  // namespace
}  // namespace ordertail
