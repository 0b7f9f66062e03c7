// Job files, credentials and checkpoint files that cannot be: one message, and nothing happens.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

class BadJob : public testing::Test {
 protected:
  BadJob() { shop.write("orders.csv", orders(1, 2)); }

  /// The usual job with `text` in place of `what`.
  void change(std::string_view what, std::string_view text) const {
    std::string job = job_text({hubspot.url()});
    const std::size_t at = job.find(what);
    ASSERT_NE(at, std::string::npos) << what;
    shop.write("job.toml", job.replace(at, what.size(), text));
  }
  /// Imports, and expects one message, no result, and no request.
  void expect(int exit_code, const std::string& message) const {
    const Ended ended = shop.run({"import", "job.toml"});
    EXPECT_EQ(ended.exit_code, exit_code);
    EXPECT_EQ(ended.err, "ordertail: " + message + "\n");
    EXPECT_EQ(ended.out, "");
    EXPECT_EQ(hubspot.submissions_json(), R"({"submissions":[]})");
  }

  const sandbox::Server hubspot{sandbox::ServerOptions{}};
  const Shop shop{JobText{hubspot.url()}};
};

TEST_F(BadJob, IsMissing) {
  std::filesystem::remove(shop.path("job.toml"));
  expect(2, "cannot open job.toml: No such file or directory");
}

TEST_F(BadJob, IsNoToml) {
  change("[limits]", "[limits");
  expect(2, "job.toml:17:8: Error while parsing table header: expected ']', saw '\\n'");
}

TEST_F(BadJob, HasAKeyThatIsNotKnown) {
  change("concurrency", "concurency ");
  expect(2, "job.toml:20:1: unknown key \"concurency\" in [limits]; did you mean \"concurrency\"?");
}

TEST_F(BadJob, NamesAPatternThatIsNotThere) {
  change("shopify-orders", "shopify-order");
  expect(2,
         "job.toml:26:11: there is no pattern \"shopify-order\"; did you mean "
         "\"shopify-orders\"?; `ordertail patterns` lists them");
}

TEST_F(BadJob, HasAPatternThatIsTooLarge) {
  const auto expect_refused = [&](const std::string& regex, const std::string& why) {
    shop.write("mine.toml", fmt::format("name = \"mine\"\ndescribes = \"x\"\nverified = \"x\"\n"
                                        "[line]\nregex = '{}'\n[registration]\nemail = \"e\"\n",
                                        regex));
    change("shopify-orders", "./mine.toml");
    expect(2, why);
  };
  expect_refused(
      std::string(8193, 'a'),
      "./mine.toml:5:9: The line pattern is 8,193 bytes long; at most 8,192 are allowed.");
  std::string large;
  for (int i = 0; i < 500; ++i) large += ".{999}";
  expect_refused(large,
                 "./mine.toml:5:9: The line pattern is no RE2 expression: pattern too large - "
                 "compile failed. Its syntax is described at "
                 "https://github.com/google/re2/wiki/Syntax.");
}

TEST_F(BadJob, HasEqualFormNames) {
  change("FormName=purchase_complete", "FormName=new_registration");
  expect(2,
         "job.toml:13:1: registration and purchase have the same FormName \"new_registration\"; "
         "HubSpot could not tell leads from customers, so they must differ");
}

TEST_F(BadJob, HasNoFormName) {
  change("&FormName=purchase_complete", "");
  expect(2,
         "job.toml:15:8: a Leads API URL names its form: FormName=new_registration, for example");
}

TEST_F(BadJob, HasAnEndpointThatIsNotTheLeadsApi) {
  change("app=leaddirector&FormName=purchase_complete", "FormName=purchase_complete");
  expect(2,
         "job.toml:15:8: a Leads API URL has app=leaddirector in its query; copy the API POST URL "
         "from HubSpot's settings");
}

TEST_F(BadJob, WouldSendPeoplesDataUnencrypted) {
  change(hubspot.url() + "/?app=leaddirector&FormName=purchase_complete",
         "http://shop.example.com/?app=leaddirector&FormName=purchase_complete");
  expect(2,
         "job.toml: [hubspot.purchase] would send people's data unencrypted to shop.example.com; "
         "use an https URL, or write plain_http = true below its url if that is meant");
}

TEST_F(BadJob, HasACredentialThatOthersCanRead) {
  shop.write("key", "canary\n");
  ::chmod(shop.path("key").c_str(), 0644);
  change("[hubspot]\n", "[hubspot]\ncredential = { file = \"key\" }\n");
  expect(6, "key can be read by others; run: chmod 600 key");
}

TEST_F(BadJob, HasACredentialThatIsNotThere) {
  change("[hubspot]\n", "[hubspot]\ncredential = { env = \"ORDERTAIL_STORY_KEY\" }\n");
  expect(6, "the environment variable ORDERTAIL_STORY_KEY holds no credential");
}

TEST_F(BadJob, KeepsItsCheckpointFileWhereNoneCanBe) {
  change("state/main.db", "orders.csv/main.db");
  expect(8, "cannot open orders.csv/main.db.lock: Not a directory");
  change("state/main.db", "/proc/ordertail/main.db");
  expect(8, "cannot create the directory /proc/ordertail: No such file or directory");
}

TEST_F(BadJob, HasGarbageForACheckpointFileAndLeavesItAsItIs) {
  const std::string garbage = "no database at all " + std::string(5000, 'x');
  shop.write("state/main.db", garbage);
  ::chmod(shop.path("state").c_str(), 0700);
  ::chmod(shop.path("state/main.db").c_str(), 0600);
  expect(8,
         "state/main.db is not a checkpoint file of ordertail: it is not an SQLite database. It "
         "has been left as it is. Correct the path, restore the file from a backup, or move it "
         "away to start afresh, which would send everything again.");
  std::ifstream file(shop.path("state/main.db"), std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), garbage);
}

}  // namespace
}  // namespace ordertail::stories
