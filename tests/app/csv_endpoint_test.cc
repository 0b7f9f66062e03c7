// What a job says of files for HubSpot's importer, word for word.
#include "app/csv_endpoint.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "expect_error.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

constexpr const char* kAccount = R"([account]
shop = "main"
time_zone = "America/New_York"
store = "state/main.db"
[hubspot.purchase]
sink = "csv"
)";
constexpr const char* kSource = R"([[source]]
files = ["*.csv"]
pattern = "shopify-orders"
)";
constexpr const char* kCsv = "[hubspot.csv]\ndirectory = \"import\"\n";

class CsvEndpointTest : public ::testing::Test {
 protected:
  Job read(const std::string& text) {
    return read_job(directory_.write("job.toml", text).string());
  }
  /// `hubspot`: what follows in [hubspot], from line 7 on.
  Job job(const std::string& hubspot) { return read(kAccount + hubspot + kSource); }
  /// The complaint about a job, less the directory.
  std::string complaint(const std::string& text) {
    const std::string what = error_of(ExitCode::usage, [&] { static_cast<void>(read(text)); });
    return what.substr(std::min(what.size(), directory_.path().string().size() + 1));
  }

  TemporaryDirectory directory_;
};

TEST_F(CsvEndpointTest, NeedsNoMoreThanADirectory) {
  const Endpoint endpoint = job(kCsv).endpoints[1].value();
  EXPECT_EQ(endpoint.name, "csv");
  EXPECT_EQ(endpoint.url, "");
  EXPECT_FALSE(endpoint.secure);
  const CsvSettings& csv = endpoint.csv.value();
  EXPECT_EQ(csv.directory, directory_.path() / "import");
  EXPECT_EQ(csv.rows_per_file, 50'000U);
  EXPECT_EQ(csv.date, CsvDate::mdy);
  EXPECT_EQ(csv.zone.name(), "America/New_York");
  EXPECT_EQ(csv.email, "email");
  EXPECT_EQ(csv.fields, usual_csv_properties());
  EXPECT_EQ(headings_to_match(csv), std::vector<std::string>());
}

TEST_F(CsvEndpointTest, SharesOneTable) {
  const Job both = job(R"([hubspot.registration]
sink = "csv"
[hubspot.csv]
directory = "./import/"
rows_per_file = 1000
date = "DD/MM/YYYY"
[hubspot.csv.properties]
email = "Email"
close_date = "Close Date"
state = ""
total_revenue = "Last order's total"
[hubspot.csv.properties.extra]
coupon = "Last coupon"
till = ""
)");
  EXPECT_EQ(both.all_endpoints().size(), 1U);
  for (const auto& endpoint : both.endpoints) {
    const CsvSettings& csv = endpoint->csv.value();
    EXPECT_EQ(csv.directory, directory_.path() / "import");
    EXPECT_EQ(csv.rows_per_file, 1000U);
    EXPECT_EQ(name_of(csv.date), "DD/MM/YYYY");
    EXPECT_EQ(csv.email, "Email");
    EXPECT_EQ(csv.fields.at("state"), "");
    EXPECT_EQ(csv.fields.at("city"), "city");
    EXPECT_EQ(headings_to_match(csv),
              (std::vector<std::string>{"Close Date", "Last order's total", "Last coupon"}));
  }
}

TEST_F(CsvEndpointTest, TakesWhatAFormDoesNot) {
  const Job both = read(std::string(kAccount).substr(0, std::string(kAccount).find("[hubspot")) +
                        "[hubspot]\nportal_id = 62515\n[hubspot.purchase]\nsink = \"forms\"\n"
                        "form = \"0a1b2c3d-4e5f-4a6b-8c7d-8e9f0a1b2c3d\"\n"
                        "[hubspot.purchase.properties]\ntotal_revenue = \"last_total\"\n"
                        "[hubspot.purchase.otherwise]\nsink = \"csv\"\n" +
                        kCsv + kSource);
  EXPECT_TRUE(both.otherwise[1].value().csv);
}

TEST_F(CsvEndpointTest, ComplainsInTheJobsTerms) {
  const auto csv = [](const std::string& more) {
    return std::string(kAccount) + kCsv + more + kSource;
  };
  const std::string path = "job.toml:";
  const std::vector<std::pair<std::string, std::string>> wrong{
      {std::string(kAccount) + kSource,
       "6:8: the job does not say where the files are to be: add [hubspot.csv] with directory = "
       "\"import\", for example"},
      {csv("rows_per_file = 0\n"), "9:17: \"rows_per_file\" must be from 1 to 250,000"},
      {csv("date = \"MM/DD/YY\"\n"),
       "9:8: \"date\" is \"MM/DD/YYYY\", \"DD/MM/YYYY\" or \"YYYY-MM-DD\""},
      {csv("[hubspot.csv.properties]\ntotal_revenue = \"total_revenue\"\n"),
       "10:17: HubSpot sets its contact property \"total_revenue\" by itself; name one of your own "
       "for it, such as [hubspot.csv.properties] total_revenue = \"last_total_revenue\", or \"\" "
       "to "
       "leave it out"},
      {csv("[hubspot.csv.properties]\nskus = \"Email\"\n"),
       "10:8: the column \"Email\" takes email already; name another for skus, or \"\" to leave "
       "one of them out"},
      {csv("[hubspot.csv.properties]\nemail = \"\"\n"),
       "10:9: the e-mail address cannot be left out: HubSpot's importer knows a contact by it"},
      {csv("[hubspot.csv.properties]\nskus = \"a\\nb\"\n"),
       "10:8: the heading of a column is one line: the name or the label of a contact property"},
      {std::string(kAccount) + "url = \"https://example.com\"\n" + kCsv + kSource,
       "7:7: what there is to say of the sink \"csv\" stands in [hubspot.csv]; \"url\" does not "
       "belong here"},
  };
  for (const auto& [text, words] : wrong) EXPECT_EQ(complaint(text), path + words);
}

TEST_F(CsvEndpointTest, IsForEndpointsOfItsSink) {
  const std::string text = std::string(kAccount).substr(0, std::string(kAccount).find("sink")) +
                           "sink = \"leads\"\nurl = "
                           "\"https://a.example.com/?app=leaddirector&FormName=x\"\n" +
                           kCsv + kSource;
  EXPECT_EQ(complaint(text),
            "job.toml:8:1: [hubspot.csv] is for endpoints with sink = \"csv\": there is none");
}

}  // namespace
}  // namespace ordertail
