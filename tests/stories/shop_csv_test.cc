// A shop that imports its history into HubSpot by hand, from CSV files.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr const char* kEndpoints = R"([hubspot.registration]
sink = "csv"
[hubspot.purchase]
sink = "csv"
)";

std::string csv_job(const std::string& endpoints = kEndpoints, const std::string& more = "",
                    const std::string& sources = std::string(kOrders)) {
  return fmt::format(R"([account]
shop      = "main"
time_zone = "America/New_York"
store     = "state/main.db"

[hubspot]
portal_id = 62515
{}
[hubspot.csv]
directory = "import"
{}
[hubspot.csv.properties]
order_number = "Last order"
{})",
                     endpoints, more, sources);
}

class ShopCsv : public testing::Test {
 protected:
  ShopCsv() { shop.write("job.toml", csv_job()); }

  /// The rows of all files, by the name of each less its day and number.
  [[nodiscard]] std::map<std::string, std::string> imported() const {
    std::map<std::string, std::string> files;
    if (!fs::exists(shop.path("import"))) return files;
    for (const auto& entry : fs::directory_iterator(shop.path("import"))) {
      const std::string name = entry.path().filename();
      if (name.starts_with(".ordertail-")) continue;
      EXPECT_THAT(name, MatchesRegex("hubspot-[a-z]+-20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
                                     "[0-9][0-9][.]csv"));
      std::ifstream file(entry.path(), std::ios::binary);
      files[name.substr(0, name.find("-20"))] +=
          std::string(std::istreambuf_iterator<char>(file), {});
    }
    return files;
  }

  const Shop shop{JobText{kNobody}};
};

TEST_F(ShopCsv, WritesEachEventOnce) {
  shop.write("job.toml", csv_job(kEndpoints, "", std::string(kOrders) + std::string(kLog)));
  shop.write("orders.csv", orders(1, 2));
  shop.write("shop.log", registration(7));
  const Json report = shop.report(0);
  EXPECT_EQ(shop.totals(), "3/0/0/0");
  const std::map<std::string, std::string> expected{
      {"hubspot-purchases",
       "email,firstname,lastname,phone,address,city,state,zip,country,lifecyclestage,closedate,"
       "Last order\r\n"
       "customer1@example.com,,,,,,,,,customer,12/06/2025,1\r\n"
       "customer2@example.com,,,,,,,,,customer,12/06/2025,2\r\n"},
      {"hubspot-registrations",
       "email,firstname,lastname,phone,address,city,state,zip,country,lifecyclestage\r\n"
       "visitor7@example.com,,,,,,,,,lead\r\n"}};
  EXPECT_EQ(imported(), expected);
  ASSERT_EQ(report["delivered"]["files"].size(), 2U);
  for (const Json& file : report["delivered"]["files"]) EXPECT_TRUE(fs::exists(file));

  EXPECT_EQ(shop.report(0)["delivered"]["files"], Json::array());
  EXPECT_EQ(imported(), expected);
}

TEST_F(ShopCsv, NamesTheFilesToImport) {
  shop.write("orders.csv", orders(1, 2));
  EXPECT_EQ(shop.run({"stage", "job.toml"}).exit_code, 0);
  const std::string said = shop.run({"submit", "job.toml"}).out;
  EXPECT_THAT(said, HasSubstr("files     1 file for HubSpot's importer; import it as contacts:\n"
                              "          " +
                              fs::canonical(shop.path("import")).string() + "/hubspot-purchases-"));
  EXPECT_THAT(said, HasSubstr("sent      2 requests: 2 submitted, 0 rejected, 0 in doubt\n"));
}

TEST_F(ShopCsv, SaysWithADryRunWhatItWouldWrite) {
  shop.write("orders.csv", orders(1, 2));
  const Ended dry = shop.run({"import", "job.toml", "--dry-run"});
  EXPECT_EQ(dry.exit_code, 0);
  EXPECT_THAT(dry.out, HasSubstr("would     submit 2 events; nothing was stored or sent\n"));
  EXPECT_FALSE(fs::exists(shop.path("import")));
}

TEST_F(ShopCsv, RejectsWhoHasNoAddress) {
  shop.write("orders.csv", orders(1, 1) + "#2,,paid,,USD,2.50,2025-12-06 10:00:00 -0500,1,KE-1\n");
  const Ended ended = shop.run({"import", "job.toml"});
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_THAT(ended.err, HasSubstr("e-mail"));
  EXPECT_THAT(imported()["hubspot-purchases"], HasSubstr("customer1@"));
}

/// A file takes two requests. Stopped between them, it is not to be seen, and a rerun finishes it.
TEST_F(ShopCsv, ShowsNoFileBeforeItIsFinished) {
  shop.write("orders.csv", orders(1, 1));
  EXPECT_EQ(shop.run({"import", "job.toml", "--limit", "1"}).exit_code, 5);
  EXPECT_EQ(shop.totals(), "0/0/1/0");
  EXPECT_EQ(shop.report(0)["delivered"]["submitted"], 1);
  EXPECT_EQ(imported().size(), 1U);
}

TEST_F(ShopCsv, KeepsAllWhenTheDiskIsFull) {
  shop.write("job.toml", csv_job(kEndpoints, "rows_per_file = 100"));
  shop.write("orders.csv", orders(1, 2));
  EXPECT_EQ(shop.run({"stage", "job.toml"}).exit_code, 0);
  shop.write("import", "no directory");
  const Ended full = shop.run({"submit", "job.toml"});
  EXPECT_EQ(full.exit_code, 8);
  EXPECT_THAT(full.err, HasSubstr("/import: Not a directory; 2 events stay pending\n"));
  fs::remove(shop.path("import"));
  EXPECT_EQ(shop.run({"submit", "job.toml"}).exit_code, 0);
  EXPECT_EQ(shop.totals(), "2/0/0/0");
}

/// Somebody deletes the directory between the two requests. Whether the file was imported before, a
/// person knows.
TEST_F(ShopCsv, AsksWhenAWrittenFileIsGone) {
  shop.write("orders.csv", orders(1, 2));
  EXPECT_EQ(shop.run({"stage", "job.toml"}).exit_code, 0);
  EXPECT_EQ(shop.run({"submit", "job.toml", "--limit", "1"}).exit_code, 5);
  fs::remove_all(shop.path("import"));
  EXPECT_THAT(shop.run({"check", "job.toml", "--offline"}).out,
              HasSubstr("/import is not there, and files that were written in it wait"));
  EXPECT_EQ(shop.run({"submit", "job.toml"}).exit_code, 8);
  EXPECT_EQ(shop.totals(), "0/0/2/0");
  fs::create_directory(shop.path("import"));
  EXPECT_THAT(shop.run({"check", "job.toml", "--offline"}).out,
              HasSubstr("was written and is not there any more; put it back, or the next run holds "
                        "what was in it as in doubt"));
  const Ended gone = shop.run({"submit", "job.toml"});
  EXPECT_EQ(gone.exit_code, 4);
  EXPECT_THAT(gone.err, HasSubstr("was written, and is not there any more to be given its name: "
                                  "unless somebody has imported it, have it written again"));
  EXPECT_EQ(shop.totals(), "0/0/0/2");
  EXPECT_EQ(shop.run({"submit", "job.toml"}).exit_code, 4);
  EXPECT_EQ(shop.run({"resolve", "job.toml", "--resend", "--reason", "file_gone"}).exit_code, 0);
  EXPECT_EQ(shop.run({"submit", "job.toml"}).exit_code, 0);
  EXPECT_EQ(shop.totals(), "2/0/0/0");
  EXPECT_THAT(imported()["hubspot-purchases"], HasSubstr("customer2@example.com"));
  EXPECT_THAT(shop.run({"status", "job.toml"}).out, HasSubstr("resent"));
}

TEST_F(ShopCsv, WritesNoFileThatItsOwnSourcesRead) {
  shop.write("job.toml", csv_job(kEndpoints, "", "[[source]]\nfiles = [\"imp*/*.csv\"]\n"));
  const Ended ended = shop.run({"import", "job.toml"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr("the files of [hubspot.csv] are written where a source would "
                                   "read them as an export: its files = \"imp*/*.csv\" finds "
                                   "them; name a directory of their own\n"));
  EXPECT_EQ(shop.run({"check", "job.toml", "--offline"}).exit_code, 2);
}

/// What a form does not take any more goes into a file.
TEST_F(ShopCsv, TakesHistoryBesideAForm) {
  shop.write("job.toml", csv_job(R"([hubspot.purchase]
sink = "forms"
url  = "http://127.0.0.1:1/submissions/v3/integration/submit/62515/0a1b2c3d-4e5f-4a6b-8c7d-8e9f0a1b2c3d"
[hubspot.purchase.properties]
total_revenue = "last_order_total"
[hubspot.purchase.otherwise]
sink = "csv"
)"));
  shop.write("orders.csv", orders(1, 2));
  shop.report(0);
  EXPECT_THAT(imported()["hubspot-purchases"], HasSubstr("customer2@example.com"));
  EXPECT_THAT(shop.run({"check", "job.toml", "--offline"}).out,
              HasSubstr("2 of them go into a file: they happened more than 28 days ago, or carry "
                        "no visitor token"));
}

TEST_F(ShopCsv, IsCheckedWithoutANetwork) {
  shop.write("orders.csv", orders(1, 2));
  const Ended check = shop.run({"check", "job.toml"});
  EXPECT_EQ(check.exit_code, 0) << check.out;
  EXPECT_THAT(check.out, HasSubstr("files of up to 50,000 rows in "));
  EXPECT_THAT(check.out,
              HasSubstr("/import; HubSpot's importer is to be told that dates are MM/DD/YYYY\n"));
  EXPECT_THAT(check.out, HasSubstr("HubSpot must have, before the import, a contact property for "
                                   "the column Last order\n"));
  EXPECT_THAT(check.out, HasSubstr("none, and a file needs none\n"));
  EXPECT_THAT(check.out, HasSubstr("nothing leaves this machine\n"));
  EXPECT_FALSE(fs::exists(shop.path("import")));
}

}  // namespace
}  // namespace ordertail::stories
