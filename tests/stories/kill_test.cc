// kill -9 at every boundary of every request: nothing is lost, nothing is sent twice, and whatever
// cannot be known is listed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <future>
#include <set>
#include <tuple>

#include "stories/shop.h"

namespace ordertail::stories {
namespace {

using sandbox::Moment;

constexpr int kOrdersSent = 50;
/// Sanitized programs start slowly.
constexpr int kStep = kSanitized ? 3 : 1;

/// Kills a program at one moment of one request.
class Killer {
 public:
  Killer(Moment moment, std::uint64_t request) : moment_(moment), request_(request) {}

  void aim_at(const Program& program) { target_.set_value(&program); }
  /// The sandbox's observer: returns when the program is dead, so that nothing happens to it after
  /// that moment.
  void observe(Moment moment, std::uint64_t request) {
    if (moment != moment_ || request != request_ || fired_.exchange(true)) return;
    target_.get_future().get()->kill_at_once();
  }

 private:
  const Moment moment_;
  const std::uint64_t request_;
  std::promise<const Program*> target_;
  std::atomic<bool> fired_ = false;
};

std::set<std::string> orders_in_doubt(const Json& status) {
  std::set<std::string> orders;
  for (const Json& doubt : status["in_doubt"]) orders.insert(doubt["order_number"]);
  return orders;
}

struct Tally {
  int kills = 0, in_doubt = 0, seen_twice = 0;
};

class KillAt : public testing::TestWithParam<std::tuple<Moment, unsigned>> {
 protected:
  [[nodiscard]] static Moment moment() { return std::get<0>(GetParam()); }
  [[nodiscard]] static unsigned concurrency() { return std::get<1>(GetParam()); }

  void kill_and_resume(int request);
  void expect_doubts(const std::set<std::string>& doubts, int request) const;

  Tally tally;
};

/// At most the requests under way are in doubt; alone, it is exactly the one that was under way.
void KillAt::expect_doubts(const std::set<std::string>& doubts, int request) const {
  EXPECT_LE(doubts.size(), concurrency());
  // After its answer, ordertail may or may not have come to record it.
  if (moment() == Moment::answered) return;
  EXPECT_GE(doubts.size(), 1U);
  if (concurrency() == 1) {
    EXPECT_EQ(doubts, std::set<std::string>{std::to_string(request)});
  }
}

void KillAt::kill_and_resume(int request) {
  Killer killer(moment(), static_cast<std::uint64_t>(request));
  sandbox::ServerOptions options;
  options.observer = [&](Moment at, std::uint64_t number) { killer.observe(at, number); };
  const sandbox::Server hubspot(options);
  const Shop shop(JobText{hubspot.url(), concurrency()});
  shop.write("orders.csv", orders(1, kOrdersSent));

  Program program = shop.start({"import", "job.toml"});
  killer.aim_at(program);
  const Ended killed = program.wait();
  // After the last answer there is nothing left that would need the sandbox: it may have ended.
  const bool may_have_ended = moment() == Moment::answered && request == kOrdersSent;
  EXPECT_TRUE(killed.signal == SIGKILL || (may_have_ended && killed.exit_code == 0)) << killed.err;
  tally.kills += killed.signal == SIGKILL;

  const std::set<std::string> doubts = orders_in_doubt(shop.status());
  expect_doubts(doubts, request);
  shop.report(doubts.empty() ? 0 : 4);
  const Json again = shop.report(doubts.empty() ? 0 : 4);
  EXPECT_EQ(again["delivered"]["requests"], 0) << "a rerun sends nothing: " << again;
  EXPECT_EQ(orders_in_doubt(shop.status()), doubts) << "doubts stay as they were found";

  auto seen = seen_by(hubspot);
  EXPECT_EQ(again["store"]["submitted"], kOrdersSent - static_cast<int>(doubts.size()));
  for (int number = 1; number <= kOrdersSent; ++number) {
    const std::string order = std::to_string(number);
    const int times = seen[order];
    tally.seen_twice += times > 1;
    EXPECT_TRUE(times == 1 || (times == 0 && doubts.count(order) == 1))
        << "order " << order << " was seen " << times << " times";
  }
  tally.in_doubt += static_cast<int>(doubts.size());
}

TEST_P(KillAt, EveryEventIsSeenOnceOrListedAsInDoubt) {
  int boundaries = 0;
  for (int request = 1; request <= kOrdersSent; request += kStep) {
    SCOPED_TRACE(fmt::format("killed at request {}", request));
    kill_and_resume(request);
    ++boundaries;
    if (HasFailure()) break;
  }
  fmt::print("{} kills at {} boundaries (every {}), {} in doubt, {} seen twice\n", tally.kills,
             boundaries, kStep == 1 ? "one" : "third", tally.in_doubt, tally.seen_twice);
  EXPECT_GE(tally.kills, boundaries - 1);
  EXPECT_EQ(tally.seen_twice, 0);
}

std::string name_of(Moment moment) {
  if (moment == Moment::received) return "Received";
  return moment == Moment::applied ? "Applied" : "Answered";
}

INSTANTIATE_TEST_SUITE_P(AllMoments, KillAt,
                         testing::Combine(testing::Values(Moment::received, Moment::applied,
                                                          Moment::answered),
                                          testing::Values(1U, 4U)),
                         [](const auto& test) {
                           return fmt::format("{}With{}UnderWay", name_of(std::get<0>(test.param)),
                                              std::get<1>(test.param));
                         });

}  // namespace
}  // namespace ordertail::stories
