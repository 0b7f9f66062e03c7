#include "app/alike_orders.h"

#include <date/date.h>
#include <fmt/format.h>

#include <chrono>

#include "base/text.h"
#include "report/words.h"

namespace ordertail {
namespace {

constexpr auto kTimeToPay = std::chrono::hours(24 * 31);

std::string day_of(Instant at) {
  return date::format("%F", date::floor<date::days>(date::sys_seconds(at.time_since_epoch())));
}

}  // namespace

void AlikeOrders::begin_source(std::size_t index, const std::string& pattern) {
  source_ = index;
  pattern_ = pattern;
  pairs_ = 0;
}

bool AlikeOrders::is_another(const Order& before, const Event& event) const {
  if (before.source == source_) return false;
  const auto apart = before.at < *event.occurred_at ? *event.occurred_at - before.at
                                                    : before.at - *event.occurred_at;
  if (apart > kTimeToPay) return true;
  const bool same_pattern = !pattern_.empty() && before.pattern == pattern_;
  return same_pattern && !equal_ignoring_case(before.email, event.email);
}

void AlikeOrders::add(const Event& event) {
  if (event.kind != Kind::purchase || event.email.empty() || !event.occurred_at) return;
  const auto [found, is_new] =
      orders_.try_emplace(event.id, Order{source_, pattern_, event.email, *event.occurred_at});
  if (is_new || !is_another(found->second, event)) return;
  if (++pairs_ > 1) return;
  const Order& before = found->second;
  example_ = fmt::format("order {} is of {} on {} in source {}, and of {} on {} here",
                         printable(discreet(event.order_number), 40), masked(before.email),
                         day_of(before.at), before.source + 1, masked(event.email),
                         day_of(*event.occurred_at));
}

std::string AlikeOrders::warning() const {
  if (pairs_ == 0) return {};
  return fmt::format(
      "{} numbered like another source's: {}. One job is one shop, so that only one "
      "of each pair would be sent: give each shop a job, with a \"shop\" and a "
      "\"store\" of its own",
      count_of(pairs_, "order") + (pairs_ == 1 ? " is" : " are"), example_);
}

}  // namespace ordertail
