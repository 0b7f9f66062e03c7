#include "stories/shop.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <numeric>

namespace ordertail::stories {
namespace {

std::uint64_t sum_of(const Json& reasons) {
  std::uint64_t total = 0;
  for (const auto& [reason, rows] : reasons.items()) total += rows.get<std::uint64_t>();
  return total;
}

}  // namespace

std::string job_text(const JobText& job) {
  const std::string leads = fmt::format(R"([hubspot.registration]
sink = "leads"
url  = "{0}/?app=leaddirector&FormName=new_registration"

[hubspot.purchase]
sink = "leads"
url  = "{0}/?app=leaddirector&FormName=purchase_complete"
)",
                                        job.url);
  return fmt::format(R"([account]
shop      = "main"
time_zone = "America/New_York"
store     = "state/main.db"

[hubspot]
{0}

{1}
[limits]
requests_per_10s = 0
requests_per_day = 0
concurrency      = {2}
tries            = {3}
first_delay_ms   = 1
{4})",
                     job.credential, job.endpoints.empty() ? leads : job.endpoints, job.concurrency,
                     job.tries, job.sources);
}

std::string orders_header() {
  return "Name,Email,Financial Status,Cancelled at,Currency,Subtotal,Created at,Lineitem quantity,"
         "Lineitem sku\n";
}

std::string order(int number) {
  return fmt::format(
      "#{0},customer{0}@example.com,paid,,USD,{0}.50,2025-12-06 10:{1:02}:{2:02} -0500,1,KE-1\n",
      number, number / 60, number % 60);
}

std::string orders(int first, int last) {
  std::string text = orders_header();
  for (int number = first; number <= last; ++number) text += order(number);
  return text;
}

std::string registration(int number) {
  return fmt::format(
      "192.0.2.{0} - - [05/Dec/2025:09:15:{0:02} -0500] \"GET /account/created?email=visitor{0}%40"
      "example.com HTTP/1.1\" 200 5120 \"-\" \"Mozilla/5.0\" \"{0:032x}\"\n",
      number);
}

Shop::Shop(const JobText& job) {
  write("job.toml", job_text(job));
}

/// So that no test depends on whose machine this is.
std::vector<std::string> Shop::surroundings() const {
  return {"HOME=" + home_.path().string(), "XDG_CONFIG_HOME=", "LC_ALL=C"};
}

Program Shop::start(const std::vector<std::string>& arguments,
                    const std::vector<std::string>& environment) const {
  std::vector<std::string> command{ORDERTAIL_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = surroundings();
  variables.insert(variables.end(), environment.begin(), environment.end());
  return Program(command, files_.path(), variables);
}

Ended Shop::run(const std::vector<std::string>& arguments) const {
  return start(arguments).wait();
}

Program Shop::start_shell(const std::string& line) const {
  std::vector<std::string> variables = surroundings();
  variables.push_back(std::string("ordertail=") + ORDERTAIL_PROGRAM);
  return Program({"sh", "-c", line}, files_.path(), variables);
}

Ended Shop::shell(const std::string& line) const {
  return start_shell(line).wait();
}

Json Shop::report(int exit_code, const std::string& command) const {
  const Ended ended = run({command, "job.toml", "--json"});
  EXPECT_EQ(ended.exit_code, exit_code) << ended.err;
  Json report = Json::parse(ended.out, nullptr, /*allow_exceptions=*/false);
  if (report.is_discarded()) {
    ADD_FAILURE() << command << " printed no JSON: " << ended.out << ended.err;
    return Json::object();
  }
  expect_balanced(report);
  EXPECT_EQ(report["exit"], exit_code);
  return report;
}

Json Shop::status() const {
  const Ended ended = run({"status", "job.toml", "--json", "--unmasked"});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  return Json::parse(ended.out);
}

std::string Shop::totals() const {
  const Json look = status();
  return fmt::format("{}/{}/{}/{}", look["submitted"].get<int>(), look["rejected"].get<int>(),
                     look["pending"].get<int>(), look["in_doubt"].size());
}

void expect_balanced(const Json& report) {
  EXPECT_EQ(report["balanced"], true) << report;
  if (!report.contains("staged")) return;
  const Json& staged = report["staged"];
  EXPECT_EQ(staged["rows"].get<std::uint64_t>(), staged["event_rows"].get<std::uint64_t>() +
                                                     sum_of(staged["skipped"]) +
                                                     sum_of(staged["rejected"]))
      << report;
}

std::map<std::string, int> seen_by(const sandbox::Server& server) {
  std::map<std::string, int> seen;
  const Json listing = Json::parse(server.submissions_json());
  for (const Json& submission : listing["submissions"]) {
    if (!submission["error"].is_null()) continue;
    const Json& fields = submission["fields"];
    ++seen[fields.value("order_number", fields.value("Email", fields.value("email", "")))];
  }
  return seen;
}

void expect_each_once(const sandbox::Server& server, int last) {
  std::map<std::string, int> expected;
  for (int number = 1; number <= last; ++number) expected[std::to_string(number)] = 1;
  EXPECT_EQ(seen_by(server), expected);
}

}  // namespace ordertail::stories
