#include "faults/matrix_trial.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "faults/shop_of_api.h"
#include "stories/shop.h"

namespace ordertail::faults {
namespace {

namespace fs = std::filesystem;
using stories::Ended;
using stories::Json;
using stories::Shop;

constexpr int kOrders = 5;
constexpr int kSteps = 3;  // of an order in the CRM
constexpr const char* kSecret = "pat-na1-canary-5be1d07a93";

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string quoted(const std::string& text) {
  std::string quoted;
  for (const char c : text) {
    if (std::string_view(".()*+?{}|^$[]\\").find(c) != std::string_view::npos) quoted += '\\';
    quoted += c;
  }
  return quoted;
}

std::string with(std::string text, std::string_view what, const std::string& value) {
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += value.size())
    text.replace(at, what.size(), value);
  return text;
}

/// What the table says of the events of a cell, and of the two runs.
struct Expected {
  int exit = 0, exit_again = 0;
  std::set<int> submitted, rejected, pending, doubts;  ///< after the first run
  std::string err, err_again;                          ///< regular expressions
  bool knocks_again = true;  ///< does the second run send what is pending?
};

class CellTrial {
 public:
  explicit CellTrial(const Cell& cell)
      : cell_(cell),
        elsewhere_({answer(200, "elsewhere")}),
        failing_(script(std::make_shared<std::string>())),
        healthy_({good(cell.api)}),
        shop_(stories::JobText{}) {
    shop_.write("key", std::string(kSecret) + "\n");
    ::chmod(shop_.path("key").c_str(), 0600);
    shop_.write("orders.csv", recent_orders(kOrders));
  }

  Finding run() {
    const Expected expected = expectation();
    if (is_unreachable() && at() > 0) {
      (void)import_into(healthy_.url(), {"--limit", std::to_string(at())});
    }
    const Ended first =
        import_into(is_unreachable() ? with(cell_.mode->url, "{server}", address_of(failing_))
                                     : failing_.url());
    finding_.struck = is_unreachable() ? first.exit_code != 0 : failing_.played() > at();
    check_end("the run", first, expected.exit, expected.err);
    check_states(expected);
    const std::size_t before = healthy_.requests().size();
    const Ended second = import_into(healthy_.url());
    check_end("the next run", second, expected.exit_again, expected.err_again);
    const Json status = shop_.status();
    for (const Json& event : status["resent"])
      resent_.insert(std::stoi(event["order_number"].get<std::string>()));
    check_resend(expected, before);
    check_witness(expected);
    check_canaries(expected);
    if (elsewhere_.played() > 0) complain("a redirect was followed");
    return std::move(finding_);
  }

 private:
  [[nodiscard]] Fate fate() const { return cell_.mode->fate(cell_.api); }
  [[nodiscard]] bool is_unreachable() const { return !cell_.mode->mode; }
  /// How many requests come before the one that fails.
  [[nodiscard]] std::size_t at() const {
    const std::size_t step = static_cast<std::size_t>(cell_.position);
    return is_batch() ? step : step * (kOrders - 1) / 2;
  }
  static std::string address_of(const FaultServer& server) { return server.url().substr(7); }

  [[nodiscard]] std::vector<Mode> script(const std::shared_ptr<std::string>& before) const {
    if (is_unreachable()) return {answer(200, "never asked")};
    std::vector<Mode> modes(at(), good(cell_.api, before));
    modes.push_back(cell_.mode->mode({cell_.api, elsewhere_.url(), before}));
    modes.push_back(good(cell_.api));
    return modes;
  }

  Ended import_into(const std::string& url, std::vector<std::string> more = {}) {
    const bool times_out = cell_.mode->takes == FaultMode::Takes::a_timeout;
    shop_.write("job.toml", job_text(cell_.api, url, times_out ? 400 : 120'000));
    std::vector<std::string> arguments{"import", "job.toml", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    stories::Program program = shop_.start(arguments);
    look_at(program.pid());
    Ended ended = program.wait();
    said_ += ended.out + ended.err;
    return ended;
  }

  /// While it runs: a process that has ended shows nothing.
  void look_at(pid_t pid) {
    const fs::path process = fs::path("/proc") / std::to_string(pid);
    const std::string seen = contents(process / "cmdline") + contents(process / "environ");
    finding_.seen_running = finding_.seen_running || !seen.empty();
    said_ += seen;
  }

  /// Each order is one request; to the CRM all are.
  [[nodiscard]] bool is_batch() const { return cell_.api == Api::crm; }
  /// The orders that a server applied, request by request, the oldest first.
  [[nodiscard]] std::vector<std::vector<int>> applied_by(const FaultServer& server) const;

  [[nodiscard]] Expected expectation() const;
  void check_end(const std::string& which, const Ended& ended, int exit, const std::string& err);
  void check_states(const Expected& expected);
  void check_resend(const Expected& expected, std::size_t before);
  void check_witness(const Expected& expected);
  void check_canaries(const Expected& expected);
  void complain(std::string what) { finding_.wrong.push_back(std::move(what)); }

  const Cell cell_;
  const FaultServer elsewhere_;
  const FaultServer failing_;
  const FaultServer healthy_;
  const Shop shop_;
  std::string said_;      // by all runs, and by their arguments and environments
  std::set<int> resent_;  // listed as sent again after a doubt
  Finding finding_;
};

std::set<int> numbers(int first, int last) {
  std::set<int> all;
  for (; first <= last; ++first) all.insert(first);
  return all;
}

/// One line of standard error, for each of the events.
std::string told(const std::set<int>& events, const char* state, const std::string& words) {
  std::string lines;
  for (const int event : events) {
    lines += fmt::format("orders\\.csv:{}: purchase of order {}: {}: {}\n", event + 1, event, state,
                         words);
  }
  return lines;
}

std::string parting(const std::string& words, std::size_t pending, bool again) {
  return fmt::format("{}{}{}\n", words,
                     pending == 0 ? ""
                                  : fmt::format("; {} event{} pending", pending,
                                                pending == 1 ? " stays" : "s stay"),
                     pending > 0 && again ? "; run the command again" : "");
}

Expected CellTrial::expectation() const {
  const int failed = static_cast<int>(at()) + 1;
  const std::set<int> hit = !is_batch()          ? numbers(failed, failed)
                            : cell_.mode->of_one ? std::set<int>{kOneOf}
                                                 : numbers(1, kOrders);
  const std::set<int> later = is_batch() ? std::set<int>{} : numbers(failed + 1, kOrders);
  std::set<int> all_but = numbers(1, kOrders);
  for (const int event : hit) all_but.erase(event);

  std::string words = quoted(cell_.mode->words(cell_.api));
  words = with(words, R"( \| )", "|");
  words = with(words, R"(\{server\})", quoted(address_of(failing_)));
  words = "(" + words + ")";
  Expected expected;
  expected.submitted = numbers(1, kOrders);
  const auto ends_run = [&](int exit, std::set<int> pending, bool again) {
    expected.exit = exit;
    for (const int event : pending) expected.submitted.erase(event);
    expected.pending = std::move(pending);
    expected.err += parting(words, expected.pending.size(), again);
  };
  std::set<int> rest = hit;
  rest.insert(later.begin(), later.end());
  // Where all go together, the others have come as far as the request that failed.
  if (is_batch() && cell_.position != Position::last) rest = numbers(1, kOrders);
  switch (fate()) {
    case Fate::none:
    case Fate::submitted:
    case Fate::isolated:
    case Fate::again:
      break;
    case Fate::retried:
      expected.err = words + "\n";
      break;
    case Fate::rejected:
      expected.exit = 3;
      expected.rejected = hit;
      expected.submitted = all_but;
      expected.err = told(hit, "rejected", words);
      break;
    case Fate::doubt:
      expected.exit = expected.exit_again = 4;
      expected.doubts = hit;
      expected.submitted = all_but;
      expected.err = told(hit, "in doubt", words);
      break;
    case Fate::alarm:
      if (is_batch()) {
        ends_run(5, rest, true);
        break;
      }
      expected.exit_again = 4;
      expected.doubts = hit;
      expected.submitted = all_but;
      expected.err = told(hit, "in doubt", words);
      ends_run(4, later, true);
      break;
    case Fate::foreign:
      ends_run(4, rest, false);
      break;
    case Fate::pending:
      ends_run(5, rest, true);
      break;
    case Fate::shut: {
      const std::string until = R"(no request may be made until [-0-9: ]+ \(America/New_York\): )";
      const std::string held = words;
      expected.err = words + "\n" + until;
      ends_run(5, rest, true);
      expected.exit_again = 5;
      expected.knocks_again = false;
      expected.err_again =
          until +
          parting("an earlier run closed the door, as the server or a limit of the job asked",
                  rest.size(), true);
      break;
    }
    case Fate::job:
      ends_run(2, rest, false);
      break;
    case Fate::key:
      ends_run(6, rest, false);
      break;
  }
  return expected;
}

void CellTrial::check_end(const std::string& which, const Ended& ended, int exit,
                          const std::string& err) {
  if (ended.exit_code != exit) {
    complain(fmt::format("{} ended with {} in place of {}", which, ended.exit_code, exit));
  }
  if (!RE2::FullMatch(ended.err, err))
    complain(fmt::format("{} said:\n{}in place of:\n{}", which, ended.err, err));
  const Json report = Json::parse(ended.out, nullptr, /*allow_exceptions=*/false);
  if (report.is_discarded() || report["balanced"] != true || report["exit"] != ended.exit_code)
    complain(fmt::format("the report of {} does not add up: {}", which, ended.out));
}

/// The states of all events, by name.
void CellTrial::check_states(const Expected& expected) {
  const Json status = shop_.status();
  std::set<int> doubts;
  std::set<int> rejected;
  for (const Json& doubt : status["in_doubt"])
    doubts.insert(std::stoi(doubt["order_number"].get<std::string>()));
  for (const Json& problem : status["problems"])
    rejected.insert(problem["source"]["line"].get<int>() - 1);
  if (doubts != expected.doubts || rejected != expected.rejected ||
      status["rejected"] != expected.rejected.size() ||
      status["submitted"] != expected.submitted.size() ||
      status["pending"] != expected.pending.size())
    complain("the states are others: " + status.dump());
}

/// The next run sends what was pending, once each, and nothing else. The CRM is sent it step by
/// step, from the first one on: another server is another account.
void CellTrial::check_resend(const Expected& expected, std::size_t before) {
  std::vector<int> sent;
  const std::vector<Request> requests = healthy_.requests();
  for (std::size_t i = is_batch() ? 0 : before; i < requests.size(); ++i) {
    const std::vector<int> orders = orders_in(cell_.api, requests[i]);
    sent.insert(sent.end(), orders.begin(), orders.end());
  }
  if (is_batch()) std::sort(sent.begin(), sent.end());
  std::vector<int> due;
  for (const int order : expected.pending) due.insert(due.end(), is_batch() ? kSteps : 1, order);
  if (sent != (expected.knocks_again ? due : std::vector<int>{}))
    complain(fmt::format("the next run sent {} orders", sent.size()));
}

std::vector<std::vector<int>> CellTrial::applied_by(const FaultServer& server) const {
  std::vector<std::vector<int>> applied;
  const std::vector<Request> requests = server.requests();
  for (std::size_t i = 0; i < requests.size(); ++i) {
    std::vector<int> orders = orders_in(cell_.api, requests[i]);
    if (!requests[i].applied) orders.clear();
    if (&server == &failing_ && i == at() && cell_.mode->of_one) std::erase(orders, kOneOf);
    applied.push_back(std::move(orders));
  }
  return applied;
}

/// What the servers applied, against what the program holds to be so after both runs.
void CellTrial::check_witness(const Expected& expected) {
  std::map<int, int> failing;  // applied by each server, in how many requests
  std::map<int, int> healthy;
  std::set<int> by_the_failure;
  const auto failing_requests = applied_by(failing_);
  for (std::size_t i = 0; i < failing_requests.size(); ++i) {
    for (const int order : failing_requests[i]) ++failing[order];
    if (i == at()) by_the_failure.insert(failing_requests[i].begin(), failing_requests[i].end());
  }
  for (const auto& request : applied_by(healthy_)) {
    for (const int order : request) ++healthy[order];
  }
  const int whole = is_batch() ? kSteps : 1;
  const bool is_doubtful = fate() == Fate::alarm || fate() == Fate::foreign;
  for (int order = 1; order <= kOrders; ++order) {
    const int times = failing[order] + healthy[order];
    if (expected.pending.count(order) == 1 && by_the_failure.count(order) == 1 && !is_doubtful &&
        !cell_.mode->of_one)
      complain(fmt::format("{} was pending, yet it had been applied", order));
    if (expected.rejected.count(order) == 1 &&
        (by_the_failure.count(order) == 1 || healthy[order] > 0))
      complain(fmt::format("{} was rejected, yet it has been applied", order));
    if (expected.doubts.count(order) == 1 && times > 1)
      complain(fmt::format("{} was in doubt, yet it was sent again", order));
    // What an endpoint that no request reaches did not get went to the healthy one before.
    const int before = is_unreachable() ? healthy[order] : failing[order];
    const bool settled_later = expected.pending.count(order) == 1 && expected.knocks_again;
    if ((expected.submitted.count(order) == 1 && before < whole) ||
        (settled_later && healthy[order] < whole))
      complain(fmt::format("{} is lost", order));
    const bool settled = expected.submitted.count(order) == 1 || settled_later;
    // Two servers are two accounts of the CRM, and the same one where nothing may be repeated.
    const int most = is_batch() ? std::max(failing[order], healthy[order]) : times;
    if (settled && most > whole && resent_.count(order) == 0)
      complain(fmt::format("{} was applied in {} requests, and is not listed", order, most));
    if (!is_batch() && resent_.count(order) == 1)
      complain(fmt::format("{} is said to have been sent again", order));
  }
}

void CellTrial::check_canaries(const Expected& expected) {
  std::string stored;
  for (const auto& entry : fs::directory_iterator(shop_.path("state")))
    stored += contents(entry.path());
  if ((said_ + stored).find(kSecret) != stored.npos) complain("the secret is where it must not be");
  for (int order = 1; order <= kOrders; ++order) {
    const std::string address = fmt::format("customer{}@example.com", order);
    const bool kept = expected.doubts.count(order) + expected.rejected.count(order) > 0 ||
                      (expected.pending.count(order) == 1 && !expected.knocks_again);
    if (said_.find(address) != said_.npos) complain(address + " was said");
    if (!kept && stored.find(address) != stored.npos) complain(address + " is still stored");
  }
}

}  // namespace

std::string name_of(const Cell& cell) {
  constexpr std::array<const char*, 3> kPositions{"first", "middle", "last"};
  return fmt::format("{}/{}/{}", name_of(cell.api), cell.mode->name,
                     kPositions.at(static_cast<std::size_t>(cell.position)));
}

Finding try_cell(const Cell& cell) {
  try {
    return CellTrial(cell).run();
  } catch (const std::exception& error) {
    return {true, true, {error.what()}};
  }
}

}  // namespace ordertail::faults
