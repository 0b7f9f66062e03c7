#include "app/job.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "temporary_directory.h"

namespace ordertail {
namespace {

constexpr const char* kAccount = R"([account]
shop = "main"
time_zone = "America/New_York"
store = "state/main.db"
)";
constexpr const char* kHubspot = R"([hubspot.registration]
sink = "leads"
url = "http://127.0.0.1/?app=leaddirector&FormName=a"
[hubspot.purchase]
sink = "leads"
url = "http://127.0.0.1/?app=leaddirector&FormName=b"
)";
constexpr const char* kSource = R"([[source]]
files = ["*.csv"]
pattern = "shopify-orders"
)";

class JobTest : public ::testing::Test {
 protected:
  Job read(const std::string& text) {
    return read_job(directory_.write("job.toml", text).string());
  }

  /// The complaint about `text`, less the directory; "none" when there is none.
  std::string complaint(const std::string& text) {
    try {
      read(text);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      std::string what = error.what();
      const std::string prefix = directory_.path().string() + "/";
      EXPECT_TRUE(what.starts_with(prefix)) << what;
      return what.substr(prefix.size());
    }
    return "none";
  }

  TemporaryDirectory directory_;
};

TEST_F(JobTest, ReadsAWholeJob) {
  const Job job = read(std::string(kAccount) + kHubspot +
                       "[limits]\nrequests_per_day = 0\ntries = 2\ntimeout_ms = 5000\n" + kSource);
  EXPECT_EQ(job.shop, "main");
  EXPECT_EQ(job.store, directory_.path() / "state/main.db");
  EXPECT_EQ(job.limits.requests_per_10s, 45U);
  EXPECT_EQ(job.limits.requests_per_day, kNoDailyLimit);
  EXPECT_EQ(job.limits.tries, 2U);
  EXPECT_EQ(job.timeout, std::chrono::seconds(5));
  ASSERT_EQ(job.sources.size(), 1U);
  EXPECT_EQ(job.sources[0].pattern->name, "shopify-orders");
}

TEST_F(JobTest, ComplainsWithLineAndColumn) {
  const std::string account = kAccount;
  const std::string hubspot = kHubspot;
  const std::string source = kSource;
  EXPECT_EQ(complaint(account + "shpo = 1\n" + hubspot + source),
            "job.toml:5:1: unknown key \"shpo\" in [account]; did you mean \"shop\"?");
  EXPECT_EQ(
      complaint("[account]\nshop = \"main\"\ntime_zone = \"New York\"\nstore = \"x\"\n" + hubspot +
                source),
      "job.toml:3:13: there is no time zone \"New York\"; write one such as \"America/New_York\"");
  EXPECT_EQ(complaint(account + hubspot), "job.toml:1:1: the job has no [[source]]");
  EXPECT_EQ(complaint(account + hubspot + "[[source]]\npattern = \"shopify-orders\"\n"),
            "job.toml:11:1: a source needs \"files\"");
  EXPECT_EQ(complaint(account + hubspot + source + "date_order = \"us\"\n"),
            "job.toml:14:14: \"date_order\" must be \"mdy\", \"dmy\" or \"ymd\"");
  EXPECT_EQ(complaint(account + hubspot + "[limits]\nconcurrency = 0\n" + source),
            "job.toml:12:15: \"concurrency\" must be from 1 to 1,000,000,000");
}

TEST_F(JobTest, FormNamesMustDiffer) {
  const std::string same = R"([hubspot.registration]
sink = "leads"
url = "http://127.0.0.1/?app=leaddirector&FormName=new+form"
[hubspot.purchase]
sink = "leads"
url = "http://127.0.0.1/x?FormName=new%20form&app=leaddirector"
)";
  EXPECT_EQ(complaint(std::string(kAccount) + same + kSource),
            "job.toml:8:1: registration and purchase have the same FormName \"new form\"; HubSpot "
            "could not tell leads from customers, so they must differ");
}

TEST_F(JobTest, ASourceNeedsAnEndpointForWhatItMakes) {
  const std::string leads_only = R"([hubspot.registration]
sink = "leads"
url = "http://127.0.0.1/?app=leaddirector&FormName=a"
)";
  EXPECT_EQ(complaint(std::string(kAccount) + leads_only + kSource),
            "job.toml:8:1: this source makes purchases, but the job has no [hubspot.purchase] to "
            "send them to");
}

TEST_F(JobTest, PlainHttpToAnotherMachineMustBeMeant) {
  const auto job = [&](const std::string& more) {
    return read(std::string(kAccount) + R"([hubspot.purchase]
sink = "leads"
url = "http://demo.example.com/?app=leaddirector&FormName=b"
)" + more + kSource);
  };
  EXPECT_NO_THROW(check_transport(job("plain_http = true\n")));
  EXPECT_NO_THROW(check_transport(read(std::string(kAccount) + kHubspot + kSource)));
  try {
    check_transport(job(""));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_TRUE(
        std::string(error.what())
            .ends_with("job.toml: [hubspot.purchase] would send people's data unencrypted to "
                       "demo.example.com; use an https URL, or write plain_http = true below "
                       "its url if that is meant"));
  }
}

TEST_F(JobTest, TheFingerprintFollowsTheMeaningNotTheFiles) {
  const auto of = [&](const std::string& source) {
    const Job job = read(std::string(kAccount) + kHubspot + source);
    return fingerprint(job, job.sources[0], *job.sources[0].pattern);
  };
  const std::string base = of(kSource);
  EXPECT_EQ(base, of("[[source]]\npattern = \"shopify-orders\"\nfiles = [\"other/*\"]\n"));
  EXPECT_NE(base, of(std::string(kSource) + "numbers = \"1,234.56\"\n"));
}

TEST_F(JobTest, TheCredentialComesFromAPrivateFileOrTheEnvironment) {
  const auto job = [&](const std::string& credential) {
    return read(std::string(kAccount) + "[hubspot]\ncredential = " + credential + "\n" + kHubspot +
                kSource);
  };
  const auto path = directory_.write("token", "s3cret\n");
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  EXPECT_EQ(read_credential(job("{ file = \"token\" }")), "s3cret");
  std::filesystem::permissions(path, std::filesystem::perms(0640));
  EXPECT_THROW((void)read_credential(job("{ file = \"token\" }")), Error);
  ::setenv("ORDERTAIL_TEST_TOKEN", "from-env", 1);
  EXPECT_EQ(read_credential(job("{ env = \"ORDERTAIL_TEST_TOKEN\" }")), "from-env");
  ::unsetenv("ORDERTAIL_TEST_TOKEN");
  EXPECT_THROW((void)read_credential(job("{ env = \"ORDERTAIL_TEST_TOKEN\" }")), Error);
  EXPECT_EQ(read_credential(read(std::string(kAccount) + kHubspot + kSource)), "");
}

TEST_F(JobTest, SaysWhatAPastedLogFormatLacks) {
  const auto log = [&](const std::string& lines) {
    return complaint(std::string(kAccount) + kHubspot + "[[source]]\nfiles = [\"a.log\"]\n" +
                     lines + "[source.purchase]\npath = \"/ok\"\norder_number = \"query:order\"\n");
  };
  EXPECT_EQ(
      log("log_format = '$remote_addr [$time_local] $status'\n"),
      "job.toml:13:14: log_format has no field for the request ($request, or $request_uri), so "
      "nothing tells which lines are conversions");
  EXPECT_EQ(
      log("LogFormat = '%h \"%r\" %>s'\n"),
      "job.toml:11:1: a purchase needs its date, and nothing says where that is: log the time "
      "($time_local, %t), or add occurred_at to [source.purchase]");
  EXPECT_EQ(log("pattern = \"nginx-combined-utk\"\nlog_format = '$request'\n"),
            "job.toml:14:14: a source has either a pattern or the server's log_format");
  EXPECT_EQ(log("log_format = '$remote_addr [$time_local] \"$request\"'\n"), "none");
}

}  // namespace
}  // namespace ordertail
