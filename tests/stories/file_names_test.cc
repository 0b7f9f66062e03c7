// File names that a terminal would obey, or that would forge a line of a log.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kName = "orders\n\x1B[2J\x07.csv";
const std::string kShown = "orders\\x0a\\x1b[2J\\x07.csv";

class FileNames : public testing::Test {
 protected:
  /// What the command prints, of which nothing but line ends moves the cursor, and no name makes a
  /// line end.
  [[nodiscard]] std::string says(int exit_code, const std::vector<std::string>& arguments) const {
    const Ended ended = shop.run(arguments);
    const std::string text = ended.out + ended.err;
    EXPECT_EQ(ended.exit_code, exit_code) << text;
    EXPECT_TRUE(std::none_of(text.begin(), text.end(), [](char c) {
      return static_cast<unsigned char>(c) < ' ' && c != '\n';
    })) << text;
    EXPECT_THAT(text, Not(HasSubstr("\n\\x1b")));
    return text;
  }
  /// With a source of these files.
  void source(const std::string& files,
              const std::string& more = "pattern = \"shopify-orders\"\n") const {
    shop.write("job.toml",
               job_text({hubspot.url(), 1, 1, "",
                         fmt::format("\n[[source]]\nfiles = [\"{}\"]\n{}", files, more)}));
  }

  const sandbox::Server hubspot{sandbox::ServerOptions{}};
  const Shop shop{JobText{hubspot.url()}};
};

TEST_F(FileNames, AreEscapedWhereverAFileIsRead) {
  source("orders*");
  shop.write(kName, orders(1, 2) + "#3,nobody,paid,,USD,1.00,2025-12-06 10:00:00 -0500,1,KE-1\n");
  const std::string reject = kShown + ":4: Email: \"n***\" is no e-mail address\n";
  EXPECT_THAT(says(3, {"import", "job.toml", "--dry-run"}), HasSubstr(reject));
  EXPECT_THAT(says(3, {"import", "job.toml", "--rehearse"}), HasSubstr(reject));
  EXPECT_THAT(says(0, {"check", "job.toml"}), HasSubstr(reject));
  EXPECT_THAT(says(0, {"explain", kName}), HasSubstr(kShown + "\n  pattern shopify-orders"));
  EXPECT_THAT(says(3, {"stage", "job.toml"}), HasSubstr(reject));
  EXPECT_THAT(says(0, {"submit", "job.toml"}), HasSubstr("2 submitted"));
  EXPECT_THAT(says(0, {"status", "job.toml"}), HasSubstr("  " + kShown + ": "));
  EXPECT_THAT(says(0, {"init", kName}),
              HasSubstr("files   = [\"orders\\u000A\\u001B\\\\[2J\\u0007.csv\"]"));
  static_cast<void>(says(3, {"extract", "job.toml"}));
}

TEST_F(FileNames, AreWholeInJson) {
  source("orders*");
  shop.write(kName, orders(1, 2) + "#3,nobody,paid,,USD,1.00,2025-12-06 10:00:00 -0500,1,KE-1\n");
  const Ended ended = shop.run({"extract", "job.toml"});
  EXPECT_EQ(Json::parse(ended.out.substr(0, ended.out.find('\n')))["source"]["file"], kName);
  EXPECT_EQ(Json::parse(ended.err)["source"]["file"], kName);
  shop.report(3, "stage");
  EXPECT_EQ(shop.status()["files"][0]["file"], kName);
}

TEST_F(FileNames, AreEscapedWhenAFileIsRefused) {
  source("orders*");
  const auto expect = [&](const std::string& words) {
    EXPECT_THAT(says(7, {"import", "job.toml"}), HasSubstr(words));
    EXPECT_THAT(says(7, {"check", "job.toml"}), HasSubstr(words));
    static_cast<void>(says(7, {"init", kName}));
  };
  shop.write(kName, "Name,Email\n");
  expect(kShown +
         ":1: there is no column \"Financial Status\", which a purchase needs for its when");
  EXPECT_THAT(says(7, {"explain", kName}), HasSubstr("  " + kShown + ": no pattern recognises"));
  shop.write(kName, "\"Name\"x\n");
  expect(kShown + ":1: there is no readable header line");
  shop.write(kName, "PK\003\004");
  expect(kShown + " is a zip archive");
  EXPECT_THAT(says(7, {"explain", kName}), HasSubstr("  " + kShown + " is a zip archive"));
  shop.write(kName, "");
  EXPECT_THAT(says(7, {"explain", kName}), HasSubstr("  " + kShown + ": the file is empty\n"));
  EXPECT_THAT(says(7, {"init", kName}), HasSubstr("# " + kShown + ": the file is empty\n"));
  std::filesystem::remove(shop.path(kName));
  std::filesystem::create_directory(shop.path(kName));
  expect(kShown + " is not a regular file");
}

TEST_F(FileNames, AreEscapedWhereDatesAreDoubted) {
  source("orders*", "pattern = \"paypal-activity\"\ntime_zone = \"UTC\"\n");
  const std::string header =
      "Date,Time,Type,Status,Gross,Currency,From Email Address,Transaction ID,Sales Tax,Shipping "
      "and Handling Amount\n";
  const std::string row = ",10:00:00,Website Payment,Completed,5.00,USD,a@example.com,8AB,,\n";
  shop.write(kName, header + "03/04/2025" + row);
  const std::string words = kShown + ": the dates in \"Date Time\" may be month first or day first";
  EXPECT_THAT(says(7, {"import", "job.toml"}), HasSubstr(words));
  EXPECT_THAT(says(7, {"check", "job.toml"}), HasSubstr(words));
  EXPECT_THAT(says(0, {"explain", kName}), HasSubstr(words));
  EXPECT_THAT(says(0, {"init", kName}), HasSubstr("# " + words));
  shop.write(kName, header + "31/12/2025" + row);
  shop.write("orders", header + "12/31/2025" + row);
  EXPECT_THAT(says(7, {"import", "job.toml"}), HasSubstr(kShown + ": this proves date_order"));
}

TEST_F(FileNames, AreEscapedWhateverTheFileIsFor) {
  source("gone\\n\\u001B.csv");
  EXPECT_THAT(says(7, {"import", "job.toml"}),
              HasSubstr("cannot open gone\\x0a\\x1b.csv: No such file or directory\n"));
  EXPECT_THAT(
      says(7, {"explain", "gone\n\x1B"}),
      HasSubstr("gone\\x0a\\x1b\n  cannot open gone\\x0a\\x1b: No such file or directory\n"));
  EXPECT_THAT(says(7, {"init", "gone\n\x1B"}),
              HasSubstr("cannot open gone\\x0a\\x1b: No such file or directory\n"));
  EXPECT_THAT(says(2, {"import", "gone\n\x1B"}),
              HasSubstr("cannot open gone\\x0a\\x1b: No such file or directory\n"));
  shop.write(kName, "[account");
  EXPECT_THAT(says(2, {"import", kName}), HasSubstr(kShown + ":1:9: "));
  EXPECT_THAT(says(2, {"check", kName}), HasSubstr(kShown + ":1:9: "));
  EXPECT_THAT(says(2, {"import", "job.toml", "--rejects", kName}),
              HasSubstr(kShown + " is a file of another kind"));
  std::filesystem::rename(shop.path("job.toml"), shop.path(kName));
  EXPECT_THAT(says(7, {"check", kName}), HasSubstr(kShown + " has 1 source\n"));
}

}  // namespace
}  // namespace ordertail::stories
