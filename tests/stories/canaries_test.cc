// Canaries for a credential and for every kind of people's data, over every command in every state
// of a job: what is printed, what is written beside the job, what is left in the checkpoint file.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "base/text.h"
#include "faults/fault_server.h"
#include "stories/shop.h"

namespace ordertail::stories {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;
using testing::Eq;

constexpr const char* kSecret = "canary-3c19e7aa";
/// Who the customers are, wherever they live and whatever they call from.
const std::vector<std::string> kPeople{"canaryfirst", "canarylast",    "canarystreet",
                                       "canarycity",  "90210-6789",    "5550177",
                                       "canarymail",  "canaryvisitor", "203.0.113.99"};

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string customer(int number, const std::string& date = "2025-12-06 10:00:00 -0500") {
  return fmt::format(
      "#{0},canarymail{0}@example.com,paid,,USD,1.50,{1},1,KE-1,Canaryfirst Canarylast,"
      "Canarystreet 1,Canarycity,90210-6789,+1 555 5550177\n",
      number, date);
}

std::string export_of(int last) {
  std::string text =
      "Name,Email,Financial Status,Cancelled at,Currency,Subtotal,Created at,Lineitem quantity,"
      "Lineitem sku,Billing Name,Billing Street,Billing City,Billing Zip,Billing Phone\n";
  for (int number = 1; number <= last; ++number) text += customer(number);
  return text + customer(90, "never") +
         "#91,canarymail91.example.com,paid,,USD,1.50,2025-12-06 10:00:00 -0500,1,KE-1,Canaryfirst "
         "Canarylast,Canarystreet 1,Canarycity,90210-6789,5550177\n";
}

const std::string kVisits =
    "203.0.113.99 - - [05/Dec/2025:09:15:01 -0500] \"GET /account/created?email=canaryvisitor%40"
    "example.com HTTP/1.1\" 200 5120 \"-\" \"Mozilla/5.0\" \"60c2ccdfe4892f0fa0593940b12c11aa\"\n"
    "203.0.113.99 - - [05/Dec/2025:09:15:02 -0500] \"GET /account/created?email=canaryvisitor%40"
    " HTTP/1.1\" 200 5120 \"-\" \"Mozilla/5.0\" \"-\"\n";

faults::Mode echo(int status) {
  std::string words = std::string(kSecret) + " is no key for canarymail1@example.com";
  return faults::answer(status, Json{{"message", words}}.dump());
}

class Canaries : public testing::Test {
 protected:
  explicit Canaries(std::vector<faults::Mode> script = {}) : server(accepting(std::move(script))) {
    shop.write("key", std::string(kSecret) + "\n");
    ::chmod(shop.path("key").c_str(), 0600);
    shop.write("orders.csv", export_of(4));
    shop.write("shop.log", kVisits);
  }
  static std::vector<faults::Mode> accepting(std::vector<faults::Mode> script) {
    script.push_back(faults::answer(200, R"({"guid":"3f0c1a52-6f0b-4c57-9a55-0f6d5b7a2c11"})"));
    return script;
  }

  enum class Shows { nothing, people };
  /// Runs a command line and looks through what it says.
  void say(const std::string& line, Shows shows = Shows::nothing) {
    const Ended ended = shop.shell("$ordertail " + line);
    EXPECT_NE(ended.exit_code, 1) << line << ": " << ended.err;
    EXPECT_NE(ended.exit_code, 2) << line << ": " << ended.err;
    const std::string said = lower(ended.out + ended.err);
    EXPECT_EQ(said.find(kSecret), said.npos) << line << "\n" << said;
    if (shows == Shows::people) return;
    for (const std::string& canary : kPeople)
      EXPECT_EQ(said.find(canary), said.npos) << canary << ": " << line << "\n" << said;
  }
  /// All that looks and changes nothing.
  void look_by_every_command() {
    for (const char* line :
         {"explain orders.csv shop.log", "init orders.csv shop.log", "check job.toml",
          "check --json job.toml", "import --dry-run job.toml", "import --dry-run --json job.toml",
          "import --rehearse job.toml", "status job.toml", "status --json job.toml",
          "resolve --list job.toml", "resolve --list --json job.toml", "patterns", "--help"})
      say(line);
    for (const char* line :
         {"explain --show-personal-data orders.csv shop.log", "extract job.toml",
          "import --dry-run --unmasked job.toml", "import --rehearse --unmasked job.toml",
          "status --unmasked job.toml", "status --unmasked --json job.toml",
          "resolve --list --unmasked --json job.toml"})
      say(line, Shows::people);
  }
  /// The canaries in files that ordertail has written: a set, so that a failure is short.
  [[nodiscard]] std::set<std::string> written() const {
    static const std::set<std::string> kOurs{"key", "orders.csv", "shop.log", "job.toml"};
    std::set<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(shop.path(""))) {
      const std::string name = entry.path().filename();
      if (!entry.is_regular_file() || kOurs.count(name) == 1) continue;
      const std::string text = lower(content(entry.path()));
      if (text.find(kSecret) != text.npos) found.insert(std::string(kSecret) + " in " + name);
      for (const std::string& canary : kPeople)
        if (text.find(canary) != text.npos) found.insert(canary + " in " + name);
    }
    return found;
  }

  const faults::FaultServer server;
  const Shop shop{JobText{server.url(), 1, 1, "credential = { file = \"key\" }",
                          std::string(kOrders) + std::string(kLog)}};
  static const std::set<std::string> kNone;
};
const std::set<std::string> Canaries::kNone;

/// Everything goes well.
TEST_F(Canaries, AreGoneWhenAllIsSubmitted) {
  look_by_every_command();
  say("stage --rejects rejects.jsonl job.toml");
  EXPECT_EQ(written().count("canarymail in main.db"), 1U) << "what is pending is kept, so that "
                                                             "the search is known to find";
  look_by_every_command();
  say("submit --json job.toml");
  EXPECT_EQ(written(), kNone);
  look_by_every_command();
  say("import --json --rejects rejects.jsonl job.toml");
  EXPECT_EQ(written(), kNone);
  EXPECT_EQ(server.requests().size(), 5U);
}

class DoubtfulCanaries : public Canaries {
 protected:
  DoubtfulCanaries() : Canaries({echo(400), echo(500), faults::apply_then_close(), echo(400)}) {}
};

/// The server refuses, fails, hangs up, and says back what it was sent.
TEST_F(DoubtfulCanaries, AreGoneWhenPeopleHaveDecided) {
  say("import --rejects rejects.jsonl job.toml");
  EXPECT_EQ(shop.totals(), "1/2/0/2");
  for (const std::string& found : written())
    EXPECT_THAT(found, testing::EndsWith(" in main.db")) << "kept until it is decided";
  look_by_every_command();
  say("resolve --assume-sent --all job.toml");
  say("retry --all --json job.toml");
  say("submit job.toml");
  EXPECT_EQ(written(), kNone);
  look_by_every_command();
}

TEST_F(DoubtfulCanaries, AreGoneWhenAllIsDropped) {
  say("import --rejects rejects.jsonl job.toml");
  say("resolve --drop --all --json job.toml");
  const Json status = shop.status();
  for (const Json& rejected : status["problems"])
    if (rejected["kept"] == true)
      say("resolve --drop --event " + rejected["id"].get<std::string>() + " job.toml");
  EXPECT_EQ(shop.totals(), "1/4/0/0");
  EXPECT_EQ(written(), kNone);
  look_by_every_command();
}

class RefusedCanaries : public Canaries {
 protected:
  RefusedCanaries() : Canaries({echo(401), echo(403), echo(404), echo(429)}) {}
};

TEST_F(RefusedCanaries, AreNotInWhatStopsARun) {
  for (int i = 0; i < 4; ++i) {
    const Ended ended = shop.run({"import", "job.toml"});
    EXPECT_THAT(ended.exit_code, AnyOf(Eq(2), Eq(5), Eq(6)));
    const std::string said = lower(ended.out + ended.err);
    EXPECT_EQ(said.find(kSecret), said.npos) << said;
    for (const std::string& canary : kPeople) EXPECT_EQ(said.find(canary), said.npos) << said;
  }
}

}  // namespace
}  // namespace ordertail::stories
