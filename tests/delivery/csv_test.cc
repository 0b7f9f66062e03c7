// CSV files for HubSpot's importer: what is in them, and that each is made whole or not at all.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <iterator>

#include "delivery/csv_files.h"
#include "delivery/csv_sink.h"
#include "one_event.h"
#include "stand_ins.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::Test;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::set<std::string> names_in(const fs::path& directory) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

CsvSettings settings_for(const fs::path& directory) {
  CsvSettings settings;
  settings.directory = directory;
  settings.zone = TimeZone::find("America/New_York");
  return settings;
}

Event purchase() {
  Event event;
  event.kind = Kind::purchase;
  event.shop = "main";
  event.email = "ann@example.com";
  event.order_number = "1001";
  event.occurred_at = Instant(1'704'076'200s);  // 2024-01-01 02:30 UTC: New Year's Eve in New York
  event.close_date = Day{2023, 12, 31};
  event.total_revenue = Money{1'423'100};
  event.skus = {"A-1", "B-2"};
  event.extra = {{"coupon", "WINTER"}};
  return event;
}

TEST(CsvSinkTest, WritesWhatHubSpotComesWith) {
  const CsvSink sink(settings_for("/exports"));
  Event event = purchase();
  event.first_name = "Ann";
  event.zip = "02134";
  const HttpRequest request = rendered(sink, event);
  EXPECT_EQ(request.url, "file:/exports/hubspot-purchases");
  EXPECT_EQ(request.body,
            "email,firstname,lastname,phone,address,city,state,zip,country,lifecyclestage,"
            "closedate\r\n"
            "ann@example.com,Ann,,,,,,02134,,customer,12/31/2023\r\n");
  event.kind = Kind::registration;
  EXPECT_EQ(rendered(sink, event).url, "file:/exports/hubspot-registrations");
  EXPECT_EQ(rendered(sink, event).body,
            "email,firstname,lastname,phone,address,city,state,zip,country,lifecyclestage\r\n"
            "ann@example.com,Ann,,,,,,02134,,lead\r\n");
}

TEST(CsvSinkTest, WritesWhatTheJobSays) {
  CsvSettings settings = settings_for("/exports");
  settings.fields.clear();
  settings.email = "Email";
  settings.fields["close_date"] = "Close Date";
  settings.fields["occurred_at"] = "Last order, on";
  settings.fields["total_revenue"] = "Last \"total\"";
  settings.fields["skus"] = "SKUs";
  settings.extra["coupon"] = "Coupon";
  settings.date = CsvDate::dmy;
  EXPECT_EQ(rendered(CsvSink(settings), purchase()).body,
            "Email,Close Date,\"Last \"\"total\"\"\",SKUs,\"Last order, on\",Coupon\r\n"
            "ann@example.com,31/12/2023,142.31,\"A-1,B-2\",31/12/2023,WINTER\r\n");
  settings.date = CsvDate::ymd;
  settings.fields = {{"close_date", "closedate"}};
  settings.extra.clear();
  EXPECT_EQ(rendered(CsvSink(settings), purchase()).body,
            "Email,closedate\r\nann@example.com,2023-12-31\r\n");
}

TEST(CsvSinkTest, LeavesCellsAsTheyAre) {
  CsvSettings settings = settings_for("/exports");
  settings.fields = {{"first_name", "a"}, {"phone", "b"}, {"address", "c"}, {"city", "d"}};
  Event event = purchase();
  event.first_name = "=1+1";
  event.phone = "+1 555 0100";
  event.address = "1 Main St\r\n\"Annex\"";
  event.city = " Paris";
  EXPECT_EQ(rendered(CsvSink(settings), event).body,
            "email,a,b,c,d\r\n"
            "ann@example.com,=1+1,+1 555 0100,\"1 Main St\r\n\"\"Annex\"\"\",\" Paris\"\r\n");
}

TEST(CsvSinkTest, RefusesWhoHasNoAddress) {
  const CsvSink sink(settings_for("/exports"));
  Event event = purchase();
  EXPECT_FALSE(sink.refuse(event, {}));
  event.email.clear();
  const auto refusal = sink.refuse(event, {});
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->verdict, Verdict::rejected);
  EXPECT_EQ(refusal->reason, "no_email_for_csv");
  EXPECT_EQ(refusal->message,
            "it has no e-mail address, by which HubSpot's importer knows a contact");
}

/// Another sink's progress is none of a file's.
TEST(CsvSinkTest, KeepsKindsAndFilesApart) {
  const CsvSink sink(settings_for("/exports"));
  Event event = purchase();
  EXPECT_EQ(sink.lane({event, {}}), sink.lane({event, "at=3f2a91c0;contact=7"}));
  EXPECT_EQ(sink.lane({event, "csv:a.csv"}), "csv:a.csv");
  event.kind = Kind::registration;
  EXPECT_NE(sink.lane({event, {}}), sink.lane({purchase(), {}}));
  EXPECT_EQ(csv_file_of("csv:a.csv"), "a.csv");
  EXPECT_EQ(sink.render(std::array{Item{event, "csv:a.csv"}}).url, "file:/exports/a.csv");
  EXPECT_EQ(sink.render(std::array{Item{event, "csv:a.csv"}}).body, "");
  EXPECT_EQ(csv_file_of("at=3f2a91c0;contact=7"), "");
}

/// Takes what is no file.
class Elsewhere final : public HttpTransport {
 public:
  void start(std::uint64_t ticket, HttpRequest request) override {
    urls.push_back(request.url);
    replies.emplace_back().ticket = ticket;
  }
  std::vector<HttpReply> wait(std::chrono::milliseconds) override {
    return std::exchange(replies, {});
  }
  std::vector<std::string> urls;
  std::vector<HttpReply> replies;
};

class CsvFilesTest : public Test {
 protected:
  HttpReply reply_to(const std::string& url, const std::string& body, std::uint64_t ticket = 17) {
    files_.start(ticket, {url, {}, body, {}});
    const auto replies = files_.wait(0ms);
    EXPECT_EQ(replies.size(), 1U);
    return replies.empty() ? HttpReply{} : replies.front();
  }
  [[nodiscard]] std::string url(const std::string& name) const {
    return "file:" + (exports_ / name).string();
  }
  /// What went wrong, less the test's own directory.
  [[nodiscard]] std::string complaint(const HttpReply& reply) const {
    EXPECT_EQ(reply.transfer, Transfer::not_sent);
    std::string text = reply.error;
    const std::string prefix = directory_.path().string() + "/";
    for (std::size_t at = 0; (at = text.find(prefix, at)) != text.npos;) {
      text.erase(at, prefix.size());
    }
    return text;
  }

  TemporaryDirectory directory_;
  const fs::path exports_ = directory_.path() / "exports";
  FakeClock clock_;
  Elsewhere elsewhere_;
  CsvFiles files_{elsewhere_, clock_, TimeZone::find("America/New_York"), "3f2a91c0"};
};

constexpr const char* kName = "hubspot-purchases-2023-12-31-0017.csv";
constexpr const char* kMark = ".ordertail-3f2a91c0";
constexpr const char* kHidden = ".hubspot-purchases-2023-12-31-0017.csv.3f2a91c0";

TEST_F(CsvFilesTest, WritesAsideThenNames) {
  const HttpReply written = reply_to(url("hubspot-purchases"), "email\r\na@example.com\r\n");
  EXPECT_EQ(written.ticket, 17U);
  EXPECT_EQ(written.transfer, Transfer::complete);
  EXPECT_EQ(written.status, 201);
  EXPECT_EQ(written.body, kName);
  EXPECT_EQ(names_in(exports_), (std::set<std::string>{kHidden, kMark}));
  EXPECT_TRUE(files_.named().empty());
  struct stat found {};
  ASSERT_EQ(::stat((exports_ / kHidden).c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0600U);
  ASSERT_EQ(::stat(exports_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0700U);

  const HttpReply named = reply_to(url(written.body), "");
  EXPECT_EQ(named.status, 200);
  EXPECT_EQ(names_in(exports_), (std::set<std::string>{kName, kMark}));
  EXPECT_EQ(content(exports_ / kName), "email\r\na@example.com\r\n");
  EXPECT_EQ(files_.named(), std::vector<fs::path>{exports_ / kName});
}

/// It was named before, by a run that was killed right after, and somebody has taken it since.
TEST_F(CsvFilesTest, NamesNothingTwice) {
  const HttpReply written = reply_to(url("hubspot-purchases"), "x");
  reply_to(url(written.body), "");
  fs::remove(exports_ / kName);
  EXPECT_EQ(reply_to(url(written.body), "").status, 200);
  EXPECT_EQ(names_in(exports_), std::set<std::string>{kMark});
}

/// The directory is one that the job used before: it has the mark, but not this file.
TEST_F(CsvFilesTest, BelievesOnlyWhatItsMarkLists) {
  const HttpReply before = reply_to(url("hubspot-purchases"), "x", 16);
  reply_to(url(before.body), "");
  fs::remove(exports_ / before.body);
  EXPECT_EQ(reply_to(url(kName), "").status, 404);
  EXPECT_EQ(reply_to(url(before.body), "").status, 200);
}

/// The directory is not the one in which it was written: a disk is not mounted, for example.
TEST_F(CsvFilesTest, BelievesNoOtherDirectory) {
  reply_to(url("hubspot-purchases"), "x");
  fs::rename(exports_, directory_.path() / "elsewhere");
  EXPECT_EQ(complaint(reply_to(url(kName), "")),
            "exports is not there, and files that were written in it wait to be given their name; "
            "put it back where it was. If it is gone for good, make it and run again: what was in "
            "those files is then in doubt, for `ordertail resolve`");
  fs::create_directory(exports_);
  EXPECT_EQ(reply_to(url(kName), "").status, 404);
  EXPECT_TRUE(files_.named().empty());
  EXPECT_EQ(reply_to("file:" + (directory_.path() / "elsewhere" / kName).string(), "").status, 200);
}

TEST_F(CsvFilesTest, ReplacesNothing) {
  const HttpReply written = reply_to(url("hubspot-purchases"), "ours");
  directory_.write(std::string("exports/") + kName, "theirs");
  EXPECT_EQ(complaint(reply_to(url(written.body), "")),
            std::string("exports/") + kName +
                " is there already, and is none of this job's; move it away, and give each job a "
                "directory of its own");
  EXPECT_EQ(content(exports_ / kName), "theirs");
  EXPECT_EQ(content(exports_ / kHidden), "ours");
  fs::remove(exports_ / kName);
  EXPECT_EQ(reply_to(url(written.body), "").status, 200);
}

TEST_F(CsvFilesTest, FollowsNoLinkThatSomebodyHasPut) {
  fs::create_directory(exports_);
  fs::create_symlink(directory_.path() / "victim", exports_ / kHidden);
  EXPECT_EQ(complaint(reply_to(url("hubspot-purchases"), "x")),
            std::string("cannot create exports/") + kHidden + ": File exists");
  EXPECT_FALSE(fs::exists(directory_.path() / "victim"));
}

TEST_F(CsvFilesTest, NeedsADirectoryOfItsOwn) {
  fs::create_directory(exports_);
  fs::permissions(exports_, fs::perms::all);
  EXPECT_EQ(complaint(reply_to(url("hubspot-purchases"), "x")),
            "exports may be written to by others (mode 0777), who could put other files there; "
            "run: chmod go-w exports");
  fs::remove(exports_);
  directory_.write("exports", "a file");
  EXPECT_EQ(complaint(reply_to(url("hubspot-purchases"), "x")),
            "cannot open exports: Not a directory");
  fs::remove(exports_);
  EXPECT_EQ(complaint(reply_to("file:" + (exports_ / "below" / "a").string(), "x")),
            "cannot create the directory exports/below: No such file or directory");
}

TEST_F(CsvFilesTest, TidiesItsOwnOnly) {
  const HttpReply kept = reply_to(url("hubspot-purchases"), "kept", 17);
  reply_to(url("hubspot-purchases"), "left behind", 18);
  directory_.write("exports/.hubspot-purchases-2023-12-31-0001.csv.aaaaaaaa", "another store's");
  directory_.write("exports/notes.csv", "somebody's");
  files_.tidy(exports_, {kept.body});
  EXPECT_EQ(names_in(exports_),
            (std::set<std::string>{
                kHidden, kMark, ".hubspot-purchases-2023-12-31-0001.csv.aaaaaaaa", "notes.csv"}));
  files_.tidy(directory_.path() / "missing", {});
}

TEST_F(CsvFilesTest, HandsOnWhatIsNoFile) {
  files_.start(5, {"https://api.example.com/", {}, "x", {}});
  files_.start(6, {url("hubspot-purchases"), {}, "x", {}});
  const auto replies = files_.wait(0ms);
  ASSERT_EQ(replies.size(), 2U);
  EXPECT_EQ(replies[0].ticket, 6U);
  EXPECT_EQ(replies[1].ticket, 5U);
  EXPECT_EQ(elsewhere_.urls, std::vector<std::string>{"https://api.example.com/"});
}

/// The courier, the sink, the files and the store together.
class CsvDelivery : public Test {
 protected:
  Delivered drain(std::uint64_t most, std::size_t rows_per_file) {
    CsvSettings settings = settings_for(directory_.path() / "exports");
    settings.rows_per_file = rows_per_file;
    const CsvSink sink(settings);
    Elsewhere elsewhere;
    CsvFiles files(elsewhere, clock_, settings.zone, "3f2a91c0");
    Limits limits;
    limits.requests_per_10s = 0;
    const std::atomic<bool> interrupted{false};
    Courier courier(shop_.store(), files, {{Kind::purchase, {&sink, nullptr, false}}}, limits,
                    settings.zone, clock_, 1, interrupted, {});
    const Delivered done = courier.drain(most);
    for (const fs::path& file : files.named()) rows_.push_back(rows_of(content(file)));
    return done;
  }
  static std::string rows_of(const std::string& csv) {
    std::string rows;
    for (std::size_t at = csv.find("\r\n") + 2; at < csv.size(); at = csv.find("\r\n", at) + 2) {
      rows += csv.substr(at, csv.find('@', at) - at) + " ";
    }
    return rows;
  }

  TemporaryDirectory directory_;
  FakeClock clock_;
  Shop shop_{clock_};
  std::vector<std::string> rows_;  // of each file, who is in it
};

TEST_F(CsvDelivery, FillsFileAfterFile) {
  shop_.email = [](int order) { return std::to_string(order) + "@example.com"; };
  shop_.stage(1, 5);
  const Delivered done = drain(kNoDailyLimit, 2);
  EXPECT_EQ(done.exit, ExitCode::ok) << done.message;
  EXPECT_EQ(done.submitted, 5U);
  EXPECT_EQ(done.requests, 6U);
  EXPECT_EQ(rows_, (std::vector<std::string>{"1 2 ", "3 4 ", "5 "}));
  EXPECT_EQ(shop_.store().totals().submitted, 5U);
}

/// More than is read ahead for other sinks.
TEST_F(CsvDelivery, MakesOneLargeFile) {
  shop_.stage(1, 5000);
  const Delivered done = drain(kNoDailyLimit, 50'000);
  EXPECT_EQ(done.submitted, 5000U);
  EXPECT_EQ(done.requests, 2U);
  EXPECT_EQ(rows_.size(), 1U);
}

TEST_F(CsvDelivery, GoesOnWithAFileThatIsWritten) {
  shop_.stage(1, 3);
  EXPECT_EQ(drain(1, 10).submitted, 0U);
  EXPECT_TRUE(rows_.empty());
  EXPECT_EQ(shop_.store().totals().pending, 3U);
  ASSERT_EQ(shop_.store().progress().size(), 1U);
  shop_.stage(4, 1);
  EXPECT_EQ(drain(kNoDailyLimit, 10).submitted, 4U);
  EXPECT_EQ(rows_.size(), 2U);
  EXPECT_TRUE(shop_.store().progress().empty());
}

TEST_F(CsvDelivery, StopsWhereNothingCanBeWritten) {
  shop_.stage(1, 3);
  directory_.write("exports", "a file");
  const Delivered done = drain(kNoDailyLimit, 10);
  EXPECT_EQ(done.exit, ExitCode::store);
  EXPECT_EQ(done.message, "cannot open " + (directory_.path() / "exports").string() +
                              ": Not a directory; 3 events stay pending");
  EXPECT_EQ(shop_.store().totals().pending, 3U);
  fs::remove(directory_.path() / "exports");
  EXPECT_EQ(drain(kNoDailyLimit, 10).submitted, 3U);
}

}  // namespace
}  // namespace ordertail
